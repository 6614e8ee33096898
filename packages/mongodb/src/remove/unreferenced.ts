import type { BlobId } from "@threadmark/core/storage";
import { childrenOf } from "@threadmark/core/storage";
import { idOf } from "../decoder.ts";
import { blobOf, writesIn, type BlobDoc, type CheckpointDoc, type WriteDoc } from "../documents.ts";
import type { Doc, UpdateManyOp } from "../driver.ts";
import { anyOf, blobsOf, either, KIND, recordsOf, type Key } from "../keys.ts";
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
 * `remove.ts`. Those that stay get the generation of their thread, which tells writes that they are complete.
 */
export async function removeUnreferenced(
  session: Session,
  threads: readonly Thinned[],
): Promise<ReadonlyMap<string, number>> {
  const live = await referenced(session, threads);
  const blobs = threads.map(({ thread, old }) => ({ ...blobsOf(thread), ...onlyOf(old) }));
  const found = (await session.find(either(blobs), { projection: { g: 1 } })) as unknown as BlobDoc[];
  const isLive = ({ _id }: BlobDoc): boolean => live.get(_id.t)!.has(idOf(_id.b));
  // None of these is a generation of another thread.
  const old = onlyOf(threads.flatMap((one) => one.old));
  const dead = found.filter((blob) => !isLive(blob));
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

/**
 * Ids of all blobs at and below what the records of each thread refer to, including records of newer generations: the
 * next removal may have moved them by now. Leaves need not be read.
 */
async function referenced(
  session: Session,
  threads: readonly Thinned[],
): Promise<ReadonlyMap<string, ReadonlySet<BlobId>>> {
  const live = new Map(threads.map(({ thread }) => [thread, new Set<BlobId>()]));
  const newer = threads.map(({ thread, old }) => ({ ...recordsOf(thread), g: { $nin: old } }));
  const projection = { refs: 1, w: 1, last: 1, tally: 1 };
  const docs = (await session.find(either(newer), { projection })) as unknown as { _id: Key }[];
  const checkpoints = docs.filter(({ _id }) => _id.k === KIND.checkpoint) as unknown as CheckpointDoc[];
  const writes = docs.filter(({ _id }) => _id.k === KIND.write) as unknown as WriteDoc[];
  const add = (thread: string, ids: Iterable<BlobId>): void => {
    const own = live.get(thread)!;
    for (const id of ids) own.add(id);
  };
  for (const { _id, refs } of checkpoints) add(_id.t, (refs ?? []).map(idOf));
  for (const own of writesByCheckpoint(writes)) {
    add(
      own[0]!._id.t,
      writesIn(own).flatMap(({ refs }) => refs),
    );
  }
  const find = async (filter: Doc, options: object): Promise<Doc[]> => {
    const nodes = await session.find(filter, options);
    for (const node of nodes as unknown as BlobDoc[]) add(node._id.t, childrenOf(blobOf(node)));
    return nodes;
  };
  const roots = [...live].map(([thread, ids]) => ({ thread, ids: [...ids] }));
  await readTrees(find, { roots, have: [], nodesOnly: true, threads: [] });
  return live;
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
