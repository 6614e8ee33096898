import type { Blob, BlobId, WriteRequest } from "@threadmark/core/storage";
import { blobFields } from "../documents.ts";
import type { Doc, UpdateOp } from "../driver.ts";
import { blobKey, only, threadKey } from "../keys.ts";
import { ALIVE, changedEntries, LONG_AGO, neverThere, renewal } from "../thread.ts";
import type { Hint } from "./thread-hints.ts";

/**
 * Finds a blob under a generation, and changes nothing. Where it is not, this would insert it with the key of another
 * document, which is an error.
 *
 * The generation is a part of the proof. A blob has it only if a write of this generation has sent it, after everything
 * below it, or has proven what covers that; or if the last removal has found it in use (`unreferenced.ts`). One that a
 * late writer of an older generation has stored may lack what is below it, and a server that was rolled back may still
 * have such a one.
 */
export function provenBlob(thread: string, id: BlobId, g: string): UpdateOp {
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
export function reopen(request: WriteRequest, hint: Hint): UpdateOp {
  const gone = { ...neverThere(request.thread), gone: LONG_AGO };
  return upsert(asKnown(request, hint), { $inc: { writes: 1 }, $setOnInsert: gone });
}

/** The thread is new. */
export function create({ thread, newEpoch }: WriteRequest, g: string): UpdateOp {
  const now = { $currentDate: { created: true, updated: true } };
  const fresh = { thread, epoch: newEpoch, valid: [g] };
  return upsert({ ...only(threadKey(thread)), g }, { $inc: { writes: 1 }, $setOnInsert: fresh, ...now });
}

/** Says that the write is done, and moves the thread's times. */
export function close(request: WriteRequest, known: Pick<Hint, "g" | "own">): UpdateOp {
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
