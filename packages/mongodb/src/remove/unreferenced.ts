import type { BlobId } from "@threadmark/core/storage";
import { childrenOf, isCheckpointError } from "@threadmark/core/storage";
import { idOf } from "../decoder.ts";
import { blobOf, refsOf, writesIn, type BlobDoc, type CheckpointDoc, type WriteDoc } from "../documents.ts";
import type { Doc, UpdateManyOp } from "../driver.ts";
import { DEAD } from "../generation.ts";
import { anyOf, blobKey, blobsOf, either, KIND, recordsOf, type Key } from "../keys.ts";
import type { Session } from "../session.ts";
import { onlyOf } from "../thread.ts";
import { readTrees } from "../read/read-trees.ts";

const BATCH = 10_000;

/** A thread that records were removed from. */
export interface Thinned {
  readonly thread: string;
  /** The old generations. */
  readonly old: readonly string[];
  /** The thread's. */
  readonly g: string;
}

/**
 * Removes the blobs of old generations that no record refers to, and returns how many, by thread; see step 6 in
 * `remove.ts`. Those that are in use get the generation of their thread, which tells writes that they are complete.
 *
 * Where something is damaged, no blob of the thread is removed. A reference that leads nowhere is damaged, unless another
 * removal took over just now and has removed what it led to: that one, the last, frees what nothing refers to.
 */
export async function removeUnreferenced(
  session: Session,
  threads: readonly Thinned[],
): Promise<ReadonlyMap<string, number>> {
  const { live, damaged } = await referenced(session, threads);
  const blobs = threads.map(({ thread, old }) => ({ ...blobsOf(thread), ...onlyOf(old) }));
  const found = (await session.find(either(blobs), { projection: { g: 1 } })) as unknown as BlobDoc[];
  const isLive = ({ _id }: BlobDoc): boolean => live.get(_id.t)!.has(idOf(_id.b));
  // None of these is a generation of another thread.
  const old = onlyOf(threads.flatMap((one) => one.old));
  for (const thread of await incomplete(session, live, found)) damaged.add(thread);
  const dead = found.filter((blob) => !isLive(blob) && !damaged.has(blob._id.t));
  for (const batch of inBatches(dead)) {
    await session.write((collection) => collection.deleteMany({ ...anyOf(keysOf(batch)), ...old }));
  }
  for (const batch of inBatches(found.filter(isLive))) {
    const ops = threads.flatMap(({ thread, g }): UpdateManyOp[] => {
      const own = batch.filter(({ _id }) => _id.t === thread);
      if (own.length === 0) return [];
      return [{ updateMany: { filter: { ...anyOf(keysOf(own)), ...old }, update: { $set: { g: [g] } } } }];
    });
    await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
  }
  const removed = new Map<string, number>();
  for (const { _id } of dead) removed.set(_id.t, (removed.get(_id.t) ?? 0) + 1);
  return removed;
}

function* inBatches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += BATCH) yield all.slice(start, start + BATCH);
}

/** As they are stored: a damaged one must be removed, too. */
function keysOf(blobs: readonly BlobDoc[]): Key[] {
  return blobs.map(({ _id }) => _id as unknown as Key);
}

/** The threads where a blob is missing that is referred to. */
async function incomplete(
  session: Session,
  live: References["live"],
  found: readonly BlobDoc[],
): Promise<string[]> {
  const missing = new Map([...live].map(([thread, ids]) => [thread, new Set(ids)]));
  const see = (docs: readonly Pick<BlobDoc, "_id">[]): void => {
    for (const { _id } of docs) missing.get(_id.t)!.delete(idOf(_id.b));
  };
  see(found);
  // Few are left: those that a write has sent since.
  const keys = [...missing].flatMap(([thread, ids]) => [...ids].map((id) => blobKey(thread, id)));
  for (const batch of inBatches(keys)) {
    see((await session.find(anyOf(batch), { projection: { _id: 1 } })) as unknown as BlobDoc[]);
  }
  return [...missing].filter(([, ids]) => ids.size > 0).map(([thread]) => thread);
}

interface References {
  /** What is referred to, by thread. */
  readonly live: ReadonlyMap<string, ReadonlySet<BlobId>>;
  /** Threads with something that cannot be read. */
  readonly damaged: Set<string>;
}

/**
 * Ids of all blobs at and below what the records of each thread refer to, including records of newer generations: the
 * next removal may have moved them by now. Leaves need not be read.
 */
async function referenced(session: Session, threads: readonly Thinned[]): Promise<References> {
  const live = new Map(threads.map(({ thread }) => [thread, new Set<BlobId>()]));
  const damaged = new Set<string>();
  const newer = threads.map(({ thread, old }) => ({ ...recordsOf(thread), g: { $nin: old } }));
  const projection = { g: 1, refs: 1, w: 1, last: 1, tally: 1 };
  const docs = (await session.find(either(newer), { projection })) as unknown as { _id: Key }[];
  const checkpoints = docs.filter(({ _id }) => _id.k === KIND.checkpoint) as unknown as CheckpointDoc[];
  const writes = docs.filter(({ _id }) => _id.k === KIND.write) as unknown as WriteDoc[];
  const add = (thread: string, read: () => readonly BlobId[]): boolean => {
    try {
      const own = live.get(thread)!;
      for (const id of read()) own.add(id);
      return true;
    } catch (error) {
      if (!isCheckpointError(error, "CORRUPT")) throw error;
      damaged.add(thread);
      return false;
    }
  };
  for (const doc of checkpoints) if (doc.g !== DEAD) add(doc._id.t, () => refsOf(doc));
  for (const own of writesByCheckpoint(writes)) {
    add(own[0]!._id.t, () => writesIn(own).flatMap(({ refs }) => refs));
  }
  const find = async (filter: Doc, options: object): Promise<Doc[]> => {
    const nodes = await session.find(filter, options);
    return nodes.filter((node) => {
      const doc = node as unknown as BlobDoc;
      return add(doc._id.t, () => childrenOf(blobOf(doc)));
    });
  };
  const roots = [...live].map(([thread, ids]) => ({ thread, ids: [...ids] }));
  await readTrees(find, { roots, have: [], nodesOnly: true, threads: [] });
  return { live, damaged };
}

/** Writes of one task count together, but separately for each checkpoint. */
export function writesByCheckpoint(docs: readonly WriteDoc[]): WriteDoc[][] {
  const groups = new Map<string, WriteDoc[]>();
  for (const doc of docs) {
    const key = JSON.stringify([doc._id.t, doc._id.n, doc._id.i]);
    const group = groups.get(key);
    if (group) group.push(doc);
    else groups.set(key, [doc]);
  }
  return [...groups.values()];
}
