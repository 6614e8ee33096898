import { threadIdsOf, threadStats } from "@threadmark/core";
import type { Store } from "../stores/open-store.ts";
import { officialSize } from "./official-size.ts";

/** How much is in a store, or in some of its threads. */
export interface StoreSize {
  readonly threads: number;
  readonly checkpoints: number;
  readonly bytes: number;
}

/** Threads that are asked for at the same time. */
const AT_ONCE = 8;

/**
 * How much is in a store: with one round trip for each thread in our stores, and one query for everything in
 * LangGraph.js's own.
 *
 * @param threads Only these; LangGraph.js's own stores can only be measured as a whole.
 * @returns `undefined` if that is unknown.
 */
export async function storeSize(store: Store, threads?: readonly string[]): Promise<StoreSize | undefined> {
  if (!store.own) return threads ? undefined : officialSize(store);
  const ids = (threads ? eachOf(threads) : threadIdsOf(store.saver))[Symbol.asyncIterator]();
  const size = { threads: 0, checkpoints: 0, bytes: 0 };
  const work = async (): Promise<void> => {
    for (let next = await ids.next(); !next.done; next = await ids.next()) {
      const stats = await threadStats(store.saver, next.value);
      if (!stats) continue;
      size.threads++;
      size.checkpoints += stats.checkpoints;
      size.bytes += stats.bytes;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return size;
}

async function* eachOf(threads: readonly string[]): AsyncGenerator<string> {
  yield* threads;
}
