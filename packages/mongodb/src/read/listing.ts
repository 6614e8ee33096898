import {
  compareText,
  type RunsPage,
  type RunsRequest,
  type ThreadPage,
  type ThreadRecord,
  type ThreadsRequest,
} from "@threadmark/core/storage";
import type { CheckpointDoc } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { anyOf, checkpointsOf, threadKey } from "../keys.ts";
import { ALL, type Session } from "../session.ts";
import { ALIVE, type ThreadDoc } from "../thread.ts";

/** Heads that are looked for at once. */
const AT_ONCE = 10;

/** A page of threads, the last updated first. */
export async function readThreads(session: Session, request: ThreadsRequest): Promise<ThreadPage> {
  const { filter, limit } = request;
  const found: ThreadRecord[] = [];
  let { after } = request;
  for (;;) {
    const size = limit + 1 - found.length;
    const docs = await threadsBehind(session, after, size);
    found.push(...(filter.length === 0 ? docs : await withHead(session, docs, filter)).map(recordOf));
    const last = docs.at(-1);
    if (found.length > limit || docs.length < size || !last) break;
    after = { updated: last.updated.getTime(), thread: last.thread };
  }
  return { threads: found.slice(0, limit), more: found.length > limit };
}

async function threadsBehind(
  session: Session,
  after: ThreadsRequest["after"],
  limit: number,
): Promise<ThreadDoc[]> {
  const time = after && new Date(after.updated);
  const filter = {
    // The condition on it lets a sparse index be used.
    updated: time ? { $lte: time } : { $gte: new Date(0) },
    ...(after && { $nor: [{ updated: time, thread: { $lte: after.thread } }] }),
    ...ALIVE,
  };
  const options = { sort: { updated: -1, thread: 1 }, limit, batchSize: ALL };
  return (await session.read((collection) =>
    collection.find(filter, options).toArray(),
  )) as unknown as ThreadDoc[];
}

/** The threads whose newest checkpoint in the root namespace passes a filter. */
async function withHead(
  session: Session,
  docs: readonly ThreadDoc[],
  filter: ThreadsRequest["filter"],
): Promise<ThreadDoc[]> {
  const passed: ThreadDoc[] = [];
  for (let start = 0; start < docs.length; start += AT_ONCE) {
    const some = docs.slice(start, start + AT_ONCE);
    const heads = await Promise.all(some.map((doc) => headOf(session, doc)));
    passed.push(...some.filter((_, i) => heads[i] && passes(heads[i], filter)));
  }
  return passed;
}

async function headOf(session: Session, { thread, valid }: ThreadDoc): Promise<CheckpointDoc | undefined> {
  const filter = { ...checkpointsOf(thread, ""), g: { $in: valid } };
  const options = { sort: { _id: -1 }, limit: 1, projection: { index: 1 } };
  const [found] = await session.read((collection) => collection.find(filter, options).toArray());
  return found as unknown as CheckpointDoc | undefined;
}

function passes({ index }: CheckpointDoc, filter: ThreadsRequest["filter"]): boolean {
  return filter.every(({ key, token }) => index.find(({ k }) => k === key)?.v === token);
}

function recordOf({ thread, created, updated, expires }: ThreadDoc): ThreadRecord {
  return {
    thread,
    created: created.getTime(),
    updated: updated.getTime(),
    expires: expires?.getTime(),
  };
}

/** Threads with a checkpoint of one of the runs. */
export async function readRuns(session: Session, { runs, after, limit }: RunsRequest): Promise<RunsPage> {
  const found = new Set<string>();
  for (const run of runs) for (const name of await threadsOfRun(session, run, after, limit)) found.add(name);
  const names = [...found].sort(compareText);
  return { threads: names.slice(0, limit), more: names.length > limit };
}

/** The first threads of a run, one more than the limit if there are more. */
async function threadsOfRun(
  session: Session,
  run: string,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const names: string[] = [];
  for (let place = after; ;) {
    // `true` is behind every string in the order of BSON.
    const from = place === undefined ? { r: run } : { r: run, t: place };
    const filter = { run: { $gt: from, $lt: { r: run, t: true } } };
    const options = { sort: { run: 1 }, limit: PAGE, projection: { run: 1, g: 1 }, batchSize: ALL };
    const docs = (await session.read((collection) =>
      collection.find(filter, options).toArray(),
    )) as unknown as { run: { t: string }; g: string }[];
    names.push(...(await thereOf(session, docs)));
    const last = docs.at(-1);
    if (names.length > limit || docs.length < PAGE || !last) return names;
    place = last.run.t;
  }
}

const PAGE = 1000;

/** The threads of checkpoints that are there. */
async function thereOf(
  session: Session,
  docs: readonly { readonly run: { readonly t: string }; readonly g: string }[],
): Promise<string[]> {
  const names = [...new Set(docs.map(({ run }) => run.t))];
  if (names.length === 0) return [];
  const threads = (await session.read((collection) =>
    collection.find({ ...anyOf(names.map(threadKey)), ...ALIVE }, { batchSize: ALL }).toArray(),
  )) as unknown as ThreadDoc[];
  const valid = new Map(threads.map((doc) => [doc.thread, doc.valid]));
  return [...new Set(docs.filter(({ run, g }) => valid.get(run.t)?.includes(g)).map(({ run }) => run.t))];
}

/** Threads that seem to have expired at a time of the server. The deletion itself decides. */
export async function findExpired(session: Session, limit: number, at: Date): Promise<string[]> {
  const stuck = new Date(at.getTime() - session.patience);
  const filter = { expires: { $lte: at }, $or: [{ gone: null }, { gone: { $lte: stuck } }] };
  const options: Doc = { sort: { expires: 1 }, limit, projection: { thread: 1 } };
  const docs = await session.find(filter, options);
  return docs.map((doc) => doc["thread"] as string);
}
