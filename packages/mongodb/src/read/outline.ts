import { compareText, type OutlinePage, type OutlineRequest } from "@threadmark/core/storage";
import { OUTLINE, outlineOf, type CheckpointDoc } from "../documents.ts";
import type { Doc } from "../driver.ts";
import { anyOf, either, threadKey, type Key } from "../keys.ts";
import { ALL, type Session } from "../session.ts";
import { ALIVE, checkedThread, isSame, isValid, type ThreadDoc } from "../thread.ts";
import { findValid, readSteadily } from "./read-steadily.ts";
import { selectCheckpoints, type Selection } from "./selection.ts";

/** A page of the outline of a thread. */
export async function readOutline(session: Session, request: OutlineRequest): Promise<OutlinePage> {
  const found = await readSteadily(session, request.thread, async (find, doc) => {
    const { filter, sort } = selectionOf(request);
    const options = { sort, limit: request.limit + 1, projection: OUTLINE };
    return (await findValid(find, doc, filter, options)) as unknown as CheckpointDoc[];
  });
  return pageOf(found ?? [], request);
}

/**
 * The same for several threads. One page is read for all of them: those that fit into it are done, and the others
 * follow in the same way. A thread that needs a page or more for itself is read alone.
 */
export async function readOutlines(
  session: Session,
  requests: readonly OutlineRequest[],
): Promise<OutlinePage[]> {
  const pages = new Map<string, OutlinePage>();
  let open = requests.toSorted((a, b) => compareText(a.thread, b.thread));
  while (open.length > 1) {
    const found = await readFirst(session, open);
    for (const [thread, page] of found) pages.set(thread, page);
    const [first] = found.size > 0 ? [] : open;
    if (first) pages.set(first.thread, await readOutline(session, first));
    open = open.filter(({ thread }) => !pages.has(thread));
  }
  for (const one of open) pages.set(one.thread, await readOutline(session, one));
  return requests.map(({ thread }) => pages.get(thread)!);
}

/** The outlines that fit into one page. Nothing was removed from any of these threads meanwhile. */
async function readFirst(
  session: Session,
  requests: readonly OutlineRequest[],
): Promise<ReadonlyMap<string, OutlinePage>> {
  const names = requests.map(({ thread }) => thread);
  const before = await findAlive(session, names);
  const limit = Math.max(...requests.map((request) => request.limit));
  const filter = either(requests.map((request) => selectionOf(request).filter));
  const docs = (await session.read((collection) =>
    collection
      .find(filter, { sort: BY_THREAD, limit: limit + 1, projection: OUTLINE, batchSize: ALL })
      .toArray(),
  )) as unknown as CheckpointDoc[];
  const after = await findAlive(session, names);
  const cut = docs.length > limit ? docs.at(-1)!._id.t : undefined;
  const pages = new Map<string, OutlinePage>();
  for (const request of requests) {
    const { thread } = request;
    if (cut !== undefined && compareText(thread, cut) >= 0) break;
    const doc = before.get(thread);
    if (!isSame(doc, after.get(thread))) continue;
    const own = doc ? docs.filter(({ _id }) => _id.t === thread) : [];
    const valid = own.filter((one) => isValid(thread, doc!.valid, one as unknown as Doc));
    pages.set(thread, pageOf(valid, request));
  }
  return pages;
}

async function findAlive(
  session: Session,
  threads: readonly string[],
): Promise<ReadonlyMap<string, ThreadDoc>> {
  const filter = { ...anyOf(threads.map(threadKey)), ...ALIVE };
  const docs = await session.read((collection) => collection.find(filter, { batchSize: ALL }).toArray());
  return new Map(
    docs.map((doc) => {
      const { t } = doc["_id"] as Key;
      return [t, checkedThread(t, doc)];
    }),
  );
}

/** The order of the index `scan_thread`. */
const BY_THREAD = { "scan.t": 1, "scan.i": -1, "scan.n": 1 };

function selectionOf({ thread, after }: OutlineRequest): Selection {
  const all = { thread, namespace: undefined, id: undefined, before: undefined, filter: [] };
  return selectCheckpoints(all, after && { ...after, thread })!;
}

function pageOf(docs: readonly CheckpointDoc[], { limit }: OutlineRequest): OutlinePage {
  return { checkpoints: docs.slice(0, limit).map(outlineOf), more: docs.length > limit };
}
