import {
  pendingOf,
  type FilterTerm,
  type ThreadPage,
  type ThreadRecord,
  type ThreadsRequest,
} from "@threadmark/core/storage";
import { linkOf, writesIn, type CheckpointDoc, type WriteDoc } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { isBadHint } from "../failure.ts";
import { checkpointsOf, KIND, only, threadKey, writesOf, type Key } from "../keys.ts";
import { ENTRIES_INDEX } from "../schema.ts";
import { ALL, type Session } from "../session.ts";
import { entriesOf } from "../entries.ts";
import { ALIVE, checkedThread, isValid, LONG_AGO, type ThreadDoc } from "../thread.ts";
import { writesStage } from "./by-aggregate.ts";
import type { ReadContext } from "./read-checkpoints.ts";
import { findValid } from "./read-steadily.ts";

/** Heads that are looked for at the same time, where one command cannot find them all. */
const AT_ONCE = 10;

/** The newest checkpoint of the root namespace. */
interface Head {
  readonly doc: HeadDoc | undefined;
  readonly writes: readonly WriteDoc[];
}

type HeadDoc = Pick<CheckpointDoc, "_id" | "g" | "parent" | "parentSeal">;

const HEAD = { g: 1, parent: 1, parentSeal: 1 };

type Listed = ThreadDoc & {
  readonly _id: Key;
  readonly head?: readonly (HeadDoc & { readonly writes?: readonly WriteDoc[] })[];
};

/** A page of threads, most recently updated first. */
export async function readThreads(
  { session, gatherer }: ReadContext,
  request: ThreadsRequest,
): Promise<ThreadPage> {
  const { limit } = request;
  const [docs, withHeads] = (await gatherer.attempt(
    async () => [await byAggregate(session, request), true] as const,
  )) ?? [await byFind(session, request), false];
  const listed = docs.slice(0, limit);
  for (const doc of listed) checkedThread(doc._id.t, doc as unknown as Doc);
  const threads: ThreadRecord[] = [];
  for (let start = 0; start < listed.length; start += AT_ONCE) {
    const some = listed.slice(start, start + AT_ONCE);
    const heads = some.map(async (doc) => (withHeads && headIn(doc)) || findHead(session, doc, request));
    for (const [i, head] of (await Promise.all(heads)).entries()) {
      threads.push(recordOf(some[i]!, head, request.pendingChannels));
    }
  }
  return { threads, more: docs.length > limit };
}

const ORDER = { updated: -1, thread: 1 };

async function byFind(session: Session, request: ThreadsRequest): Promise<Listed[]> {
  const options = { sort: ORDER, limit: request.limit + 1, batchSize: ALL };
  const find = (how: object): Promise<Doc[]> =>
    session.read((collection) => collection.find(conditionsOf(request), { ...options, ...how }).toArray());
  return (await hinted(request, find)) as unknown as Listed[];
}

async function byAggregate(session: Session, request: ThreadsRequest): Promise<Listed[]> {
  const stages = [
    { $match: conditionsOf(request) },
    { $sort: ORDER },
    { $limit: request.limit + 1 },
    headStage(session.collectionName, request.pendingChannels.length > 0),
  ];
  const aggregate = (how: object): Promise<Doc[]> =>
    session.read((collection) => collection.aggregate(stages, { batchSize: ALL, ...how }).toArray());
  return (await hinted(request, aggregate)) as unknown as Listed[];
}

/** The planner might prefer the index of all threads to the one that finds the few with an entry. */
async function hinted(
  { thread, filter }: ThreadsRequest,
  read: (how: object) => Promise<Doc[]>,
): Promise<Doc[]> {
  const isIndexed = thread === undefined && filter.some(({ token }) => token !== undefined);
  if (!isIndexed) return read({});
  try {
    return await read({ hint: ENTRIES_INDEX });
  } catch (error) {
    // The strict Stable API has no sparse indexes.
    if (!isBadHint(error)) throw error;
    return read({});
  }
}

function conditionsOf({ thread, filter, after }: ThreadsRequest): Doc {
  const time = after && new Date(after.updated);
  return {
    // The condition on it makes it possible to use a sparse index.
    ...(thread === undefined ? { updated: { $gte: LONG_AGO } } : only(threadKey(thread))),
    ...(time && { updated: { $lte: time } }),
    ...(after && { $nor: [{ updated: time, thread: { $lte: after.thread } }] }),
    ...(filter.length > 0 && { $and: filter.map(conditionOf) }),
    ...ALIVE,
  };
}

function conditionOf({ key, token }: FilterTerm): Doc {
  return token === undefined
    ? { "entries.k": { $ne: key } }
    : { entries: { $elemMatch: { k: key, v: token } } };
}

/** Adds `head`: the newest checkpoint of the root namespace, valid or not, with its writes. */
function headStage(from: string, withWrites: boolean): Doc {
  const start = { t: "$thread", k: KIND.checkpoint, n: "" };
  const writes = { t: "$_id.t", k: KIND.write, n: "$_id.n", i: "$_id.i" };
  return {
    $lookup: {
      from,
      let: { from: start, to: { ...start, i: true } },
      pipeline: [
        { $match: { $expr: { $and: [{ $gte: ["$_id", "$$from"] }, { $lt: ["$_id", "$$to"] }] } } },
        { $sort: { _id: -1 } },
        { $limit: 1 },
        { $project: HEAD },
        ...(withWrites ? [writesStage(from, { from: writes, to: { ...writes, a: true } }, undefined)] : []),
      ],
      as: "head",
    },
  };
}

/** The head that was found with the thread, if it is valid. */
function headIn({ thread, valid, head = [] }: Listed): Head | undefined {
  const [found] = head;
  if (!found) return { doc: undefined, writes: [] };
  const isThere = ({ g }: { readonly g: string }): boolean => isValid(thread, valid, { g });
  return isThere(found) ? { doc: found, writes: (found.writes ?? []).filter(isThere) } : undefined;
}

async function findHead(
  session: Session,
  { thread, valid }: ThreadDoc,
  { pendingChannels }: ThreadsRequest,
): Promise<Head> {
  const find = (filter: Doc, options: object = {}): Promise<Doc[]> =>
    session.read((collection) => collection.find(filter, { ...options, batchSize: ALL }).toArray());
  const options = { sort: { _id: -1 }, limit: 1, projection: HEAD };
  const [found] = await findValid(find, { thread, valid }, checkpointsOf(thread, ""), options);
  const doc = found as unknown as HeadDoc | undefined;
  if (!doc || pendingChannels.length === 0) return { doc, writes: [] };
  const writes = await findValid(find, { thread, valid }, writesOf(thread, "", doc._id.i));
  return { doc, writes: writes as unknown as WriteDoc[] };
}

function recordOf(doc: Listed, head: Head, pendingChannels: readonly string[]): ThreadRecord {
  const { thread, created, updated, expires, claim } = doc;
  return {
    thread,
    created: created.getTime(),
    updated: updated.getTime(),
    expires: expires?.getTime(),
    entries: entriesOf(doc),
    head: head.doc && {
      id: head.doc._id.i,
      ...linkOf(head.doc),
      pending: pendingOf(writesIn(head.writes), pendingChannels),
    },
    claim: claim && { id: claim.id, until: claim.until.getTime() },
  };
}
