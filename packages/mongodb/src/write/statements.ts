import type { Blob, BlobId, WriteRequest } from "@threadmark/core/storage";
import { blobFields } from "../documents.ts";
import type { Doc, UpdateOp } from "../driver.ts";
import { blobKey, only, threadKey } from "../keys.ts";
import { changedEntries, replacedEntries } from "../entries.ts";
import { ALIVE, GONE, isLasting, LONG_AGO, newThread, renewal } from "../thread.ts";
import { copyOf, twice } from "../twice.ts";
import type { Hint } from "./thread-hints.ts";

/**
 * Finds a blob under a generation, and changes nothing. Where it does not exist, this would insert it with the key of
 * another document, which is an error.
 *
 * The generation is a part of the proof. A blob has it only if a write of this generation has sent it, after everything
 * below it, or has proven what covers that; or if the last removal has found it in use (`unreferenced.ts`). One that a
 * late writer of an older generation has stored may lack what is below it, and a server that was rolled back may still
 * have such a blob.
 */
export function provenBlob(thread: string, id: BlobId, g: string): UpdateOp {
  return upsert({ ...only(blobKey(thread, id)), g }, { $setOnInsert: only(threadKey(thread)) });
}

/** Adds a generation to a blob. */
export function storeBlob(thread: string, blob: Blob, g: string): UpdateOp {
  return upsert(only(blobKey(thread, blob.id)), {
    $addToSet: { g },
    $setOnInsert: blobFields(thread, blob),
  });
}

/**
 * Whether a write has to check the thread before it stores anything. The owner's write has to: what it stores after
 * somebody else took the claim must not be seen. So does one whose `close` cannot be an upsert, because it adds
 * metadata or moves the expiry, and one that only assumes that the thread is new.
 */
export function needsOpen({ claim, ttl, entries }: WriteRequest, hint: Hint): boolean {
  const addsEntry = !hint.isNew && entries.some(({ key }) => !hint.entries.includes(key));
  return claim !== undefined || addsEntry || !isLasting(hint, ttl) || hint.isGuess;
}

/** If the thread does not exist, this leaves one that is marked as gone, which `sweep` removes. */
export function open(request: WriteRequest, hint: Hint): UpdateOp {
  if (hint.isNew) return create(request, hint);
  const count = { writes: 1, ...(request.claim !== undefined && twice({ open: 1 })) };
  return upsert(asKnown(request, hint), { $inc: count, $setOnInsert: notThere(request) });
}

/** Records that a write that was opened is done, and moves the thread's times. */
export function closeOpened(request: WriteRequest, hint: Hint): UpdateOp {
  const { ttl, entries, claim } = request;
  const set = {
    ...renewal(hint.own, ttl),
    ...twice({ updated: "$$NOW" }),
    writes: { $add: ["$writes", 1] },
    ...(claim !== undefined && Object.fromEntries(["open", copyOf("open")].map(oneLess))),
    ...(entries.length > 0 && changedEntries(entries)),
  };
  return {
    updateOne: { filter: { ...asKnown(request, hint), ...ALIVE }, update: [{ $set: set }], upsert: false },
  };
}

/**
 * The only check of a write on a thread that does not expire. If there is another thread of that name by now, it
 * collides with the key of that document, which is an error. If there is none, this leaves one that is marked as
 * gone, as `open` does: the write must not take that insertion for its success. With metadata it fails instead.
 */
export function close(request: WriteRequest, hint: Hint): UpdateOp {
  if (hint.isNew) return create(request, hint);
  const { entries } = request;
  const filter = { ...asKnown(request, hint), expires: null };
  const update = { $inc: { writes: 1 }, $currentDate: { updated: true }, $setOnInsert: notThere(request) };
  if (entries.length === 0) return upsert(filter, update);
  const replaced = replacedEntries(entries);
  return {
    updateOne: {
      filter: { ...filter, ...replaced.filter },
      update: { ...update, $set: replaced.set },
      upsert: true,
      arrayFilters: replaced.arrayFilters,
    },
  };
}

function oneLess(field: string): [string, Doc] {
  return [field, { $subtract: [`$${field}`, 1] }];
}

/** A thread that did not exist. */
function create({ thread, entries }: WriteRequest, { g, epoch }: Hint): UpdateOp {
  const set = {
    ...newThread(thread, epoch, g),
    writes: { $add: [{ $ifNull: ["$writes", 0] }, 1] },
    ...(entries.length > 0 && changedEntries(entries)),
  };
  return upsert({ ...only(threadKey(thread)), g }, [{ $set: set }]);
}

function notThere({ thread }: WriteRequest): Doc {
  return { thread, ...GONE, gone: LONG_AGO };
}

/** The condition for the thread as the write knows it. */
function asKnown({ thread, claim }: WriteRequest, { g, own }: Pick<Hint, "g" | "own">): Doc {
  return {
    ...only(threadKey(thread)),
    g,
    own: own ?? null,
    ...(claim !== undefined && { "claim.id": claim, "claimCopy.id": claim }),
  };
}

export function upsert(filter: Doc, update: Doc | readonly Doc[]): UpdateOp {
  return { updateOne: { filter, update, upsert: true } };
}
