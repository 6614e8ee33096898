import { compareText, idBytes, isNode } from "@threadmark/core/storage";
import type { Doc } from "./driver.ts";

/**
 * Everything is in one collection, and `_id` says what a document is: the thread, the kind, and what
 * makes it unique among its kind. So each thread is one range of `_id`, and each kind of it another, in this
 * order. The thread's own document comes last: a command that reads a range to its end reads it at the end.
 */
export const KIND = { checkpoint: 1, write: 2, successor: 3, leaf: 4, node: 5, thread: 9 } as const;

/** A value of `_id`. */
export type Key = Doc & { readonly t: string; readonly k: number };

export function threadKey(t: string): Key {
  return { t, k: KIND.thread };
}

export function checkpointKey(t: string, namespace: string, id: string): Key {
  return { t, k: KIND.checkpoint, n: namespace, i: id };
}

/** The writes of a task to a checkpoint, `part` by part. */
export function writeKey(t: string, namespace: string, checkpoint: string, task: string, part: number): Key {
  return { t, k: KIND.write, n: namespace, i: checkpoint, a: task, x: part };
}

/** Which checkpoint follows a parent, where a fence decides it. */
export function successorKey(t: string, namespace: string, parent: string | undefined): Key {
  return { t, k: KIND.successor, n: namespace, p: parent ?? null };
}

export function blobKey(t: string, id: string): Key {
  return { t, k: isNode(id) ? KIND.node : KIND.leaf, b: idBytes([id]) };
}

/** Ranges in one command. */
const FEW = 100;

/** Comes after every string in the order of BSON, which compares types first. */
const END = true;

/** A condition for a range of `_id`. It also names the thread, for a cluster that is sharded by `_id.t`. */
function range(t: string, from: Doc, to: Doc): Doc {
  return { _id: { $gte: { t, ...from }, $lt: { t, ...to } }, "_id.t": t };
}

/** Where a range of checkpoints ends. */
export interface Below {
  readonly id: string;
  readonly inclusive: boolean;
}

/** All checkpoints of a namespace, or those below an id. */
export function checkpointsOf(t: string, namespace: string, below?: Below): Doc {
  const start = { k: KIND.checkpoint, n: namespace };
  if (!below) return range(t, start, { ...start, i: END });
  // One more field makes it greater than the id, and smaller than all greater ids.
  return range(t, start, { ...start, i: below.id, ...(below.inclusive && { z: END }) });
}

/** A checkpoint and all newer ones of its namespace. */
export function checkpointsFrom(t: string, namespace: string, id: string): Doc {
  const start = { k: KIND.checkpoint, n: namespace };
  return range(t, { ...start, i: id }, { ...start, i: END });
}

/** All writes to a checkpoint. */
export function writesOf(t: string, namespace: string, checkpoint: string): Doc {
  const start = { k: KIND.write, n: namespace, i: checkpoint };
  return range(t, start, { ...start, a: END });
}

/** All writes to some checkpoints and to those between them; if they are few, only theirs. */
export function writesBetween(t: string, namespace: string, ids: readonly string[]): Doc {
  if (ids.length <= FEW) return either(ids.map((id) => writesOf(t, namespace, id)));
  const [first, ...rest] = ids.toSorted(compareText);
  const start = { k: KIND.write, n: namespace };
  return range(t, { ...start, i: first }, { ...start, i: rest.at(-1), a: END });
}

/** All checkpoints and writes of a thread, and the documents of its fences. */
export function recordsOf(t: string): Doc {
  return range(t, { k: KIND.checkpoint }, { k: KIND.leaf });
}

export function allCheckpointsOf(t: string): Doc {
  return range(t, { k: KIND.checkpoint }, { k: KIND.write });
}

/** All blobs of a thread. */
export function blobsOf(t: string): Doc {
  return range(t, { k: KIND.leaf }, { k: KIND.thread });
}

/** Everything of a thread except its own document. */
export function contentOf(t: string): Doc {
  return range(t, { k: KIND.checkpoint }, { k: KIND.thread });
}

/** Everything of a thread. */
export function wholeOf(t: string): Doc {
  return range(t, { k: KIND.checkpoint }, { k: KIND.thread + 1 });
}

/** Documents of one thread or of several, by their keys. */
export function anyOf(keys: readonly Key[]): Doc {
  const threads = [...new Set(keys.map(({ t }) => t))];
  return { _id: { $in: keys }, "_id.t": threads.length === 1 ? threads[0] : { $in: threads } };
}

/** Documents that meet one of several conditions. */
export function either(conditions: readonly Doc[]): Doc {
  return conditions.length === 1 ? conditions[0]! : { $or: conditions };
}

/** One document, by its key. */
export function only(key: Key): Doc {
  return { _id: key };
}
