import type { CheckpointDoc, WriteDoc } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { anyOf, threadKey, writesOf, type Key } from "../keys.ts";
import { ALL, type Session } from "../session.ts";
import { ALIVE, checkedThread } from "../thread.ts";
import type { Gathered } from "./hit.ts";
import type { Selection } from "./selection.ts";

/** Checkpoints, threads and writes with a command each, for services without these stages. */
export async function byFind(session: Session, selection: Selection, limit: number): Promise<Gathered> {
  const { filter, sort } = selection;
  const find = (where: Doc, options: object): Promise<Doc[]> =>
    session.read((collection) => collection.find(where, { ...options, batchSize: ALL }).toArray());
  const docs = (await find(filter, { sort, limit })) as unknown as CheckpointDoc[];
  if (docs.length === 0) return { hits: [], nodes: [], after: undefined };
  const names = [...new Set(docs.map(({ _id }) => _id.t))];
  const found = await find({ ...anyOf(names.map(threadKey)), ...ALIVE }, {});
  const threads = found.map((doc) => checkedThread((doc["_id"] as Key).t, doc));
  const ranges = docs.map(({ _id }) => writesOf(_id.t, _id.n, _id.i));
  const where = ranges.length === 1 ? ranges[0]! : { $or: ranges };
  const writes = (await find(where, {})) as unknown as (WriteDoc & { _id: Key })[];
  const byThread = new Map(threads.map((thread, i) => [(found[i]!["_id"] as Key).t, thread]));
  const hits = docs.map((doc) => ({
    doc,
    thread: byThread.get(doc._id.t),
    writes: writes.filter(({ _id: { t, n, i } }) => t === doc._id.t && n === doc._id.n && i === doc._id.i),
  }));
  return { hits, nodes: [], after: undefined };
}
