import { filterTerms } from "../codec/index-token.ts";
import { isStorableText } from "../codec/text.ts";
import { ERROR, INTERRUPT } from "../contract.ts";
import { MAX_ID_BYTES, threadIdOf, type ThreadId } from "../ids.ts";
import { isHidden } from "../moving/hidden-threads.ts";
import { checkOptions, type OptionNames, wrongArgument } from "../options.ts";
import type {
  WholeStorage,
  ThreadHead,
  ThreadPosition,
  ThreadRecord,
  ThreadsRequest,
} from "../storage/port.ts";
import { checkFilter, checkLimit } from "./check-arguments.ts";
import { checkHead } from "./check-records.ts";
import type { Engine } from "./engine.ts";
import { runMarkOf, runTerms, type RunMark } from "./run-mark.ts";
import { decodeEntries, type ThreadMetadata } from "./thread-metadata.ts";
import { isValidDate } from "./valid-date.ts";

const PAGE = 100;

/** No thread comes after it: the greatest possible id. */
const LAST_THREAD = "\u{10ffff}".repeat(MAX_ID_BYTES.thread / 4);

/**
 * - `idle`: the newest checkpoint has no pending question or error.
 * - `interrupted`: a task has asked a question with `interrupt()`.
 * - `error`: a task has failed, and the run was not repeated.
 */
export type ThreadState = "idle" | "interrupted" | "error";

/** A thread in a listing. */
export interface ThreadInfo {
  readonly threadId: string;
  readonly createdAt: Date;
  /** When a checkpoint or a write was last stored. */
  readonly updatedAt: Date;
  readonly expiresAt: Date | undefined;
  /** What the option `threadMetadata` and `updateThread` have set. */
  readonly metadata: ThreadMetadata;
  /** Id of the newest checkpoint of the graph itself; `undefined` when there is none. */
  readonly headId: string | undefined;
  /** What the pending writes of that checkpoint mean; `undefined` when there is none. */
  readonly state: ThreadState | undefined;
  /**
   * Whether the last run of a workflow has ended; `undefined` for graphs, and for workflows of LangGraph.js until one
   * has ended.
   */
  readonly run: RunMark | undefined;
  /** Who has claimed it. From `until` on anyone else may claim it; until someone does, this claim stays. */
  readonly claim: { readonly id: string; readonly until: Date } | undefined;
  /** Pass it as `before` to continue after this thread. */
  readonly cursor: string;
}

/** Options of `listThreads`. */
export interface ListThreadsOptions {
  /** The maximum number of threads to yield. @default no limit */
  readonly limit?: number | undefined;
  /** Only threads after this one in the order: the `cursor` of a thread; or only those updated before a Date. */
  readonly before?: string | Date | undefined;
  /** Only threads whose own metadata matches every key of the filter; `undefined` asks for absence. */
  readonly filter?: Readonly<Record<string, unknown>> | undefined;
  /** Only threads whose `run` has this value. The cost does not grow with the number of other threads. @default any */
  readonly run?: RunMark | undefined;
}

const LIST_THREADS_OPTIONS: OptionNames<ListThreadsOptions> = {
  limit: true,
  before: true,
  filter: true,
  run: true,
};

/** Threads, most recently updated first. */
export async function* readThreads(engine: Engine, options: ListThreadsOptions): AsyncGenerator<ThreadInfo> {
  checkOptions(options, "listThreads", LIST_THREADS_OPTIONS, { cursor: "before", after: "before" });
  checkLimit(options.limit);
  checkFilter(options.filter);
  const { limit = Number.POSITIVE_INFINITY, before, filter, run } = options;
  const after = before === undefined ? undefined : positionOf(before);
  const query = {
    filter: [...filterTerms(filter), ...runTerms(checkedMark(run))],
    after,
    pendingChannels: [ERROR, INTERRUPT],
  };
  let left = limit;
  if (!(left > 0)) return;
  for await (const record of allThreads(engine.storage, query, Math.min(Math.ceil(left), PAGE))) {
    yield await infoOf(engine, record);
    if (--left <= 0) return;
  }
}

/** One thread, if it exists. */
export async function readThread(engine: Engine, threadId: ThreadId): Promise<ThreadInfo | undefined> {
  const thread = threadIdOf(threadId);
  await engine.adoption?.settle(thread);
  const request = { thread, filter: [], after: undefined, limit: 1 };
  const page = await engine.storage.threads({ ...request, pendingChannels: [ERROR, INTERRUPT] });
  const [record] = page.threads;
  return record && infoOf(engine, record);
}

/** The records of all threads of a query. */
export async function* allThreads(
  storage: WholeStorage,
  query: Partial<ThreadsRequest> = {},
  limit: number = PAGE,
): AsyncGenerator<ThreadRecord> {
  const request = { thread: undefined, filter: [], after: undefined, pendingChannels: [], ...query, limit };
  let { after } = request;
  for (;;) {
    const page = await storage.threads({ ...request, after });
    yield* page.threads.filter(({ thread }) => !isHidden(thread));
    const last = page.threads.at(-1);
    if (!page.more || !last) return;
    after = { updated: last.updated, thread: last.thread };
  }
}

async function infoOf({ codec }: Engine, record: ThreadRecord): Promise<ThreadInfo> {
  const { thread, created, updated, expires, entries, head, claim } = record;
  if (head) checkHead(thread, head);
  return {
    threadId: thread,
    createdAt: new Date(created),
    updatedAt: new Date(updated),
    expiresAt: expires === undefined ? undefined : new Date(expires),
    metadata: await decodeEntries(codec, thread, entries),
    headId: head?.id,
    state: head && stateOf(head),
    run: runMarkOf(entries),
    claim: claim && { id: claim.id, until: new Date(claim.until) },
    cursor: JSON.stringify([updated, thread]),
  };
}

/** A task that was answered and then failed has both writes, so the error counts. */
function stateOf({ pending }: ThreadHead): ThreadState {
  const isWritten = (wanted: string): boolean => pending.some(({ channel }) => channel === wanted);
  if (isWritten(ERROR)) return "error";
  return isWritten(INTERRUPT) ? "interrupted" : "idle";
}

function checkedMark(run: unknown): RunMark | undefined {
  if (run === undefined || run === "finished" || run === "unfinished") return run;
  throw wrongArgument("run", 'must be "finished" or "unfinished"');
}

function positionOf(before: unknown): ThreadPosition {
  if (isValidDate(before)) {
    return { updated: before.getTime(), thread: LAST_THREAD };
  }
  if (typeof before === "string") return parseCursor(before);
  throw wrongArgument("before", "must be the cursor of a thread, or a valid Date");
}

function parseCursor(cursor: string): ThreadPosition {
  try {
    const [updated, thread] = JSON.parse(cursor) as [unknown, unknown];
    if (Number.isFinite(updated) && typeof thread === "string" && isStorableText(thread)) {
      return { updated: updated as number, thread };
    }
  } catch {
    // It is not JSON: the same error as for JSON of another form.
  }
  throw wrongArgument("before", "is not a cursor of listThreads");
}
