import {
  CheckpointError,
  type Blob,
  type BlobId,
  type GetRequest,
  type GetResult,
  type ScanPage,
  type ScanPosition,
  type ScanRequest,
  type StoredCheckpoint,
} from "@threadmark/core/storage";
import { recordOf, refsOf, writesIn, type BlobDoc } from "../documents.ts";
import type { HeadReads } from "./by-head.ts";
import type { KnownHeads } from "./known-heads.ts";
import type { Doc } from "../driver.ts";
import type { Gatherer } from "./gatherer.ts";
import { isWhole, type Hit } from "./hit.ts";
import { anyOf, only, threadKey } from "../keys.ts";
import { selectCheckpoints } from "./selection.ts";
import { ALL, type Session } from "../session.ts";
import { ALIVE, epochFor, isSame, isValid, renewal, type ThreadDoc } from "../thread.ts";
import { readTrees, type Roots } from "./read-trees.ts";
import type { Context } from "../write/write.ts";

/** Each attempt but the last met a removal between the commands of a read. */
const MAX_ATTEMPTS = 50;

/** What reading needs. */
export interface ReadContext extends Context {
  readonly gatherer: Gatherer;
  readonly heads: KnownHeads;
  readonly fromHeads: HeadReads;
}

interface Page {
  readonly hits: readonly Hit[];
  readonly blobs: readonly Blob[];
  readonly more: boolean;
}

type Wanted = Omit<ScanRequest, "after">;

/** One checkpoint with its writes and blobs. */
export async function readOne(context: ReadContext, request: GetRequest): Promise<GetResult | undefined> {
  const { thread, namespace, id, have, ttl } = request;
  const wanted = { thread, namespace, id, before: undefined, filter: [], limit: 1, have };
  const { hits, blobs } = await readPage(context, wanted, undefined, 0);
  const [hit] = hits;
  if (!hit?.thread) return undefined;
  context.hints.see(hit.thread);
  const [roots] = rootsOf(hits);
  if (id === undefined) context.heads.learn(thread, namespace, hit.doc._id.i, roots!.ids);
  if (ttl !== undefined) await renew(context.session, hit.thread, ttl);
  return { ...storedOf(hit), blobs, epoch: epochFor(hit.thread) };
}

/** A page of checkpoints with their writes and blobs. */
export async function readScan(context: ReadContext, request: ScanRequest): Promise<ScanPage> {
  const { hits, blobs, more } = await readPage(context, request, request.after, 1);
  return { checkpoints: hits.map(storedOf), blobs, more };
}

function storedOf({ doc, writes }: Hit): StoredCheckpoint {
  return { thread: doc._id.t, checkpoint: recordOf(doc), writes: writesIn(writes) };
}

/**
 * Two commands: checkpoints with everything except leaves, then the leaves, if not all are known. The threads are
 * read before and after. When something was removed in between, what was read may not belong together, and is read
 * again.
 *
 * @param ahead How many additional checkpoints to look for, to know whether there are more.
 */
async function readPage(
  context: ReadContext,
  wanted: Wanted,
  after: ScanPosition | undefined,
  ahead: number,
): Promise<Page> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const found = await findHits(context, wanted, after, wanted.limit + ahead);
    const hits = found.hits.slice(0, wanted.limit);
    const threads = new Map(hits.map(({ thread }) => [thread!.thread, thread!]));
    const names = [...threads.keys()];
    const { have } = wanted;
    const find = (filter: Doc, options: object): Promise<Doc[]> =>
      context.session.read((collection) => collection.find(filter, { ...options, batchSize: ALL }).toArray());
    const trees = await readTrees(find, { roots: rootsOf(hits), have, known: found.nodes, threads: names });
    const last = trees.threads ?? found.after ?? (await readThreads(find, names));
    const same = names.every((name) => isSame(threads.get(name), threadOf(last, name)));
    const busy = names.some((name) => threads.get(name)!.busy ?? threadOf(last, name)?.busy);
    // While blobs are being removed, a checkpoint that was replaced since may have lost some.
    if (same && (trees.complete || !busy)) {
      return { hits, blobs: trees.blobs, more: found.hits.length > wanted.limit };
    }
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `checkpoints were removed ${MAX_ATTEMPTS} times while they were read; try again later`,
    { threadId: wanted.thread },
  );
}

interface Found {
  readonly hits: readonly Hit[];
  readonly nodes: readonly BlobDoc[];
  readonly after: readonly ThreadDoc[] | undefined;
}

/** The first valid checkpoints: usually by one command, by more if some that it finds are not valid. */
async function findHits(
  context: ReadContext,
  wanted: Wanted,
  after: ScanPosition | undefined,
  limit: number,
): Promise<Found> {
  const quick =
    limit === 1 ? ((await findKnown(context, wanted)) ?? (await findOne(context, wanted, after))) : undefined;
  if (quick) return quick;
  const { gatherer } = context;
  const hits: Hit[] = [];
  const nodes: BlobDoc[] = [];
  for (let place = after; ;) {
    const selection = selectCheckpoints(wanted, place);
    const size = limit - hits.length;
    const next = selection && (await gatherer.gather(selection, size, wanted.have));
    if (!next) return { hits, nodes, after: undefined };
    hits.push(...next.hits.filter(isThere).map(withValidWrites));
    nodes.push(...next.nodes);
    const last = next.hits.at(-1)?.doc._id;
    if (hits.length === limit || next.hits.length < size || !last) return { hits, nodes, after: next.after };
    place = { thread: last.t, namespace: last.n, id: last.i };
  }
}

/** The newest checkpoint, if it is still the one that was the newest, and the reader has all its blobs. */
async function findKnown({ heads, fromHeads }: ReadContext, wanted: Wanted): Promise<Found | undefined> {
  const { thread, namespace, id, have } = wanted;
  if (thread === undefined || namespace === undefined) return undefined;
  const head = heads.find(thread, namespace);
  if (!head || (id !== undefined && id !== head.id)) return undefined;
  if (!head.refs.every((ref) => have.includes(ref))) return undefined;
  const hit = await fromHeads.call({ thread, namespace, id: head.id });
  return hit && { hits: [hit], nodes: [], after: [hit.thread] };
}

/**
 * The first checkpoint, if what is found of it is valid when the thread is read, which comes last. A removal moves
 * what stays to its own generation before that becomes the only valid one. So if a removal came in between, something
 * has a generation that is no longer valid, and the result is `undefined`, as for what a late writer has left.
 */
async function findOne(
  { gatherer, hints }: ReadContext,
  wanted: Wanted,
  after: ScanPosition | undefined,
): Promise<Found | undefined> {
  const selection = selectCheckpoints(wanted, after);
  if (!selection || selection.thread === undefined) return undefined;
  const one = await gatherer.gatherOne({ ...selection, thread: selection.thread }, wanted.have);
  if (!one) return undefined;
  const { hit, thread } = one;
  if (!thread) hints.missed(selection.thread);
  if (!hit || !thread) return { hits: [], nodes: [], after: undefined };
  if (!isWhole(hit, thread)) return undefined;
  return { hits: [hit], nodes: one.nodes, after: [thread] };
}

/** The same without what a writer of an old generation has stored too late. */
function withValidWrites({ doc, thread, writes }: Hit): Hit {
  return { doc, thread, writes: writes.filter(({ g }) => isValid(doc._id.t, thread!.valid, { g })) };
}

function isThere({ doc, thread }: Hit): boolean {
  return thread !== undefined && isValid(doc._id.t, thread.valid, { g: doc.g });
}

function rootsOf(hits: readonly Hit[]): Roots[] {
  return hits.map(({ doc, writes }) => {
    const ids: BlobId[] = [...refsOf(doc), ...writesIn(writes).flatMap(({ refs }) => refs)];
    return { thread: doc._id.t, ids };
  });
}

async function readThreads(
  find: (filter: Doc, options: object) => Promise<Doc[]>,
  names: readonly string[],
): Promise<ThreadDoc[]> {
  if (names.length === 0) return [];
  return (await find(anyOf(names.map(threadKey)), {})) as unknown as ThreadDoc[];
}

function threadOf(threads: readonly ThreadDoc[], name: string): ThreadDoc | undefined {
  return threads.find(({ thread }) => thread === name);
}

/** Moves the expiry of a thread if it is still the one that was read. */
async function renew(session: Session, { thread, g, own }: ThreadDoc, ttl: number): Promise<void> {
  const filter = { ...only(threadKey(thread)), g, own: own ?? null, ...ALIVE };
  const update = [{ $set: renewal(own ?? undefined, ttl) }];
  await session.write((collection) => collection.updateOne(filter, update));
}
