import { Command, type CommandOptions } from "./command.ts";
import { systemClock } from "./clock.ts";
import type { RunConfig } from "./config.ts";
import { isWorkflowError } from "./errors.ts";
import { findRuns, type FoundRun } from "./runs.ts";
import type { ListingSaver } from "./saver.ts";

/** How many runs are continued at once. */
const AT_ONCE = 10;

/** Options of `recover`. */
export interface RecoverOptions {
  /**
   * How many milliseconds must have passed since something was last stored in the thread: a run without a claim,
   * because it allows others or belongs to LangGraph.js, may still be working. @default 60_000
   */
  readonly olderThan?: number;
  /** Only threads whose own metadata matches every key of the filter. */
  readonly filter?: Readonly<Record<string, unknown>>;
  /**
   * Also continues runs in threads that do not say whether their last run has ended: threads in which only
   * LangGraph.js has run and never finished, and threads that were moved from another saver. Every thread is then
   * listed, and these are read.
   * @default false
   */
  readonly unmarked?: boolean;
  /** The config of the runs, except for the thread. */
  readonly config?: RunConfig;
}

/** What `recover` did. */
export interface RecoveryReport {
  /** Threads whose run continued, to its end or to its next question. */
  readonly continued: readonly string[];
  /** Threads whose run continued and failed. */
  readonly failed: readonly { readonly threadId: string; readonly error: unknown }[];
}

/** Continues runs that stopped halfway, and those whose timer is due. */
export async function recoverRuns(
  saver: ListingSaver,
  name: string,
  invoke: (input: CommandOptions | null, config: RunConfig) => Promise<unknown>,
  { olderThan = 60_000, filter, unmarked = false, config = {} }: RecoverOptions,
): Promise<RecoveryReport> {
  const continued: string[] = [];
  const failed: { threadId: string; error: unknown }[] = [];
  const clock = config.clock ?? systemClock;
  const goOn = async ({ summary: { threadId }, due }: FoundRun): Promise<void> => {
    const input = due.length > 0 ? wakeUp(due) : null;
    try {
      await invoke(input, { ...config, configurable: { ...config.configurable, thread_id: threadId } });
      continued.push(threadId);
    } catch (error) {
      if (!isTakenCareOf(error)) failed.push({ threadId, error });
    }
  };
  const atWork = new Set<Promise<void>>();
  const status = ["unfinished", "paused"] as const;
  for await (const run of findRuns(saver, name, clock, { status, unmarked, ...(filter ? { filter } : {}) })) {
    const isOld = clock.now() - run.summary.updatedAt.getTime() >= olderThan;
    if (run.summary.status === "paused" ? run.due.length === 0 : !isOld) continue;
    const work = goOn(run).finally(() => atWork.delete(work));
    atWork.add(work);
    if (atWork.size >= AT_ONCE) await Promise.race(atWork);
  }
  await Promise.all(atWork);
  return { continued, failed };
}

/** To `waitFor`, `null` means that it timed out. */
function wakeUp(questions: readonly string[]): Command {
  return new Command({ resume: Object.fromEntries(questions.map((id) => [id, null])) });
}

/** Somebody else was faster. */
function isTakenCareOf(error: unknown): boolean {
  return ["THREAD_BUSY", "ALREADY_RESUMED", "NOT_PAUSED", "UNKNOWN_INTERRUPT"].some((code) =>
    isWorkflowError(error, code as never),
  );
}
