import { isNode, type BlobId } from "@threadmark/core/storage";
import { bytesOf, type BlobDoc, type CheckpointDoc, type WriteDoc } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { KIND, only, threadKey, type Key } from "../keys.ts";
import { ALL, type Session } from "../session.ts";
import { ALIVE, checkedThread, isAlive, type ThreadDoc } from "../thread.ts";
import type { Gathered, GatheredOne } from "./hit.ts";
import type { Selection } from "./selection.ts";

/** The first checkpoint of a thread, in one command. */
export async function oneByAggregate(
  session: Session,
  selection: Selection & { readonly thread: string },
  have: readonly BlobId[],
): Promise<GatheredOne> {
  const stages = oneStages(session.collectionName, selection, have);
  const docs = (await session.read((collection) =>
    collection.aggregate(stages, { batchSize: ALL }).toArray(),
  )) as unknown as { readonly _id: Key }[];
  const ofKind = (kind: number): unknown => docs.find(({ _id }) => _id.k === kind);
  const first = ofKind(KIND.checkpoint);
  const found = ofKind(KIND.thread) as Doc | undefined;
  const thread = found && checkedThread(selection.thread, found);
  if (!first) return { hit: undefined, nodes: [], thread };
  const doc = first as CheckpointDoc & { writes: WriteDoc[]; nodes: BlobDoc[] };
  return { hit: { doc, thread, writes: doc.writes }, nodes: doc.nodes, thread };
}

/** Checkpoints in one command. */
export async function byAggregate(
  session: Session,
  selection: Selection,
  limit: number,
  have: readonly BlobId[],
): Promise<Gathered> {
  const stages = gatherStages(session.collectionName, selection, limit, have);
  const docs = (await session.read((collection) =>
    collection.aggregate(stages, { batchSize: ALL }).toArray(),
  )) as unknown as { readonly _id: Key }[];
  const ofKind = (kind: number): unknown[] => docs.filter(({ _id }) => _id.k === kind);
  const hits = ofKind(KIND.checkpoint) as (CheckpointDoc & {
    thread: ThreadDoc[];
    now: Date;
    writes: WriteDoc[];
  })[];
  return {
    hits: hits.map((doc) => ({
      doc,
      thread: doc.thread
        .map((thread) => checkedThread(doc._id.t, thread as unknown as Doc))
        .find((thread) => isAlive({ ...thread, now: doc.now })),
      writes: doc.writes,
    })),
    nodes: ofKind(KIND.node) as BlobDoc[],
    after: selection.thread === undefined ? undefined : (ofKind(KIND.thread) as ThreadDoc[]),
  };
}

/**
 * The stages of a read.
 *
 * - Out: documents of the kinds checkpoint (with `thread` and `writes`), node and, for one thread, thread.
 * - In this order: the thread is read with each checkpoint and again at the end, since one command is not a snapshot.
 *   The reader compares the two.
 */
function gatherStages(from: string, selection: Selection, limit: number, have: readonly BlobId[]): Doc[] {
  const { thread } = selection;
  const tail = thread === undefined ? [] : [{ $match: only(threadKey(thread)) }];
  return [
    ...hitStages(from, selection, limit),
    ...withNodes(from, thread, have),
    ...(thread === undefined ? [] : [{ $unionWith: { coll: from, pipeline: tail } }]),
  ];
}

/**
 * The stages of a read of one checkpoint.
 *
 * - Out: the checkpoint, with `writes` and `nodes`, and the thread.
 * - In this order, so the thread is read last.
 */
function oneStages(
  from: string,
  { filter, sort, thread }: Selection & { readonly thread: string },
  have: readonly BlobId[],
): Doc[] {
  const start = { t: "$_id.t", k: KIND.write, n: "$_id.n", i: "$_id.i" };
  const roots = { t: "$_id.t", k: KIND.node, b: "$$this" };
  return [
    { $match: filter },
    { $sort: sort },
    { $limit: 1 },
    writesStage(from, { from: start, to: { ...start, a: true } }, thread),
    nodesStage(
      from,
      { $map: { input: { $concatArrays: ["$refs", REFS_OF_WRITES] }, in: roots } },
      thread,
      have,
      "nodes",
    ),
    { $unset: ["scan", "nodes.g", "nodes.children"] },
    { $unionWith: { coll: from, pipeline: [{ $match: { ...only(threadKey(thread)), ...ALIVE } }] } },
  ];
}

/** Adds `writes`: the documents between two keys. */
export function writesStage(
  from: string,
  range: { readonly from: unknown; readonly to: unknown },
  thread: string | undefined,
): Doc {
  const inRange = { $and: [{ $gte: ["$_id", "$$from"] }, { $lt: ["$_id", "$$to"] }] };
  const ofThread = thread === undefined ? {} : { "_id.t": thread };
  return {
    $lookup: {
      from,
      let: range,
      pipeline: [{ $match: { $expr: inRange, ...ofThread } }],
      as: "writes",
    },
  };
}

/** Adds all nodes at and below some keys. Leaves are never visited. */
function nodesStage(
  from: string,
  startWith: Doc | string,
  thread: string | undefined,
  have: readonly BlobId[],
  as: string,
): Doc {
  const nodes = bytesOf(have.filter(isNode));
  return {
    $graphLookup: {
      from,
      startWith,
      connectFromField: "children",
      connectToField: "_id",
      as,
      restrictSearchWithMatch: {
        ...(thread !== undefined && { "_id.t": thread }),
        ...(nodes.length > 0 && { "_id.b": { $nin: nodes } }),
      },
    },
  };
}

function concat(input: Doc | string, refs: Doc | string): Doc {
  return { $reduce: { input, initialValue: [], in: { $concatArrays: ["$$value", refs] } } };
}

const REFS_OF_WRITES = concat("$writes", concat({ $objectToArray: "$$this.w" }, "$$this.v.r"));

function hitStages(from: string, { filter, sort, thread }: Selection, limit: number): Doc[] {
  const start = { t: "$_id.t", k: KIND.write, n: "$_id.n", i: "$_id.i" };
  return [
    { $match: filter },
    { $sort: sort },
    { $limit: limit },
    { $set: { own: { t: "$_id.t", k: KIND.thread }, from: start, to: { ...start, a: true }, now: "$$NOW" } },
    { $lookup: { from, localField: "own", foreignField: "_id", as: "thread" } },
    writesStage(from, { from: "$from", to: "$to" }, thread),
    { $unset: ["own", "from", "to", "scan"] },
  ];
}

/** Adds the nodes of their blobs to checkpoints with their writes: each once, so all checkpoints become one document. */
function withNodes(from: string, thread: string | undefined, have: readonly BlobId[]): Doc[] {
  const roots = {
    $map: {
      input: { $concatArrays: ["$refs", REFS_OF_WRITES] },
      in: { t: "$_id.t", k: KIND.node, b: "$$this" },
    },
  };
  const bytes = { $map: { input: "$node", in: { _id: "$$this._id", bytes: "$$this.bytes" } } };
  return [
    { $group: { _id: null, hits: { $push: "$$ROOT" }, roots: { $push: roots } } },
    nodesStage(from, { $setUnion: concat("$roots", "$$this") }, thread, have, "node"),
    { $project: { doc: { $concatArrays: ["$hits", bytes] } } },
    { $unwind: "$doc" },
    { $replaceRoot: { newRoot: "$doc" } },
  ];
}
