import {
  CheckpointError,
  type Blob,
  type BlobId,
  type WriteOutcome,
  type WriteRequest,
} from "@threadmark/core/storage";
import { blobFields } from "../documents.ts";
import type { Doc, UpdateOp } from "../driver.ts";
import { failedAt, isDuplicateKey, isUnproven } from "../failure.ts";
import { checkGeneration, newGeneration } from "../generation.ts";
import { hintOf, type Hint, type ThreadHints } from "./thread-hints.ts";
import { anyOf, blobKey, KIND, only, threadKey, type Key } from "../keys.ts";
import { awaitPurge, purge } from "../remove/purge.ts";
import { completeStuck } from "../remove/remove.ts";
import type { Session } from "../session.ts";
import {
  ALIVE,
  changedEntries,
  checkedThread,
  isAlive,
  LONG_AGO,
  neverThere,
  onlyOf,
  renewal,
  SEEN,
  type SeenThread,
  type ThreadDoc,
} from "../thread.ts";

/** Each is a race that was lost to another process, or garbage of one that crashed. */
const MAX_ATTEMPTS = 20;

/** What the parts of a storage share. */
export interface Context {
  readonly session: Session;
  readonly hints: ThreadHints;
}

/** The generation to write under, and those whose documents may be replaced or added to. */
export interface Target {
  readonly g: string;
  readonly accepted: readonly string[];
}

/** What a write stores beside its blobs. */
export interface Records {
  /** The documents that it touches. */
  readonly keys: readonly Key[];
  /** What it stores takes about so many. */
  readonly bytes: number;
  /** Generations that mark a document as more than garbage. */
  readonly marks?: readonly string[];
  /** The statements, or why nothing may be stored. `looked`: an attempt before this one was refused. */
  statements(target: Target, looked: boolean): Promise<readonly UpdateOp[] | WriteOutcome>;
}

/**
 * Stores blobs and records under the generation of their thread, in one ordered `update` command:
 *
 * 1. _open_: an upsert of the thread, for this generation. Where the thread is another one by now, it meets
 *    the key of that document, which is an error; the command ends and nothing was written.
 * 2. _prove_: the blobs that are relied on must be there (`provenBlob`), or the command ends.
 * 3. blobs, children first and before what names them: a crash leaves at worst blobs that nobody needs.
 * 4. records, each an upsert for the accepted generations. A document of another one is an error again.
 * 5. _close_: an update of the thread, for this generation and alive. Everything before it has matched or was
 *    inserted, so the reply's count alone says whether this one did: then the write is done.
 *
 * If 5 does not match, a removal, a deletion or an expiry came between. What was written has a generation that
 * is not valid (any more), or it was moved to the next one by the removal together with everything that
 * it refers to, which the removal then keeps. Nothing was acknowledged in either case.
 *
 * Each statement can be run twice, so a command whose reply was lost is sent once more.
 *
 * @param written The generation under which an attempt before this call may have stored something.
 */
export async function write(
  context: Context,
  request: WriteRequest,
  records: Records,
  written?: string,
): Promise<WriteOutcome> {
  const { thread, epoch } = request;
  let hint = written === undefined ? context.hints.find(thread, epoch) : undefined;
  let target: Target | undefined = hint && { g: hint.g, accepted: [hint.g] };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const looked = target === undefined;
    if (!target) {
      const seen = await look(context, request, records, written);
      if ("outcome" in seen) return seen;
      ({ hint, target } = seen);
    }
    const found = await records.statements(target, looked);
    if ("outcome" in found) {
      if (looked) return found;
      // By a hint that may be wrong.
      target = undefined;
      continue;
    }
    const { g } = target;
    const sent = await send(context.session, request, { g, hint, found, bytes: records.bytes });
    if (sent === "stored") {
      const known = hint ?? { g, epoch: request.newEpoch, own: undefined };
      context.hints.learn(thread, known);
      return { outcome: "stored", epoch: known.epoch };
    }
    context.hints.forget(thread);
    written = sent === "overtaken" ? g : undefined;
    target = undefined;
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(thread)} changed ${MAX_ATTEMPTS} times while it was written to; try again later`,
    { threadId: thread },
  );
}

interface Sending {
  readonly g: string;
  /** `undefined`: the thread is new. */
  readonly hint: Hint | undefined;
  readonly found: readonly UpdateOp[];
  /** Of these, about. */
  readonly bytes: number;
}

/** Of one command that is made at once. A document may have sixteen times as much. */
const MAX_STATEMENTS = 500;
const MAX_BYTES = 1024 * 1024;

export function fitsTogether(statements: number, bytes: number): boolean {
  return statements <= MAX_STATEMENTS && bytes <= MAX_BYTES;
}

export function bytesOf(blobs: readonly Blob[]): number {
  return blobs.reduce((sum, blob) => sum + blob.bytes.length, 0);
}

/** `refused`: nothing was written; `overtaken`: something may have been. */
type Sent = "stored" | "refused" | "overtaken";

export async function send(
  session: Session,
  request: WriteRequest,
  { g, hint, found, bytes }: Sending,
): Promise<Sent> {
  const { thread, blobs, relies } = request;
  const proofs = relies.map((id) => provenBlob(thread, id, g));
  const stored = blobs.map((blob) => storeBlob(thread, blob, g));
  const open = hint ? reopen(request, hint) : create(request, g);
  const ops = [open, ...proofs, ...stored, ...found, close(request, { g, own: hint?.own })];
  const sentOf = (count: number): Sent => (count === ops.length ? "stored" : "overtaken");
  const refusedAt = (index: number): Sent => (index <= proofs.length ? "refused" : "overtaken");
  try {
    if (fitsTogether(ops.length, bytes + bytesOf(blobs))) {
      const { count, failed, isSafe } = await session.update(ops);
      if (failed && isRefusal(failed)) return refusedAt(failed.index);
      if (!failed && isSafe) return sentOf(count);
      // Once more, for the error of the driver.
    }
    const result = await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
    return sentOf(result.matchedCount + result.upsertedCount);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return refusedAt(failedAt(error));
  }
}

function isRefusal(error: unknown): boolean {
  return isDuplicateKey(error) || isUnproven(error);
}

/**
 * Finds a blob under a generation, and changes nothing. Where it is not, this would insert it with the key of another
 * document, which is an error.
 *
 * The generation is a part of the proof. A blob has it only if a write of this generation has sent it, after everything
 * below it, or has proven what covers that; or if the last removal has found it in use (`unreferenced.ts`). One that a
 * late writer of an older generation has stored may lack what is below it, and a server that was rolled back may still
 * have such a one.
 */
function provenBlob(thread: string, id: BlobId, g: string): UpdateOp {
  return upsert({ ...only(blobKey(thread, id)), g }, { $setOnInsert: only(threadKey(thread)) });
}

/** A blob under one generation more. */
export function storeBlob(thread: string, blob: Blob, g: string): UpdateOp {
  return upsert(only(blobKey(thread, blob.id)), {
    $addToSet: { g },
    $setOnInsert: blobFields(thread, blob),
  });
}

/** Where the thread is not there at all, this leaves one that is gone, and `sweep` clears up after it. */
function reopen(request: WriteRequest, hint: Hint): UpdateOp {
  const gone = { ...neverThere(request.thread), gone: LONG_AGO };
  return upsert(asKnown(request, hint), { $inc: { writes: 1 }, $setOnInsert: gone });
}

function create({ thread, newEpoch }: WriteRequest, g: string): UpdateOp {
  const now = { $currentDate: { created: true, updated: true } };
  const fresh = { thread, epoch: newEpoch, valid: [g] };
  return upsert({ ...only(threadKey(thread)), g }, { $inc: { writes: 1 }, $setOnInsert: fresh, ...now });
}

function close(request: WriteRequest, known: Pick<Hint, "g" | "own">): UpdateOp {
  const { ttl, entries } = request;
  // The time of a command is that of its beginning, which is before `create` took its own.
  const updated = { $max: ["$created", "$$NOW"] };
  const done = { $add: [{ $ifNull: ["$done", 0] }, 1] };
  const set = {
    updated,
    done,
    ...renewal(known.own, ttl),
    ...(entries.length > 0 && { entries: changedEntries(entries) }),
  };
  return {
    updateOne: { filter: { ...asKnown(request, known), ...ALIVE }, update: [{ $set: set }], upsert: false },
  };
}

/** The condition for the thread as the write knows it. */
function asKnown({ thread, claim }: WriteRequest, { g, own }: Pick<Hint, "g" | "own">): Doc {
  return {
    ...only(threadKey(thread)),
    g,
    own: own ?? null,
    ...(claim !== undefined && { "claim.id": claim }),
  };
}

export function upsert(filter: Doc, update: Doc | readonly Doc[]): UpdateOp {
  return { updateOne: { filter, update, upsert: true } };
}

type Seen = { readonly hint: Hint | undefined; readonly target: Target } | WriteOutcome;

/** Reads the thread, and clears away what would stop the next attempt. */
async function look(
  context: Context,
  request: WriteRequest,
  records: Records,
  written: string | undefined,
): Promise<Seen> {
  const { session } = context;
  const { thread, epoch, claim, relies } = request;
  // The thread last: a document that was read before and is not of its generations never will be.
  const proofs = relies.map((id) => blobKey(thread, id));
  const keys = [...records.keys, ...proofs, threadKey(thread)];
  const docs = (await session.find(anyOf(keys), { projection: SEEN, sort: { _id: 1 } })) as (Doc & {
    readonly _id: Key;
  })[];
  const ofKinds = (kinds: readonly number[]) => docs.filter(({ _id }) => kinds.includes(_id.k));
  const [doc] = ofKinds([KIND.thread]);
  const found = doc && (checkedThread(thread, doc) as SeenThread);
  await discard(session, request, records, written, found);
  const alive = found && isAlive(found) ? found : undefined;
  if (found?.gone) {
    // Either what this very write has left behind in place of a thread that is not there, or a deletion.
    if (found.g === written) await purge(session, thread, { g: written });
    else await awaitPurge(session, found);
    return look(context, request, records, undefined);
  }
  if (found && !alive) return { outcome: "expired" };
  if (claim !== undefined && alive?.claim?.id !== claim) return { outcome: "fenced" };
  if (epoch !== undefined && alive?.epoch !== epoch) return { outcome: "stale" };
  if (alive && (await completeStuck(session, alive))) return look(context, request, records, undefined);
  const proven = ofKinds([KIND.leaf, KIND.node]).filter(({ g }) => [g].flat().includes(alive?.g));
  if (proven.length < new Set(relies).size) return { outcome: "stale" };
  const others = ofKinds([KIND.checkpoint, KIND.write, KIND.successor]);
  await clearGarbage(session, request, records, others, alive?.valid ?? []);
  if (alive) return { hint: hintOf(alive), target: { g: alive.g, accepted: alive.valid } };
  const g = newGeneration(thread);
  return { hint: undefined, target: { g, accepted: [g] } };
}

/**
 * Removes what an attempt has written under a generation that is valid no more. Where it still is, a
 * removal is under way that may move these documents to the next one, and they may be older than the attempt.
 */
async function discard(
  session: Session,
  { thread, blobs }: WriteRequest,
  { keys }: Records,
  written: string | undefined,
  found: ThreadDoc | undefined,
): Promise<void> {
  if (written === undefined || found?.valid.includes(written)) return;
  const all = [...keys, ...blobs.map(({ id }) => blobKey(thread, id))];
  await session.write((collection) => collection.deleteMany({ ...anyOf(all), ...onlyOf([written]) }));
}

/**
 * Removes documents that stand in the way and belong to no valid generation. They are named by the
 * generation that was seen, which never becomes valid again: what another process puts there meanwhile stays.
 */
async function clearGarbage(
  session: Session,
  { thread }: WriteRequest,
  { keys, marks = [] }: Records,
  docs: readonly Doc[],
  valid: readonly string[],
): Promise<void> {
  const generations = docs.map((doc) => doc["g"] as string);
  const garbage = generations.filter((g) => !valid.includes(g) && !marks.includes(g));
  if (garbage.length === 0) return;
  for (const g of garbage) checkGeneration(thread, g, "a record");
  await session.write((collection) => collection.deleteMany({ ...anyOf(keys), g: { $in: garbage } }));
}
