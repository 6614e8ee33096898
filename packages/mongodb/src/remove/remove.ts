import {
  CheckpointError,
  hasUnknownChild,
  type CheckpointKey,
  type RemoveOutcome,
  type RemoveRequest,
} from "@threadmark/core/storage";
import { removeUnreferenced } from "./unreferenced.ts";
import type { CheckpointDoc } from "../documents.ts";
import type { Doc, UpdateManyOp } from "../driver.ts";
import { newGeneration } from "../generation.ts";
import {
  allCheckpointsOf,
  checkpointKey,
  successorKey,
  contentOf,
  only,
  recordsOf,
  threadKey,
  writesOf,
} from "../keys.ts";
import { generationsIn, purge } from "./purge.ts";
import type { Session } from "../session.ts";
import {
  ALIVE,
  checkedThread,
  findThread,
  isAlive,
  isSettled,
  isValid,
  type SeenThread,
  type ThreadDoc,
} from "../thread.ts";

const MAX_ATTEMPTS = 100;

/** Documents that go carry the generation of the removal that lets them. */
const DOOMED = "doomed";

/** How a removal differs from what the port asks for. */
interface RemoveOptions {
  /** A thread without checkpoints stays. */
  readonly keepEmpty?: boolean;
  /** Done after step 1, each time that it is done. The thread is as step 1 left it. */
  readonly between?: ((thread: ThreadDoc) => Promise<void>) | undefined;
}

/**
 * Removes checkpoints, in steps of which each is one command. Readers see all of it at once, at step 5.
 *
 * 0. Is there a child that the caller does not know of? Then that is all.
 * 1. _begin_: the thread gets a new generation and epoch; its old ones stay valid. From here on a write
 *    under an old one cannot complete. Readers are told an epoch that no thread has (`epochFor`), so nobody
 *    learns of blobs that may go.
 * 2. The outline is read. If such a child has come since, nothing is doomed below.
 * 3. What goes is marked as doomed, and survivors get their new parents.
 * 4. _move_: everything else that is valid gets the new generation. That includes what late writers of the
 *    old ones have stored by now; what they store afterwards is not valid from step 5 on.
 * 5. _end_: only the new generation is valid.
 * 6. What has an old generation is removed, and every blob that nothing refers to. A blob is spared if a
 *    write has sent it under the new generation; and what the survivors refer to was read after step 5, when no
 *    write of an old generation could add to it any more.
 * 7. _settle_: from here on readers are told the new epoch, and writes may rely on what was read.
 *
 * Writes under the new generation may run beside all of it: until step 7 they can rely only on blobs that were
 * sent under it. A checkpoint that such a write puts in place of a doomed one stays.
 *
 * A crash before step 5 leaves a thread that has lost nothing, with old and new generations valid, and whose
 * survivors may already skip what was to go. A crash after it leaves garbage. Another removal waits for the one
 * under way, or after some time takes its place; so does a write that finds one stuck (`completeStuck`). One
 * that was only slow then fails at step 5 and starts again, or does what is left of step 6, which names the
 * generations that were old at its step 5 and so touches nothing newer.
 */
export async function remove(
  session: Session,
  request: RemoveRequest,
  { keepEmpty = false, between }: RemoveOptions = {},
): Promise<RemoveOutcome> {
  let seen = await findThread(session, request.thread);
  if (await conflicts(session, request, seen)) return { outcome: "conflict" };
  let epoch = request.newEpoch;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const thread = await begin(session, request.thread, { epoch, seen });
    if (!thread) return { outcome: "removed", blobs: 0 };
    await between?.(thread);
    const outcome = await carryOut(session, request, thread, keepEmpty);
    if (outcome) return outcome;
    // An epoch stands for one generation only: writers may have learnt what is stored under it.
    epoch = newGeneration(request.thread);
    seen = await findThread(session, request.thread);
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(request.thread)} was removed from by others ${MAX_ATTEMPTS} times meanwhile; try again later`,
    { threadId: request.thread },
  );
}

/** Step 0. */
async function conflicts(
  session: Session,
  request: RemoveRequest,
  thread: SeenThread | undefined,
): Promise<boolean> {
  if (request.checkpoints.length === 0) return false;
  if (!thread || !isAlive(thread)) return false;
  return hasUnknownChild(await readOutline(session, thread), request);
}

/** Ends a removal whose process has ended, without removing more. Returns whether there was one. */
export async function completeStuck(session: Session, thread: SeenThread): Promise<boolean> {
  if (isSettled(thread) || !isStuck(session, thread)) return false;
  await settle(session, thread.thread);
  return true;
}

/** A removal of nothing: what is valid gets a new generation, and no write of an old one can complete. */
export async function settle(
  session: Session,
  thread: string,
  between?: RemoveOptions["between"],
): Promise<void> {
  const nothing = { checkpoints: [], relink: [], newEpoch: newGeneration(thread) };
  await remove(session, { thread, ...nothing }, { keepEmpty: true, between });
}

function isStuck({ patience }: Session, { busy, now }: SeenThread): boolean {
  return !busy || now.getTime() - busy.getTime() >= patience;
}

/** What is known when a removal begins. */
interface Beginning {
  readonly epoch: string;
  /** The thread as it was just read. */
  readonly seen: SeenThread | undefined;
}

/** Step 1. `undefined`: there is no such thread. */
async function begin(
  session: Session,
  name: string,
  { epoch, seen }: Beginning,
): Promise<ThreadDoc | undefined> {
  const g = newGeneration(name);
  let thread = seen;
  for (let wait = 10; ; wait = Math.min(2 * wait, 200)) {
    if (!thread || !isAlive(thread)) return undefined;
    // A reply was lost.
    if (thread.g === g) return thread;
    if (isSettled(thread) || isStuck(session, thread)) {
      const filter = { ...only(threadKey(name)), g: thread.g, ...ALIVE };
      const valid = [...thread.valid, g];
      const began = { g, epoch: { $literal: epoch }, valid, busy: "$$NOW", open: "$$REMOVE" };
      const changed = await session.write((collection) =>
        collection.findOneAndUpdate(filter, [{ $set: began }], {
          returnDocument: "after",
          includeResultMetadata: false,
        }),
      );
      if (changed) return checkedThread(name, changed);
    } else {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    thread = await findThread(session, name);
  }
}

/** Steps 2 to 6. `undefined`: another removal took over. */
async function carryOut(
  session: Session,
  request: RemoveRequest,
  thread: ThreadDoc,
  keepEmpty: boolean,
): Promise<RemoveOutcome | undefined> {
  const name = thread.thread;
  const outline = await readOutline(session, thread);
  const conflict = hasUnknownChild(outline, request);
  if (!conflict && !keepEmpty && !staysAny(outline, request)) {
    // Only if nobody has begun to write since step 1; otherwise there may be something that stays.
    const when = { g: thread.g, writes: thread.writes };
    const purged = await purge(session, name, when, true);
    if (purged) return { outcome: "removed", blobs: purged.blobs };
  }
  if (!conflict) await doom(session, request, thread);
  await move(session, thread);
  const old = (await generationsIn(session, contentOf(name))).filter((g) => g !== thread.g);
  const ended = await session.write((collection) =>
    collection.updateOne({ ...only(threadKey(name)), g: thread.g }, { $set: { valid: [thread.g] } }),
  );
  if (ended.matchedCount === 0) return undefined;
  const gone = [...new Set([...old, ...oldOf(thread)])];
  const ofGone = { ...recordsOf(name), g: { $in: gone } };
  await session.write((collection) => collection.deleteMany(ofGone));
  const blobs = await removeUnreferenced(session, name, gone, thread.g);
  await session.write((collection) =>
    collection.updateOne({ ...only(threadKey(name)), g: thread.g }, { $unset: { busy: 1 } }),
  );
  return conflict ? { outcome: "conflict" } : { outcome: "removed", blobs };
}

/** The generations of what was stored before a removal began. */
export function oldOf({ valid, g }: ThreadDoc): string[] {
  return valid.filter((one) => one !== g);
}

async function readOutline(session: Session, { thread, valid }: ThreadDoc): Promise<Linked[]> {
  const docs = await session.find(allCheckpointsOf(thread), { projection: { parent: 1, g: 1 } });
  const there = docs.filter((doc) => isValid(thread, valid, doc)) as unknown as CheckpointDoc[];
  return there.map(({ _id, parent }) => ({ namespace: _id.n, id: _id.i, parent: parent ?? undefined }));
}

type Linked = CheckpointKey & { readonly parent: string | undefined };

function keyOf(key: { readonly namespace: string; readonly id: string }): string {
  return JSON.stringify([key.namespace, key.id]);
}

function staysAny(outline: readonly Linked[], { checkpoints }: RemoveRequest): boolean {
  const going = new Set(checkpoints.map(keyOf));
  return outline.some((checkpoint) => !going.has(keyOf(checkpoint)));
}

/** Step 3. */
async function doom(
  session: Session,
  { thread: name, checkpoints, relink }: RemoveRequest,
  thread: ThreadDoc,
): Promise<void> {
  const old = { g: { $in: oldOf(thread) } };
  const update = { $set: { [DOOMED]: thread.g } };
  const change = (filter: Doc, to: Doc): UpdateManyOp => ({
    updateMany: { filter: { ...filter, ...old }, update: to },
  });
  const ops = [
    ...relink.map(({ namespace, id, parent, parentSeal }) =>
      change(only(checkpointKey(name, namespace, id)), { $set: { parent: parent ?? null, parentSeal } }),
    ),
    ...checkpoints.flatMap(({ namespace, id }) => [
      change(only(checkpointKey(name, namespace, id)), update),
      change(only(successorKey(name, namespace, id)), update),
      change(writesOf(name, namespace, id), update),
    ]),
  ];
  if (ops.length === 0) return;
  await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
}

/** Step 4. */
async function move(session: Session, thread: ThreadDoc): Promise<void> {
  const { g } = thread;
  const staying = { ...recordsOf(thread.thread), g: { $in: oldOf(thread) }, [DOOMED]: { $ne: g } };
  await session.write((collection) => collection.updateMany(staying, { $set: { g } }));
}
