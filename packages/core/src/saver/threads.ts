import { filterTerms } from "../codec/index-token.ts";
import { CheckpointError } from "../errors.ts";
import { isHidden } from "../moving/hidden-threads.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import type { CheckpointStorage, FilterTerm, ThreadRecord, ThreadsRequest } from "../storage/port.ts";
import { isStorableText } from "../codec/text.ts";
import { checkFilter, checkLimit } from "./check-arguments.ts";

const PAGE = 100;

/** A thread in a listing. */
export interface ThreadInfo {
  readonly threadId: string;
  readonly createdAt: Date;
  /** When a checkpoint or a write was last stored. */
  readonly updatedAt: Date;
  readonly expiresAt: Date | undefined;
  /** Give it as `after` to go on behind this thread. */
  readonly cursor: string;
}

/** Options of `listThreads`. */
export interface ListThreadsOptions {
  /** The most threads to yield. @default no limit */
  readonly limit?: number | undefined;
  /** The `cursor` of the last thread of the page before. */
  readonly after?: string | undefined;
  /** Only threads whose newest root checkpoint has metadata equal to it on every key it has. */
  readonly filter?: Record<string, unknown> | undefined;
}

const LIST_THREADS_OPTIONS: OptionNames<ListThreadsOptions> = { limit: true, after: true, filter: true };

/** Threads, the last updated first. */
export async function* readThreads(
  storage: CheckpointStorage,
  options: ListThreadsOptions,
): AsyncGenerator<ThreadInfo> {
  checkOptions(options, "listThreads", LIST_THREADS_OPTIONS, { cursor: "after", before: "after" });
  checkLimit(options.limit);
  checkFilter(options.filter);
  const { limit = Number.POSITIVE_INFINITY, after, filter } = options;
  const start = after === undefined ? undefined : parseCursor(after);
  let left = limit;
  if (!(left > 0)) return;
  for await (const record of allThreads(storage, filterTerms(filter), start, Math.min(left, PAGE))) {
    yield infoOf(record);
    if (--left <= 0) return;
  }
}

/** The records of all threads that pass the filter. */
export async function* allThreads(
  storage: CheckpointStorage,
  filter: readonly FilterTerm[] = [],
  start?: ThreadsRequest["after"],
  limit: number = PAGE,
): AsyncGenerator<ThreadRecord> {
  let after = start;
  for (;;) {
    const page = await storage.threads({ filter, after, limit });
    yield* page.threads.filter(({ thread }) => !isHidden(thread));
    after = page.threads.at(-1);
    if (!page.more || !after) return;
  }
}

function infoOf({ thread, created, updated, expires }: ThreadRecord): ThreadInfo {
  return {
    threadId: thread,
    createdAt: new Date(created),
    updatedAt: new Date(updated),
    expiresAt: expires === undefined ? undefined : new Date(expires),
    cursor: JSON.stringify([updated, thread]),
  };
}

function parseCursor(cursor: string): { updated: number; thread: string } {
  try {
    const [updated, thread] = JSON.parse(cursor) as [unknown, unknown];
    if (Number.isFinite(updated) && typeof thread === "string" && isStorableText(thread)) {
      return { updated: updated as number, thread };
    }
  } catch {
    // Not JSON: the same error as for other JSON.
  }
  throw new CheckpointError("INVALID_ARGUMENT", "after is not a cursor of listThreads", {
    field: "after",
  });
}
