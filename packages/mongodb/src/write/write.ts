import { CheckpointError, type Blob, type WriteOutcome, type WriteRequest } from "@threadmark/core/storage";
import { blobFields } from "../documents.ts";
import type { Doc, UpdateOp } from "../driver.ts";
import { failedAt, isDuplicateKey } from "../failure.ts";
import { hintOf, type Hint, type ThreadHints } from "./thread-hints.ts";
import { anyOf, blobKey, only, threadKey, type Key } from "../keys.ts";
import { awaitPurge, purge } from "../remove/purge.ts";
import { completeStuck } from "../remove/remove.ts";
import type { Session } from "../session.ts";
import {
  ALIVE,
  isAlive,
  LONG_AGO,
  neverThere,
  newGeneration,
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
 * 2. blobs, before what names them: a crash leaves at worst blobs that nobody needs.
 * 3. records, each an upsert for the accepted generations. A document of another one is an error again.
 * 4. _close_: an update of the thread, for this generation and alive. Everything before it has matched or was
 *    inserted, so the reply's count alone says whether this one did: then the write is done.
 *
 * If 4 does not match, a removal, a deletion or an expiry came between. What was written has a generation that
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
    written = sent === "refused" ? undefined : g;
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
export async function send(
  session: Session,
  request: WriteRequest,
  { g, hint, found, bytes }: Sending,
): Promise<"stored" | "refused" | "overtaken"> {
  const { thread, blobs } = request;
  const stored = blobs.map((blob) => storeBlob(thread, blob, g));
  const open = hint ? reopen(thread, hint) : create(request, g);
  const ops = [open, ...stored, ...found, close(request, { g, own: hint?.own })];
  try {
    const small = fitsTogether(ops.length, bytes + bytesOf(blobs));
    if (small) {
      const done = await session.update(ops);
      if (done !== undefined) return done === ops.length ? "stored" : "overtaken";
      // Once more, for the error of the driver.
    }
    const result = await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
    return result.matchedCount + result.upsertedCount === ops.length ? "stored" : "overtaken";
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return failedAt(error) === 0 ? "refused" : "overtaken";
  }
}

/** A blob under one generation more. */
export function storeBlob(thread: string, blob: Blob, g: string): UpdateOp {
  return upsert(only(blobKey(thread, blob.id)), {
    $addToSet: { g },
    $setOnInsert: blobFields(thread, blob),
  });
}

/** Where the thread is not there at all, this leaves one that is gone, and `sweep` clears up after it. */
function reopen(thread: string, { g, own }: Hint): UpdateOp {
  return upsert(
    { ...only(threadKey(thread)), g, own: own ?? null },
    { $inc: { writes: 1 }, $setOnInsert: { ...neverThere(thread), gone: LONG_AGO } },
  );
}

function create({ thread, newEpoch }: WriteRequest, g: string): UpdateOp {
  const now = { $currentDate: { created: true, updated: true } };
  const fresh = { thread, epoch: newEpoch, valid: [g] };
  return upsert({ ...only(threadKey(thread)), g }, { $inc: { writes: 1 }, $setOnInsert: fresh, ...now });
}

function close(
  { thread, ttl }: WriteRequest,
  { g, own }: { readonly g: string; readonly own: number | undefined },
): UpdateOp {
  // The time of a command is that of its beginning, which is before `create` took its own.
  const updated = { $max: ["$created", "$$NOW"] };
  return {
    updateOne: {
      filter: { ...only(threadKey(thread)), g, own: own ?? null, ...ALIVE },
      update: [{ $set: { updated, ...renewal(own, ttl) } }],
      upsert: false,
    },
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
  const { thread, epoch } = request;
  // The thread last: a document that was read before and is not of its generations never will be.
  const keys = [...records.keys, threadKey(thread)];
  const docs = await session.find(anyOf(keys), { projection: SEEN, sort: { _id: 1 } });
  const found = docs.find((doc) => (doc as { _id: Key })._id.k === threadKey(thread).k) as
    | SeenThread
    | undefined;
  const others = docs.filter((doc) => (doc as unknown) !== found);
  await discard(session, request, records, written, found);
  const alive = found && isAlive(found) ? found : undefined;
  if (found?.gone) {
    // Either what this very write has left behind in place of a thread that is not there, or a deletion.
    if (found.g === written) await purge(session, thread, { g: written });
    else await awaitPurge(session, found);
    return look(context, request, records, undefined);
  }
  if (found && !alive) return { outcome: "expired" };
  if (epoch !== undefined && alive?.epoch !== epoch) return { outcome: "stale" };
  if (alive && (await completeStuck(session, alive))) return look(context, request, records, undefined);
  await clearGarbage(session, records, others, alive?.valid ?? []);
  if (alive) return { hint: hintOf(alive), target: { g: alive.g, accepted: alive.valid } };
  const g = newGeneration();
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
  { keys, marks = [] }: Records,
  docs: readonly Doc[],
  valid: readonly string[],
): Promise<void> {
  const generations = docs.map((doc) => doc["g"] as string);
  const garbage = generations.filter((g) => !valid.includes(g) && !marks.includes(g));
  if (garbage.length === 0) return;
  await session.write((collection) => collection.deleteMany({ ...anyOf(keys), g: { $in: garbage } }));
}
