import { filterTerms } from "../codec/index-token.ts";
import { threadIdOf, type ThreadId } from "../ids.ts";
import { checkOptions, type OptionNames, wrongArgument } from "../options.ts";
import type { FilterTerm } from "../storage/port.ts";
import { checkFilter } from "./check-arguments.ts";
import type { Engine } from "./engine.ts";
import { allThreads } from "./threads.ts";

/** The maximum number of threads that a storage deletes at once. */
const BATCH = 100;
/**
 * A thread that is written to in the meantime may be found late or come back. A writer that keeps writing is not
 * waited for.
 */
const MAX_ROUNDS = 10;

/** Which threads to delete. Exactly one of the three is needed. */
export interface DeleteThreadsOptions {
  /**
   * Threads whose own metadata matches every key of the filter. It needs at least one key, and no value may be
   * `undefined`.
   */
  readonly filter?: Readonly<Record<string, unknown>> | undefined;
  readonly threadIds?: readonly ThreadId[] | undefined;
  /** All threads. */
  readonly allThreads?: true | undefined;
}

/** Deletes threads in batches and returns how many were deleted. */
export async function deleteThreads(engine: Engine, options: DeleteThreadsOptions): Promise<number> {
  const { threadIds, filter } = checked(options);
  if (threadIds) return deleteAll(engine, new Set(threadIds.map(threadIdOf)));
  const terms = filterTerms(filter);
  let total = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const deleted = await deleteAll(engine, namesOf(engine, terms));
    total += deleted;
    if (deleted === 0) break;
  }
  return total;
}

async function* namesOf({ storage }: Engine, filter: readonly FilterTerm[]): AsyncGenerator<string> {
  for await (const { thread } of allThreads(storage, { filter })) yield thread;
}

async function deleteAll(engine: Engine, threads: Iterable<string> | AsyncIterable<string>): Promise<number> {
  let total = 0;
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    total += await engine.storage.deleteThreads(batch);
    for (const thread of batch) {
      engine.cache.forget(thread);
      await engine.adoption?.remove(thread);
    }
    batch = [];
  };
  for await (const thread of threads) {
    batch.push(thread);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  return total;
}

const OPTIONS: OptionNames<DeleteThreadsOptions> = { filter: true, threadIds: true, allThreads: true };

function checked(options: DeleteThreadsOptions = {}): DeleteThreadsOptions {
  checkOptions(options, "deleteThreads", OPTIONS, { threadId: "threadIds: [threadId]" });
  const { filter, threadIds, allThreads: all } = options;
  if ([filter, threadIds, all].filter((choice) => choice !== undefined).length !== 1) {
    throw wrongArgument("filter", "threadIds or allThreads: true must be given, and only one of them");
  }
  if (all !== undefined && !all) throw wrongArgument("allThreads", "must be true");
  if (threadIds !== undefined && !Array.isArray(threadIds))
    throw wrongArgument("threadIds", "must be an array");
  if (filter !== undefined) checkWhole(filter);
  return options;
}

/** A forgotten user id must not delete everyone's threads. */
function checkWhole(filter: Readonly<Record<string, unknown>>): void {
  checkFilter(filter);
  const values = Object.values(filter ?? {});
  if (values.length === 0) throw wrongArgument("filter", "has no key; allThreads: true deletes all threads");
  if (values.includes(undefined)) throw wrongArgument("filter", "has a key whose value is undefined");
}
