import { compareText } from "../codec/text.ts";
import { passesFilter } from "../storage/filter.ts";
import { comparePositions } from "../storage/order.ts";
import { refsOf } from "../storage/refs.ts";
import { namesOf } from "../blobs/blob-cache.ts";
import { blobsBelow, type FindBlob } from "../blobs/tree.ts";
import type {
  Blob,
  BlobId,
  WholeStorage,
  FilterTerm,
  ScanPosition,
  StoredCheckpoint,
} from "../storage/port.ts";
import { isHidden } from "../moving/hidden-threads.ts";
import { checkPlace, checkStored, misplaced } from "./check-records.ts";
import { checkedBlobs } from "./decode.ts";
import { allThreads } from "./threads.ts";

/** Checkpoints per call. */
const PAGE = 100;

/** What a listing asks for. */
export interface ScanQuery {
  readonly thread: string | undefined;
  readonly namespace: string | undefined;
  readonly id: string | undefined;
  readonly before: string | undefined;
  readonly filter: readonly FilterTerm[];
}

/** A checkpoint of a listing and the blobs of its page. */
export interface Scanned {
  readonly stored: StoredCheckpoint;
  readonly find: FindBlob;
}

/** All checkpoints of a query, newest first, page by page; `expected` sizes the pages. */
export function scanAll(storage: WholeStorage, query: ScanQuery, expected: number): AsyncGenerator<Scanned> {
  const limit = Math.min(PAGE, Math.ceil(expected));
  return query.thread === undefined && !storage.capabilities.scanAllThreads
    ? mergeThreads(storage, query, limit)
    : scanPages(storage, query, limit);
}

async function* scanPages(storage: WholeStorage, query: ScanQuery, limit: number): AsyncGenerator<Scanned> {
  let after: ScanPosition | undefined;
  // Consecutive checkpoints of one thread share nearly all of their blobs.
  let held: ReadonlyMap<BlobId, Blob> = new Map();
  let have: readonly BlobId[] = [];
  for (;;) {
    const page = await storage.scan({ ...query, after, limit, have });
    const fetched = checkedBlobs(page.blobs);
    const before = held;
    const find: FindBlob = (id) => fetched(id) ?? before.get(id);
    const all = query.thread === undefined;
    for (const stored of page.checkpoints) {
      checkAnswer(stored, query, after);
      after = positionOf(stored);
      if (all && isHidden(stored.thread)) continue;
      checkStored(stored);
      yield { stored, find };
    }
    const last = page.checkpoints.at(-1);
    if (!page.more || !last) return;
    if (query.thread === undefined) continue;
    const refs = refsOf(last);
    held = blobsBelow(refs, find);
    have = namesOf(refs, find);
  }
}

/** Checks that a checkpoint is one that was asked for, and comes where it must: what it was found by may be damaged. */
function checkAnswer(stored: StoredCheckpoint, query: ScanQuery, after: ScanPosition | undefined): void {
  const { id, index } = stored.checkpoint;
  const { before, filter } = query;
  checkPlace(stored, { ...positionOf(stored), ...given(query) });
  if (after && comparePositions(after, positionOf(stored)) >= 0) throw misplaced(stored);
  if (before !== undefined && compareText(id, before) >= 0) throw misplaced(stored);
  if (!passesFilter(index, filter)) throw misplaced(stored);
}

/** What a query says about the place of what it finds. */
function given({ thread, namespace, id }: ScanQuery): Partial<ScanPosition> {
  return {
    ...(thread !== undefined && { thread }),
    ...(namespace !== undefined && { namespace }),
    ...(id !== undefined && { id }),
  };
}

/** For storages that keep no order over all threads: one listing for each thread, the newest head first. */
async function* mergeThreads(
  storage: WholeStorage,
  query: ScanQuery,
  limit: number,
): AsyncGenerator<Scanned> {
  const heads: { head: Scanned; rest: AsyncGenerator<Scanned> }[] = [];
  const insert = async (rest: AsyncGenerator<Scanned>): Promise<void> => {
    const next = await rest.next();
    if (next.done) return;
    const entry = { head: next.value, rest };
    heads.splice(placeFor(heads, entry.head), 0, entry);
  };
  for await (const { thread } of allThreads(storage)) {
    await insert(scanPages(storage, { ...query, thread }, limit));
  }
  for (let newest = heads.shift(); newest; newest = heads.shift()) {
    yield newest.head;
    await insert(newest.rest);
  }
}

function placeFor(heads: readonly { readonly head: Scanned }[], next: Scanned): number {
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = comparePositions(positionOf(heads[middle]!.head.stored), positionOf(next.stored));
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function positionOf({ thread, checkpoint }: StoredCheckpoint): ScanPosition {
  return { thread, namespace: checkpoint.namespace, id: checkpoint.id };
}
