import type { BlobId } from "@threadmark/core/storage";
import { idBytes, type BlobDoc, type CheckpointDoc, type WriteDoc } from "./documents.ts";
import type { Doc } from "./driver.ts";
import { isTooLarge, isUnsupported } from "./failure.ts";
import { anyOf, isNodeId, KIND, only, threadKey, writesOf, type Key } from "./keys.ts";
import type { Selection } from "./select.ts";
import { ALL, type Session } from "./session.ts";
import type { ThreadDoc } from "./thread.ts";

/** A checkpoint, valid or not, with its writes and the thread as it was read with it. */
export interface Hit {
  readonly doc: CheckpointDoc;
  readonly thread: ThreadDoc | undefined;
  readonly writes: readonly WriteDoc[];
}

/** What the first command of a read has. */
export interface Gathered {
  readonly hits: readonly Hit[];
  /** Nodes of the blobs of all hits. There may be more, which are then read afterwards. */
  readonly nodes: readonly BlobDoc[];
  /** The thread as it was read at the end, if it was. */
  readonly after: readonly ThreadDoc[] | undefined;
}

/** One checkpoint. */
export interface GatheredOne {
  readonly hit: Hit | undefined;
  readonly nodes: readonly BlobDoc[];
  /** As it was read at the end. */
  readonly thread: ThreadDoc | undefined;
}

/**
 * Checkpoints with all that belongs to them, but for leaves. It is one `aggregate`; where the service does
 * not know one of its stages, or the answer would be too large for one document, it is some `find`s.
 */
export class Gatherer {
  readonly #session: Session;
  #aggregates: boolean;

  /** @param aggregates Whether to try it with one command. */
  constructor(session: Session, aggregates: boolean) {
    this.#session = session;
    this.#aggregates = aggregates;
  }

  async gather(selection: Selection, limit: number, have: readonly BlobId[]): Promise<Gathered> {
    return (
      (await this.#try(() => byAggregate(this.#session, selection, limit, have))) ??
      byFind(this.#session, selection, limit)
    );
  }

  /**
   * The first checkpoint, of a thread; at about half the cost of {@link gather}. `undefined` where that is not
   * possible.
   */
  async gatherOne(
    selection: Selection & { readonly thread: string },
    have: readonly BlobId[],
  ): Promise<GatheredOne | undefined> {
    return this.#try(() => oneByAggregate(this.#session, selection, have));
  }

  async #try<T>(aggregate: () => Promise<T>): Promise<T | undefined> {
    if (!this.#aggregates) return undefined;
    try {
      return await aggregate();
    } catch (error) {
      if (isUnsupported(error)) this.#aggregates = false;
      else if (!isTooLarge(error)) throw error;
      return undefined;
    }
  }
}

async function oneByAggregate(
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
  const thread = ofKind(KIND.thread) as ThreadDoc | undefined;
  if (!first) return { hit: undefined, nodes: [], thread };
  const doc = first as CheckpointDoc & { writes: WriteDoc[]; nodes: BlobDoc[] };
  return { hit: { doc, thread, writes: doc.writes }, nodes: doc.nodes, thread };
}

async function byAggregate(
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
  const hits = ofKind(KIND.checkpoint) as (CheckpointDoc & { thread: ThreadDoc[]; writes: WriteDoc[] })[];
  return {
    hits: hits.map((doc) => ({ doc, thread: doc.thread[0], writes: doc.writes })),
    nodes: ofKind(KIND.node) as BlobDoc[],
    after: selection.thread === undefined ? undefined : (ofKind(KIND.thread) as ThreadDoc[]),
  };
}

/**
 * The stages of a read.
 *
 * - Out: documents of the kinds checkpoint (with `thread` and `writes`), node and, for one thread, thread.
 * - In this order: the thread is read with each checkpoint and once more at the end, since one command is no
 *   snapshot. The reader compares the two.
 */
function gatherStages(from: string, selection: Selection, limit: number, have: readonly BlobId[]): Doc[] {
  const { thread } = selection;
  const hits = hitStages(from, selection, limit);
  const nodes = [...hits, ...nodeStages(from, thread, have)];
  const tail = thread === undefined ? [] : [{ $match: only(threadKey(thread)) }];
  return [
    ...hits,
    { $unionWith: { coll: from, pipeline: nodes } },
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
    { $unionWith: { coll: from, pipeline: [{ $match: only(threadKey(thread)) }] } },
  ];
}

/** Adds `writes`: the documents between two keys. */
function writesStage(
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
  const nodes = have.filter(isNodeId).map(idBytes);
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
    { $set: { own: { t: "$_id.t", k: KIND.thread }, from: start, to: { ...start, a: true } } },
    { $lookup: { from, localField: "own", foreignField: "_id", as: "thread" } },
    writesStage(from, { from: "$from", to: "$to" }, thread),
    { $unset: ["own", "from", "to", "scan"] },
  ];
}

/** From checkpoints with their writes to the nodes of their blobs. */
function nodeStages(from: string, thread: string | undefined, have: readonly BlobId[]): Doc[] {
  return [
    { $project: { ref: { $concatArrays: ["$refs", REFS_OF_WRITES] } } },
    { $unwind: "$ref" },
    { $group: { _id: null, roots: { $addToSet: { t: "$_id.t", k: KIND.node, b: "$ref" } } } },
    nodesStage(from, "$roots", thread, have, "node"),
    { $unwind: "$node" },
    { $replaceRoot: { newRoot: "$node" } },
    { $project: { bytes: 1 } },
  ];
}

async function byFind(session: Session, selection: Selection, limit: number): Promise<Gathered> {
  const { filter, sort } = selection;
  const find = (where: Doc, options: object): Promise<Doc[]> =>
    session.read((collection) => collection.find(where, { ...options, batchSize: ALL }).toArray());
  const docs = (await find(filter, { sort, limit })) as unknown as CheckpointDoc[];
  if (docs.length === 0) return { hits: [], nodes: [], after: undefined };
  const names = [...new Set(docs.map(({ _id }) => _id.t))];
  const threads = (await find(anyOf(names.map(threadKey)), {})) as unknown as ThreadDoc[];
  const ranges = docs.map(({ _id }) => writesOf(_id.t, _id.n, _id.i));
  const where = ranges.length === 1 ? ranges[0]! : { $or: ranges };
  const writes = (await find(where, {})) as unknown as (WriteDoc & { _id: Key })[];
  const byThread = new Map(threads.map((thread) => [thread.thread, thread]));
  const hits = docs.map((doc) => ({
    doc,
    thread: byThread.get(doc._id.t),
    writes: writes.filter(({ _id: { t, n, i } }) => t === doc._id.t && n === doc._id.n && i === doc._id.i),
  }));
  return { hits, nodes: [], after: undefined };
}
