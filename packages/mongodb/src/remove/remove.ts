import { hasUnknownChild, type RemoveOutcome, type RemoveRequest } from "@threadmark/core/storage";
import { again, begin, isStuck, type Begun, type Pending } from "./begin.ts";
import { doom, end, move } from "./move.ts";
import { readOutlines, staysAny } from "./outlines.ts";
import { removeUnreferenced } from "./unreferenced.ts";
import type { Doc } from "../driver.ts";
import { checkGeneration, newGeneration } from "../generation.ts";
import { anyOf, contentOf, either, recordsOf, threadKey } from "../keys.ts";
import { generationsIn, purgeAll } from "./purge.ts";
import type { Session } from "../session.ts";
import { findThreads, isAlive, isSettled, oldOf, type SeenThread, type ThreadDoc } from "../thread.ts";

/** Milliseconds between checks of a thread that somebody else is removing from. */
const SHORTEST_WAIT = 10;
const LONGEST_WAIT = 200;

/** How a removal differs from what the port asks for. */
interface RemoveOptions {
  /** Whether a thread without checkpoints stays. */
  readonly keepEmpty?: boolean;
  /** Called after step 1, every time it is done. The thread is as step 1 left it. */
  readonly between?: ((thread: ThreadDoc) => Promise<void>) | undefined;
}

/** Removes checkpoints of one thread; see {@link removeAll}. */
export async function remove(
  session: Session,
  request: RemoveRequest,
  options: RemoveOptions = {},
): Promise<RemoveOutcome> {
  return (await removeAll(session, [request], options))[0]!;
}

/**
 * Removes checkpoints of several threads, at most one request for each. A step is one command or two for all of them.
 * For readers, all of it takes effect at once, at step 5.
 *
 * 0. If there is a child that the caller does not know of, or a record that is damaged, nothing else is done.
 * 1. _begin_: the thread gets a new generation and epoch; its old ones stay valid. From here on a write
 *    under an old one cannot complete. Readers get an epoch that no thread has (`epochFor`), so nobody
 *    relies on blobs that may go.
 * 2. The outline is read. If such a child has appeared since, nothing is doomed in step 3.
 * 3. What goes is marked as doomed, and survivors get their new parents.
 * 4. _move_: everything else that is valid gets the new generation. This includes what late writers of the
 *    old ones have stored by now; what they store later is not valid after step 5.
 * 5. _end_: only the new generation is valid.
 * 6. What has an old generation is removed, and every blob that nothing refers to. A blob is spared if a
 *    write has sent it under the new generation; and what the survivors refer to was read after step 5, when no
 *    write of an old generation could add to it any more. Where that is damaged, no blob is removed.
 * 7. _settle_: from here on readers get the new epoch, and writes may rely on what was read.
 *
 * Writes under the new generation may run at the same time: until step 7 they can rely only on blobs that were
 * sent under it. A checkpoint that such a write puts in place of a doomed one stays.
 *
 * A crash before step 5 leaves a thread that has lost nothing, with old and new generations valid, and whose
 * survivors may already skip what was to go. A crash after it leaves garbage. Another removal waits for the one
 * under way and, after some time, takes its place; so does a write that finds one stuck (`completeStuck`). A removal
 * that was only slow then fails at step 5 and starts again, or does the rest of step 6, which names the
 * generations that were old at its step 5 and so touches nothing newer.
 */
export async function removeAll(
  session: Session,
  requests: readonly RemoveRequest[],
  { keepEmpty = false, between }: RemoveOptions = {},
): Promise<RemoveOutcome[]> {
  const outcomes = new Map<string, RemoveOutcome>();
  let open = requests.map((request): Pending => ({ request, epoch: request.newEpoch, attempt: 1 }));
  let seen = await findThreads(session, requests.map(threadOf));
  await checkRecords(session, [...seen.values()].filter(isThere));
  for (const thread of await conflicting(session, requests, seen)) {
    outcomes.set(thread, { outcome: "conflict" });
  }
  for (let wait = SHORTEST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    for (const { request } of open) {
      const isOpen = outcomes.has(request.thread) || isThere(seen.get(request.thread));
      if (!isOpen) outcomes.set(request.thread, { outcome: "removed", blobs: 0 });
    }
    open = open.filter(({ request }) => !outcomes.has(request.thread));
    if (open.length === 0) return requests.map(({ thread }) => outcomes.get(thread)!);
    const begun = await begin(session, open, seen);
    for (const { thread } of begun.values()) await between?.(thread);
    const done = await carryOut(session, [...begun.values()], keepEmpty);
    for (const [thread, outcome] of done) outcomes.set(thread, outcome);
    if (done.size === open.length) continue;
    open = open.map((one) => (begun.has(one.request.thread) ? again(one) : one));
    if (begun.size === 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const left = open.filter(({ request }) => !outcomes.has(request.thread));
    seen = await findThreads(
      session,
      left.map(({ request }) => request.thread),
    );
  }
}

function threadOf({ thread }: RemoveRequest): string {
  return thread;
}

function isThere(thread: SeenThread | undefined): thread is SeenThread {
  return thread !== undefined && isAlive(thread);
}

/**
 * Refuses threads with a record whose generation is damaged: it would be removed with those of old generations.
 *
 * @throws CheckpointError `CORRUPT`
 */
async function checkRecords(session: Session, threads: readonly ThreadDoc[]): Promise<void> {
  if (threads.length === 0) return;
  const ranges = threads.map(({ thread }) => recordsOf(thread));
  for (const [thread, generations] of await generationsIn(session, ranges)) {
    for (const g of generations) checkGeneration(thread, g, "a record");
  }
}

/** Step 0. */
async function conflicting(
  session: Session,
  requests: readonly RemoveRequest[],
  seen: ReadonlyMap<string, SeenThread>,
): Promise<string[]> {
  const taking = requests.filter(({ checkpoints }) => checkpoints.length > 0);
  const threads = taking.map(({ thread }) => seen.get(thread)).filter(isThere);
  const outlines = await readOutlines(session, threads);
  const found = taking.filter((request) => hasUnknownChild(outlines.get(request.thread) ?? [], request));
  return found.map(threadOf);
}

/** Completes a removal whose process has ended, without removing anything else. Returns whether there was one. */
export async function completeStuck(session: Session, thread: SeenThread): Promise<boolean> {
  if (isSettled(thread) || !isStuck(session, thread)) return false;
  await settle(session, thread.thread);
  return true;
}

/** A removal that removes nothing: what is valid gets a new generation, and no write of an old one can complete. */
export async function settle(
  session: Session,
  thread: string,
  between?: RemoveOptions["between"],
): Promise<void> {
  const nothing = { checkpoints: [], relink: [], newEpoch: newGeneration(thread) };
  await remove(session, { thread, ...nothing }, { keepEmpty: true, between });
}

/** Steps 2 to 7. Threads that another removal took over have no outcome. */
async function carryOut(
  session: Session,
  begun: readonly Begun[],
  keepEmpty: boolean,
): Promise<ReadonlyMap<string, RemoveOutcome>> {
  const outcomes = new Map<string, RemoveOutcome>();
  const outlines = await readOutlines(
    session,
    begun.map(({ thread }) => thread),
  );
  const conflicts = new Set<string>();
  const emptied = new Map<string, Doc>();
  for (const { request, thread } of begun) {
    const outline = outlines.get(request.thread)!;
    if (hasUnknownChild(outline, request)) conflicts.add(request.thread);
    // Only if no write has begun since step 1; otherwise something may have to stay.
    else if (!keepEmpty && !staysAny(outline, request)) {
      emptied.set(request.thread, { g: thread.g, writes: thread.writes });
    }
  }
  for (const [thread, { done, blobs }] of await purgeAll(session, emptied)) {
    if (done) outcomes.set(thread, { outcome: "removed", blobs });
  }
  const staying = begun.filter(({ request }) => !outcomes.has(request.thread));
  await doom(
    session,
    staying.filter(({ request }) => !conflicts.has(request.thread)),
  );
  const thinned = await finish(
    session,
    staying.map(({ thread }) => thread),
  );
  for (const [thread, blobs] of thinned) {
    outcomes.set(thread, conflicts.has(thread) ? { outcome: "conflict" } : { outcome: "removed", blobs });
  }
  return outcomes;
}

/** Steps 4 to 7. Returns how many blobs went, by thread. */
async function finish(session: Session, threads: readonly ThreadDoc[]): Promise<ReadonlyMap<string, number>> {
  if (threads.length === 0) return new Map();
  await move(session, threads);
  const stored = await generationsIn(
    session,
    threads.map(({ thread }) => contentOf(thread)),
  );
  const ended = await end(session, threads);
  if (ended.length === 0) return new Map();
  const thinned = ended.map((doc) => {
    const { thread, g } = doc;
    const old = (stored.get(thread) ?? []).filter((one) => one !== g);
    return { thread, g, old: [...new Set([...old, ...oldOf(doc)])] };
  });
  const gone = thinned.map(({ thread, old }) => ({ ...recordsOf(thread), g: { $in: old } }));
  await session.write((collection) => collection.deleteMany(either(gone)));
  const blobs = await removeUnreferenced(session, thinned);
  const own = {
    ...anyOf(thinned.map(({ thread }) => threadKey(thread))),
    g: { $in: thinned.map(({ g }) => g) },
  };
  await session.write((collection) => collection.updateMany(own, { $unset: { busy: 1 } }));
  return new Map(thinned.map(({ thread }) => [thread, blobs.get(thread) ?? 0]));
}
