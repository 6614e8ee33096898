import { checkOptions, type OptionNames, type UseInstead, wrongArgument } from "../options.ts";
import type { PruneOptions } from "./retention.ts";
import { isValidDate } from "./valid-date.ts";

const PRUNE_OPTIONS: OptionNames<PruneOptions> = {
  threadIds: true,
  allThreads: true,
  keepLatest: true,
  olderThan: true,
  dryRun: true,
};
const INSTEAD: UseInstead = {
  threadId: "threadIds, with an array",
  thread_id: "threadIds, with an array",
  keepLast: "keepLatest",
  before: "olderThan",
};

/**
 * Refuses a prune that would do something other than intended.
 *
 * @throws CheckpointError `INVALID_ARGUMENT`.
 */
export function checkedPrune(options: PruneOptions): PruneOptions {
  if (options === undefined)
    throw wrongArgument("options", "of prune are needed: which threads to prune, and what to keep");
  checkOptions(options, "prune", PRUNE_OPTIONS, INSTEAD);
  const { keepLatest, olderThan, dryRun } = options;
  checkThreads(options);
  if (keepLatest === undefined && olderThan === undefined) {
    throw wrongArgument("keepLatest", "or olderThan is needed, to say what to keep");
  }
  if (keepLatest !== undefined && !(Number.isInteger(keepLatest) && keepLatest >= 0)) {
    throw wrongArgument("keepLatest", "must be a whole number, 0 or more");
  }
  if (olderThan !== undefined && !isValidDate(olderThan))
    throw wrongArgument("olderThan", "must be a valid Date");
  if (dryRun !== undefined && typeof dryRun !== "boolean")
    throw wrongArgument("dryRun", "must be true or false");
  return options;
}

function checkThreads(options: PruneOptions): void {
  const { threadIds, allThreads } = options;
  if (allThreads !== undefined && typeof allThreads !== "boolean") {
    throw wrongArgument("allThreads", "must be true or false");
  }
  if (threadIds !== undefined && allThreads === true) {
    throw wrongArgument("allThreads", "and threadIds contradict each other; give one of them");
  }
  if (threadIds !== undefined && !Array.isArray(threadIds)) {
    throw wrongArgument("threadIds", "must be an array of thread ids");
  }
  if (threadIds === undefined && allThreads !== true) {
    const problem = "threadIds" in options ? "is undefined;" : "is missing;";
    throw wrongArgument(
      "threadIds",
      `${problem} name the threads, or set allThreads: true to prune every thread`,
    );
  }
}
