import type { WriteRecord } from "@threadmark/core/storage";
import type { MemoryStorage } from "@threadmark/core/memory";
import { ThreadNotes } from "./alter.ts";
import { note, patch, type Store } from "./mutant.ts";

/** Batches of writes to one checkpoint, in the order in which they came. */
export type Batches = readonly (readonly WriteRecord[])[];

/**
 * Works out the pending writes of a checkpoint from everything that was written. Small
 * values only: large ones would need their blobs.
 */
export function decideWrites(
  storage: MemoryStorage,
  store: Store,
  decide: (batches: Batches) => WriteRecord[],
): void {
  const log = note(store, "log", () => new ThreadNotes<WriteRecord[][]>());
  const decided = (thread: string, namespace: string, id: string, as: readonly WriteRecord[]) => {
    const batches = log.get(thread, namespace, id);
    const small = batches?.flat().every(({ refs }) => refs.length === 0) ?? false;
    return batches !== undefined && small ? decide(batches) : as;
  };
  patch(storage, "putWrites", (putWrites) => async (request) => {
    const { thread, namespace, checkpoint, writes } = request;
    const place = [namespace, checkpoint];
    const batches = log.get(thread, ...place) ?? [];
    log.set(thread, place, batches);
    batches.push([...writes]);
    return putWrites(request);
  });
  patch(storage, "deleteThreads", (deleteThreads) => async (threads) => {
    for (const thread of threads) log.delete(thread);
    return deleteThreads(threads);
  });
  patch(storage, "get", (get) => async (request) => {
    const found = await get(request);
    if (found === undefined) return undefined;
    const { namespace, id } = found.checkpoint;
    return { ...found, writes: decided(found.thread, namespace, id, found.writes) };
  });
  patch(storage, "scan", (scan) => async (request) => {
    const page = await scan(request);
    const checkpoints = page.checkpoints.map((found) => {
      const { namespace, id } = found.checkpoint;
      return { ...found, writes: decided(found.thread, namespace, id, found.writes) };
    });
    return { ...page, checkpoints };
  });
}

/** Keeps one write for every key: the first, or the last where `replaces` says so. */
export function keepByKey(
  batches: Batches,
  key: (write: WriteRecord) => string,
  replaces: (write: WriteRecord, batch: readonly WriteRecord[]) => boolean,
): WriteRecord[] {
  const kept = new Map<string, WriteRecord>();
  for (const batch of batches) {
    for (const write of batch) {
      const place = key(write);
      if (!kept.has(place) || replaces(write, batch)) kept.set(place, write);
    }
  }
  return [...kept.values()];
}

/** The rule of the contract, for mutants that change one part of it. */
export const rightKey = ({ task, idx }: WriteRecord): string => JSON.stringify([task, idx]);
export const rightReplaces = ({ idx }: WriteRecord): boolean => idx < 0;
