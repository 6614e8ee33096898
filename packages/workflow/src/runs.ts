import type { CheckpointTuple, ThreadInfo } from "@threadmark/core";
import { isUnfinished } from "./checkpoints.ts";
import type { Clock } from "./clock.ts";
import type { StoredError } from "./errors.ts";
import { bodyIdentity, claimPrefixOf } from "./identity.ts";
import { Journal } from "./journal.ts";
import { INTERRUPT, START } from "./layout.ts";
import { openQuestions } from "./questions.ts";
import type { ListingSaver } from "./saver.ts";
import { wakeTimeOf } from "./waiting.ts";

/**
 * - `running`: a process is running the thread now.
 * - `paused`: it has an open question, or waits for a time or an event.
 * - `failed`: the workflow threw; `invoke(null)` tries again.
 * - `unfinished`: it stopped halfway, because its process died or it was aborted.
 * - `finished`: it returned.
 */
export type RunStatus = "running" | "paused" | "failed" | "unfinished" | "finished";

/** The last run of a thread. */
export interface RunSummary {
  readonly threadId: string;
  readonly status: RunStatus;
  /** When something was last stored in its thread. */
  readonly updatedAt: Date;
  /** The `runId` that it was started with. */
  readonly runId: string | undefined;
  readonly error: StoredError | undefined;
  /** When the earliest `sleep` or timeout of a `waitFor` ends. */
  readonly wakeAt: Date | undefined;
}

/** Options of `listRuns`. */
export interface ListRunsOptions {
  /** Only runs of this status, or these. @default all */
  readonly status?: RunStatus | readonly RunStatus[];
  /** Only threads whose own metadata matches every key of the filter. */
  readonly filter?: Readonly<Record<string, unknown>>;
  /** The maximum number of runs. @default no limit */
  readonly limit?: number;
  /**
   * With a `status`, also threads that do not say whether their last run has ended: threads in which only
   * LangGraph.js has run and never finished, and threads that were moved from another saver. Every thread is then
   * listed, and these are read. @default false
   */
  readonly unmarked?: boolean;
}

const ALL: readonly RunStatus[] = ["running", "paused", "failed", "unfinished", "finished"];

/** A run, with what it asks. */
export interface FoundRun {
  readonly summary: RunSummary;
  /** Questions whose time has come. */
  readonly due: readonly string[];
}

/** The last run of every thread of the workflow, most recently updated first. */
export async function* findRuns(
  saver: ListingSaver,
  name: string,
  clock: Clock,
  { status, limit = Number.POSITIVE_INFINITY, ...where }: ListRunsOptions,
): AsyncGenerator<FoundRun> {
  const wanted = new Set(typeof status === "string" ? [status] : (status ?? ALL));
  let left = limit;
  if (!(left > 0)) return;
  for await (const thread of candidates(saver, wanted, where)) {
    if (thread.headId === undefined || !mayBe(thread, wanted, clock.now())) continue;
    const tuple = await saver.getTuple({ configurable: { thread_id: thread.threadId, checkpoint_ns: "" } });
    const run = tuple && runOf(thread, tuple, name, clock.now());
    if (!run || !wanted.has(run.summary.status)) continue;
    yield run;
    if (--left <= 0) return;
  }
}

/** Threads that are found by their mark, where that is enough. A run that is claimed may not have stored anything. */
function candidates(
  saver: ListingSaver,
  wanted: ReadonlySet<RunStatus>,
  { filter, unmarked = false }: Pick<ListRunsOptions, "filter" | "unmarked">,
): AsyncIterable<ThreadInfo> {
  const chosen = filter ? { filter } : {};
  if (unmarked || wanted.has("running")) return saver.listThreads(chosen);
  if (!wanted.has("finished")) return saver.listThreads({ ...chosen, run: "unfinished" });
  return saver.listThreads(wanted.size === 1 ? { ...chosen, run: "finished" } : chosen);
}

/** Whether, from what a listing says of a thread, its run may be one of these. */
function mayBe(thread: ThreadInfo, wanted: ReadonlySet<RunStatus>, now: number): boolean {
  if (isClaimed(thread, now)) return wanted.has("running");
  if (thread.run === undefined) return true;
  if (thread.run === "finished") return wanted.has("finished");
  return wanted.has("paused") || wanted.has("failed") || wanted.has("unfinished");
}

function isClaimed({ claim }: ThreadInfo, now: number): boolean {
  return claim !== undefined && claim.until.getTime() > now;
}

function runOf(thread: ThreadInfo, tuple: CheckpointTuple, name: string, now: number): FoundRun | undefined {
  const journal = new Journal(tuple.pendingWrites);
  const step = (tuple.metadata?.step ?? -1) + 1;
  const body = bodyIdentity({ namespace: "", checkpointId: tuple.checkpoint.id, step }, name).id;
  if (!isOf(thread, tuple, journal, name, body)) return undefined;
  const { error } = journal.of(body);
  const unfinished = isUnfinished(tuple.checkpoint, name);
  const questions = unfinished ? openQuestions(journal).map(({ interrupt }) => interrupt) : [];
  const times = questions.flatMap(({ id, value }) => {
    const time = wakeTimeOf(value);
    return time === undefined ? [] : [{ id, time }];
  });
  const status = (): RunStatus => {
    if (isClaimed(thread, now)) return "running";
    if (!unfinished) return "finished";
    if (questions.length > 0) return "paused";
    return error ? "failed" : "unfinished";
  };
  const summary: RunSummary = {
    threadId: thread.threadId,
    status: status(),
    updatedAt: thread.updatedAt,
    runId: (tuple.metadata as { run_id?: string } | undefined)?.run_id,
    error: unfinished ? error : undefined,
    wakeAt: times.length > 0 ? new Date(Math.min(...times.map(({ time }) => time))) : undefined,
  };
  return { summary, due: times.filter(({ time }) => time <= now).map(({ id }) => id) };
}

/**
 * Whether the last run of a thread is one of the workflow. The layout of threads has no place for its name, but a
 * claim names it, and so do the results of its tasks and earlier runs.
 */
function isOf(
  { claim }: ThreadInfo,
  { checkpoint }: CheckpointTuple,
  journal: Journal,
  name: string,
  body: string,
): boolean {
  if (claim?.id.startsWith(claimPrefixOf(name))) return true;
  for (const [task, { call }] of journal.tasks) if (task === body || call?.[0] === body) return true;
  const before = Object.entries(checkpoint.versions_seen).filter(
    ([node, seen]) => node !== INTERRUPT && START in seen,
  );
  return before.length === 1 && before[0]![0] === name;
}
