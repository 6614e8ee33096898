import { damaged } from "@threadmark/core/storage";
import { decoderOf } from "./decoder.ts";
import type { Doc } from "./driver.ts";
import type { StoredEntry } from "./entries.ts";
import type { Session } from "./session.ts";
import { checkGeneration } from "./generation.ts";
import { anyOf, only, threadKey, type Key } from "./keys.ts";
import { agrees, copyOf, isSameTwice, twice } from "./twice.ts";

/**
 * A thread's own document decides which of its other documents count.
 *
 * Every other document has in `g` the _generation_ of the thread under which it was written, and a blob those of
 * all its writers (`onlyOf`). A checkpoint or a write exists for readers exactly when its generation is among
 * `valid`. So one update of this document lets any number of others appear or disappear at once:
 *
 * - A thread that expired, or is being deleted, does not exist, even if some of it is left. A new thread of that
 *   name has another generation, so nothing of the old one can show up in it.
 * - A removal gives the thread a new generation, moves what stays to it, and then makes it the only valid one.
 *
 * A write stores under the generation it knows, and checks at its end that it still is the thread's. If not,
 * what it stored either is not valid or was moved with the rest; see `write/write.ts` and `remove/remove.ts`.
 */
export interface ThreadDoc {
  readonly thread: string;
  /** The epoch of the port. */
  readonly epoch: string;
  readonly g: string;
  /** Several while a removal is under way; then the last one is `g`. */
  readonly valid: readonly string[];
  /** Counts writes that are done, or have begun as the owner's. */
  readonly writes: number;
  /** Writes of owners that have begun and are not done; those that have failed, too. */
  readonly open?: number;
  readonly created: Date;
  readonly updated: Date;
  readonly expires?: Date | null;
  /** The thread's own time to live in milliseconds, or {@link NEVER}. */
  readonly own?: number | null;
  /** When the thread was marked as gone and its deletion began. */
  readonly gone?: Date | null;
  /** When the removal that is under way began. */
  readonly busy?: Date | null;
  /** The thread's own metadata. */
  readonly entries?: readonly StoredEntry[];
  /** How many there are: each has a seal, but no seal shows that one is missing. */
  readonly entryCount?: number;
  /** Who owns it. */
  readonly claim?: StoredClaim;
}

interface StoredClaim {
  readonly id: string;
  readonly until: Date;
}

/** `own` of a thread that never expires. */
const NEVER = -1;

/** `expires` of a thread that is gone: one that is being deleted, or not there yet. No clock is that far behind. */
export const LONG_AGO: Date = new Date(0);
const LATER = new Date(1);

/** The fields of a thread that is gone for everybody, even if some of it is left. */
export const GONE: Doc = { valid: [], ...twice({ expires: LONG_AGO }) };

/** The fields of a thread that did not exist, as expressions of the server. */
export function newThread(thread: string, epoch: string, g: string): Doc {
  return {
    thread: { $literal: thread },
    epoch: { $literal: epoch },
    valid: [g],
    ...twice({ created: "$$NOW", updated: "$$NOW" }),
  };
}

/**
 * The condition for documents that have these generations and no other. A blob has those of all writes that
 * sent it: a late write, from before a removal, does not take the blob away from a later one that relies on it.
 */
export function onlyOf(generations: readonly string[]): Doc {
  return { g: { $in: generations, $not: { $elemMatch: { $nin: generations } } } };
}

/**
 * Whether a thread has expired, and the condition for one that has not. Only the server's clock decides that, in
 * the command itself: those of clients may be wrong, and may step. `null` comes before all dates. A thread whose
 * expiry is damaged has not expired, so it is found, and then refused.
 */
const EXPIRED: Doc = {
  $and: [{ $gt: ["$expires", null] }, { $lte: ["$expires", "$$NOW"] }, isSameTwice("expires")],
};

/** It cannot be part of an upsert, in which the server does not allow `$expr`. */
export const ALIVE: Doc = { $expr: { $not: [EXPIRED] } };

/** The condition for a thread that has expired, or whose deletion has been taken for dead. */
export function expired(patience: number): Doc {
  const deletedByNobody = { $lte: ["$gone", { $subtract: ["$$NOW", patience] }] };
  return { $expr: { $and: [EXPIRED, deletedByNobody] } };
}

/** Whether a record has one of the valid generations. A damaged one is an error. */
export function isValid(thread: string, valid: readonly string[], { g }: Doc): boolean {
  if (valid.includes(g as string)) return true;
  checkGeneration(thread, g, "a record");
  return false;
}

/** Whether a thread had not expired when it was read. */
export function isAlive({ expires, now }: Pick<SeenThread, "expires" | "now">): boolean {
  return !expires || expires > now;
}

/** Whether no removal is under way. */
export function isSettled({ busy }: ThreadDoc): boolean {
  return !busy;
}

/** Whether the same was stored of a thread both times that it was read. */
export function isSame(a: ThreadDoc | undefined, b: ThreadDoc | undefined): boolean {
  return a?.g === b?.g && String(a?.valid) === String(b?.valid);
}

/** The generations of what was stored before a removal began. */
export function oldOf({ valid, g }: Pick<ThreadDoc, "valid" | "g">): string[] {
  return valid.filter((one) => one !== g);
}

/**
 * The epoch for a reader. What it reads during a removal may be about to go, so it must not rely on that under the
 * epoch which the thread has afterwards: it gets one that no thread has.
 */
export function epochFor(thread: ThreadDoc): string {
  return isSettled(thread) ? thread.epoch : `${thread.epoch} (changing)`;
}

/** Whether a thread will not expire, even after a write with this time to live. */
export function isLasting(
  { own, expires }: { readonly own?: number | null | undefined; readonly expires?: Date | null | undefined },
  ttl: number | undefined,
): boolean {
  return !expires && (own === NEVER || ((own ?? undefined) === undefined && ttl === undefined));
}

/** The new expiry after a write or a read; nothing where it stays as it is. */
export function renewal(own: number | undefined, ttl: number | undefined): Doc {
  const milliseconds = own ?? ttl;
  if (milliseconds === undefined) return {};
  return expiring(milliseconds === NEVER ? "$$REMOVE" : after(milliseconds));
}

/** The same where the thread's own time to live is not known, which must not be damaged. */
export function renewalByOwn(ttl: number | undefined): Doc {
  const own = { $cond: [{ $eq: ["$own", NEVER] }, "$$REMOVE", { $add: ["$$NOW", "$own"] }] };
  const renewed = (field: string): Doc => ({
    $cond: [{ $gt: ["$own", null] }, own, ttl === undefined ? `$${field}` : after(ttl)],
  });
  return { ...expiring(renewed("expires")), expiresCopy: renewed("expiresCopy") };
}

/**
 * Sets the expiry. A thread with one has a copy of `updated`, too; without one, the time is set in a way that cannot
 * set two fields to the same moment, and the copy means nothing.
 */
function expiring(expires: Doc | string): Doc {
  const updated = { $cond: [{ $gt: ["$expires", null] }, "$updatedCopy", "$updated"] };
  return { ...twice({ expires }), updatedCopy: updated };
}

/** The expiry and the own time to live of a thread that gets one, or `null` for one that never expires. */
export function ownTtl(ttl: number | null): Doc {
  if (ttl === null) return twice({ own: NEVER, expires: "$$REMOVE" });
  return { ...twice({ own: ttl }), ...expiring(after(ttl)) };
}

/** This many milliseconds from now, by the server's clock. */
export function after(milliseconds: number): Doc {
  return { $add: ["$$NOW", milliseconds] };
}

/** A thread and the server's time when it was read. */
export type SeenThread = ThreadDoc & { readonly now: Date };

const FIELDS: readonly (keyof ThreadDoc)[] = [
  "thread",
  "epoch",
  "g",
  "valid",
  "writes",
  "open",
  "created",
  "updated",
  "expires",
  "own",
  "gone",
  "busy",
  "entries",
  "entryCount",
  "claim",
];

/** Fields that are stored twice. */
const TWICE = ["created", "expires", "own", "claim", "open"];

/** The projection for a {@link SeenThread}. A read that needs more fields has to name them. */
export const SEEN: Doc = {
  ...Object.fromEntries([...FIELDS, ...TWICE.map(copyOf), copyOf("updated")].map((field) => [field, 1])),
  now: "$$NOW",
};

/** The thread as it is on the primary, even if it is gone. */
export async function findThread(session: Session, thread: string): Promise<SeenThread | undefined> {
  return (await findThreads(session, [thread])).get(thread);
}

/** The same for several threads, by their names. */
export async function findThreads(
  session: Session,
  threads: readonly string[],
): Promise<ReadonlyMap<string, SeenThread>> {
  const [one] = threads;
  if (one === undefined) return new Map();
  const filter = threads.length === 1 ? only(threadKey(one)) : anyOf(threads.map(threadKey));
  const found = await session.find(filter, { limit: threads.length, projection: SEEN });
  return new Map(
    found.map((doc) => {
      const name = (doc["_id"] as Key).t;
      return [name, checkedThread(name, doc) as unknown as SeenThread];
    }),
  );
}

/** What it is for errors. */
export const A_THREAD = "the document";

/**
 * The document of a thread, once the fields that decide about its other documents are checked.
 *
 * @throws CheckpointError `CORRUPT`
 */
export function checkedThread(thread: string, doc: Doc): ThreadDoc {
  const decode = decoderOf(thread, A_THREAD);
  const { g, valid, epoch, writes, created, updated, expires, own, gone, busy } = doc;
  for (const one of [g, ...decode.list(valid)]) checkGeneration(thread, one, A_THREAD);
  // Only a thread that is gone has no valid generation. Any other without one is not read as if it were gone.
  const isGone = decode.list(valid).length === 0;
  const isLongAgo = decode.date(expires ?? LATER).getTime() <= LONG_AGO.getTime();
  const twofold = isGone ? ["expires"] : [...TWICE, ...(expires ? ["updated"] : [])];
  const isWhole = twofold.every((field) => agrees(doc, field));
  if (doc["thread"] !== thread || isGone !== isLongAgo || !isWhole) throw damaged(thread, A_THREAD);
  for (const date of [gone, busy]) decode.date(date ?? LONG_AGO);
  for (const number of [writes, own]) decode.number(number ?? 0);
  if (isGone) return doc as unknown as ThreadDoc;
  for (const date of [created, updated]) decode.date(date);
  decode.text(epoch);
  return doc as unknown as ThreadDoc;
}
