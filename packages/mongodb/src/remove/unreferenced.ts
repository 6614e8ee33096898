import type { BlobId } from "@threadmark/core/storage";
import { childrenOf } from "@threadmark/core/storage";
import { idOf, writesIn, type BlobDoc, type CheckpointDoc, type WriteDoc } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { anyOf, blobKey, blobsOf, KIND, recordsOf, type Key } from "../keys.ts";
import type { Session } from "../session.ts";
import { onlyOf } from "../thread.ts";
import { readTrees } from "../read/read-trees.ts";

const BATCH = 10_000;

/**
 * Removes the blobs of old generations that no record refers to, and returns how many; see step 6 in
 * `remove.ts`. Those that stay get the generation of the thread, by which writes know that they are whole.
 *
 * @param old The old generations.
 * @param g The thread's.
 */
export async function removeUnreferenced(
  session: Session,
  name: string,
  old: readonly string[],
  g: string,
): Promise<number> {
  const live = await referenced(session, name, old);
  const found = (await session.find(
    { ...blobsOf(name), ...onlyOf(old) },
    { projection: { g: 1 } },
  )) as unknown as (BlobDoc & { readonly g: readonly string[] })[];
  const isLive = ({ _id }: BlobDoc): boolean => live.has(idOf(_id.b));
  let removed = 0;
  for (const batch of inBatches(found.filter((blob) => !isLive(blob)))) {
    const filter = { ...anyOf(keysOf(name, batch)), ...onlyOf(old) };
    const result = await session.write((collection) => collection.deleteMany(filter));
    removed += result.deletedCount;
  }
  for (const batch of inBatches(found.filter(isLive))) {
    const filter = { ...anyOf(keysOf(name, batch)), ...onlyOf(old) };
    await session.write((collection) => collection.updateMany(filter, { $set: { g: [g] } }));
  }
  return removed;
}

function* inBatches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += BATCH) yield all.slice(start, start + BATCH);
}

function keysOf(thread: string, blobs: readonly BlobDoc[]): Key[] {
  return blobs.map(({ _id }) => blobKey(thread, idOf(_id.b)));
}

/**
 * Ids of all blobs at and below what the records of the thread refer to, those of newer generations too: the
 * next removal may have moved them by now. Leaves are not read for it.
 */
async function referenced(session: Session, thread: string, old: readonly string[]): Promise<Set<BlobId>> {
  const projection = { refs: 1, w: 1, last: 1 };
  const newer = { ...recordsOf(thread), g: { $nin: old } };
  const docs = (await session.find(newer, { projection })) as unknown as { _id: Key }[];
  const checkpoints = docs.filter(({ _id }) => _id.k === KIND.checkpoint) as unknown as CheckpointDoc[];
  const writes = docs.filter(({ _id }) => _id.k === KIND.write) as unknown as WriteDoc[];
  const ids = new Set([
    ...checkpoints.flatMap(({ refs }) => (refs ?? []).map(idOf)),
    ...writesByCheckpoint(writes).flatMap((own) => writesIn(own).flatMap(({ refs }) => refs)),
  ]);
  const find = (filter: Doc, options: object) => session.find(filter, options);
  const roots = [{ thread, ids: [...ids] }];
  const { blobs } = await readTrees(find, { roots, have: [], nodesOnly: true, threads: [] });
  for (const node of blobs) for (const child of childrenOf(node)) ids.add(child);
  return ids;
}

/** Writes of one task count together, and those to another checkpoint on their own. */
export function writesByCheckpoint(docs: readonly WriteDoc[]): WriteDoc[][] {
  const groups = new Map<string, WriteDoc[]>();
  for (const doc of docs) {
    const key = JSON.stringify([doc._id.n, doc._id.i]);
    const group = groups.get(key);
    if (group) group.push(doc);
    else groups.set(key, [doc]);
  }
  return [...groups.values()];
}
