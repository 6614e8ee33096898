import { CheckpointError } from "../errors.ts";
import { wrongArgument } from "../options.ts";
import { checkedRunId, threadIdOf, type ThreadId } from "../ids.ts";
import { randomId } from "../runtime.ts";
import type { CheckpointKey, WholeStorage } from "../storage/port.ts";
import { checkedPrune } from "./check-prune.ts";
import { headerOf } from "./decode.ts";
import type { Engine } from "./engine.ts";
import { outlineOf } from "./outline.ts";
import { groupByNamespace, planRemoval, type Kept } from "./retention-plan.ts";
import { isWorkflow, RUN_KEY } from "./run-mark.ts";
import { allThreads } from "./threads.ts";

const PAGE = 1000;
/** Threads that are worked on at once, where the storage says nothing else. */
const THREADS_AT_ONCE = 8;
/** A fork from a checkpoint that is just being removed invalidates the plan; a new one is made. */
const MAX_ATTEMPTS = 10;

/**
 * Options of `prune`. Needs `threadIds` or `allThreads`, so that a forgotten id never prunes every thread, and
 * at least one of `keepLatest` and `olderThan`.
 */
export interface PruneOptions {
  /** Only these threads; `[]` prunes none. */
  readonly threadIds?: readonly ThreadId[] | undefined;
  /** `true`: all threads, instead of `threadIds`. @default false */
  readonly allThreads?: boolean | undefined;
  /** How many of the newest checkpoints of every namespace always stay. @default 1 */
  readonly keepLatest?: number | undefined;
  /** Only checkpoints with an earlier `ts` are removed. @default all but the newest are removed */
  readonly olderThan?: Date | undefined;
  /** Only counts, and changes nothing. @default false */
  readonly dryRun?: boolean | undefined;
}

/** What `prune` or `deleteForRuns` removed, or would remove. */
export interface RemovalReport {
  /** Threads that lost checkpoints. */
  readonly threads: number;
  readonly checkpoints: number;
}

/** Chooses the checkpoints of a thread that may go. */
export type Chooser = (thread: readonly Kept[]) => (checkpoint: Kept) => boolean;

/** Removes old checkpoints. */
export async function pruneThreads(engine: Engine, options: PruneOptions): Promise<RemovalReport> {
  const { threadIds, keepLatest = 1, olderThan, dryRun = false } = checkedPrune(options);
  const limit = olderThan?.getTime() ?? Number.POSITIVE_INFINITY;
  const choose: Chooser = (thread) => {
    const latest = [...groupByNamespace(thread).values()].flatMap((all) => all.slice(0, keepLatest));
    const staying = new Set(latest);
    // A time that cannot be parsed is not old.
    return (checkpoint) => !staying.has(checkpoint) && !(Date.parse(checkpoint.ts) >= limit);
  };
  const named = threadIds?.map(threadIdOf);
  for (const thread of named ?? []) await engine.adoption?.settle(thread);
  const threads = named ?? threadNames(engine.storage);
  return removeFromAll(engine, threads, choose, dryRun);
}

/** Removes the checkpoints of runs. */
export async function deleteRuns(engine: Engine, runIds: readonly string[]): Promise<RemovalReport> {
  if (!Array.isArray(runIds)) {
    throw wrongArgument("runIds", "must be an array of run ids");
  }
  const runs = new Set(runIds.map(checkedRunId));
  const choose: Chooser = () => (checkpoint) => checkpoint.run !== undefined && runs.has(checkpoint.run);
  if (runs.size === 0) return { threads: 0, checkpoints: 0 };
  return removeFromAll(engine, threadsOfRuns(engine.storage, [...runs]), choose, false);
}

async function removeFromAll(
  engine: Engine,
  threads: Iterable<string> | AsyncIterable<string>,
  choose: Chooser,
  dryRun: boolean,
): Promise<RemovalReport> {
  const report = { threads: 0, checkpoints: 0 };
  // Read to the end first: removing moves threads within the listing.
  const names: string[] = [];
  for await (const name of threads) names.push(name);
  const left = [...new Set(names)].reverse();
  const work = async (): Promise<void> => {
    try {
      for (let thread = left.pop(); thread !== undefined; thread = left.pop()) {
        await engine.adoption?.tidy(thread);
        const removed = await removeFrom(engine, thread, choose, dryRun);
        report.checkpoints += removed;
        if (removed > 0) report.threads++;
      }
    } catch (error) {
      // The others finish the thread that they are working on.
      left.length = 0;
      throw error;
    }
  };
  const { threadsAtOnce = THREADS_AT_ONCE } = engine.storage.capabilities;
  const ended = await Promise.allSettled(Array.from({ length: threadsAtOnce }, work));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return report;
}

/** Removes checkpoints of one thread, and returns how many. */
export async function removeFrom(
  { storage, cache }: Engine,
  thread: string,
  choose: Chooser,
  dryRun: boolean,
): Promise<number> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const kept = await readOutline(storage, thread);
    const plan = planRemoval(thread, kept, choose(kept));
    if (dryRun || plan.checkpoints.length === 0) return plan.checkpoints.length;
    // What is known about the last run describes a checkpoint that is removed.
    if (losesWorkflow(kept, plan.checkpoints)) {
      await storage.updateThread({ thread, set: [], remove: [RUN_KEY] });
    }
    const result = await storage.remove({ thread, ...plan, newEpoch: randomId() });
    cache.forget(thread);
    if (result.outcome === "removed") return plan.checkpoints.length;
  }
  throw new CheckpointError(
    "CONFLICT",
    `thread ${JSON.stringify(thread)} was forked from checkpoints about to be removed, ` +
      `${MAX_ATTEMPTS} times in a row; try again later`,
    { threadId: thread },
  );
}

/** Whether the newest checkpoint of a workflow is among those that are removed. The newest come first. */
function losesWorkflow(kept: readonly Kept[], going: readonly CheckpointKey[]): boolean {
  const head = kept.find(({ namespace }) => namespace === "");
  if (!head?.isWorkflow) return false;
  return going.some(({ namespace, id }) => namespace === "" && id === head.id);
}

async function readOutline(storage: WholeStorage, thread: string): Promise<Kept[]> {
  const kept: Kept[] = [];
  for await (const outline of outlineOf(storage, thread)) {
    const { fields, values, delta } = await headerOf(thread, outline);
    const { namespace, id, parent, run } = outline;
    kept.push({
      namespace,
      id,
      parent,
      run,
      ts: fields.ts,
      version: fields.v,
      channels: values.map(([channel]) => channel),
      delta,
      isWorkflow: isWorkflow(fields.channel_versions),
    });
  }
  return kept;
}

async function* threadNames(storage: WholeStorage): AsyncGenerator<string> {
  for await (const { thread } of allThreads(storage)) yield thread;
}

async function* threadsOfRuns(storage: WholeStorage, runs: readonly string[]): AsyncGenerator<string> {
  let after: string | undefined;
  for (;;) {
    const page = await storage.runs({ runs, after, limit: PAGE });
    yield* page.threads;
    after = page.threads.at(-1);
    if (!page.more || after === undefined) return;
  }
}
