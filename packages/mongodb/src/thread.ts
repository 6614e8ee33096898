import { damaged } from "@threadmark/core/storage";
import { decoderOf } from "./decoder.ts";
import type { Doc } from "./driver.ts";
import type { Session } from "./session.ts";
import { checkGeneration } from "./generation.ts";
import { anyOf, only, threadKey, type Key } from "./keys.ts";
import type { StoredEntry } from "./entries.ts";
import { knownTimeSeal, LONG_AGO, markOf } from "./thread-times.ts";

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
  /** A number that stands for the name in seals; see `thread-times.ts`. */
  readonly mark: number;
  /** The epoch of the port. */
  readonly epoch: string;
  readonly epochSeal: number;
  readonly g: string;
  /** Several while a removal is under way; then the last one is `g`. */
  readonly valid: readonly string[];
  /** Counts writes that are done, or have begun as the owner's. */
  readonly writes: number;
  /** Writes of owners that have begun and are not done; those that have failed, too. */
  readonly open?: number;
  readonly created: Date;
  readonly createdSeal: number;
  readonly updated: Date;
  readonly updatedSeal: number;
  readonly expires?: Date | null;
  readonly expiresSeal?: number | null;
  /** The thread's own time to live in milliseconds, or {@link NEVER}. */
  readonly own?: number | null;
  readonly ownSeal?: number | null;
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
  readonly claimSeal?: number;
  /** Newest checkpoints; see `newest.ts`. */
  readonly newest?: Readonly<Record<string, string>>;
}

interface StoredClaim {
  readonly id: string;
  readonly until: Date;
  /** A number that stands for `id` in the seal. */
  readonly mark: number;
}

/**
 * The condition for documents that have these generations and no other. A blob has those of all writes that
 * sent it: a late write, from before a removal, does not take the blob away from a later one that relies on it.
 */
export function onlyOf(generations: readonly string[]): Doc {
  return { g: { $in: generations, $not: { $elemMatch: { $nin: generations } } } };
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

/** A thread and the server's time when it was read. */
export type SeenThread = ThreadDoc & { readonly now: Date };

const FIELDS: readonly (keyof ThreadDoc)[] = [
  "thread",
  "mark",
  "epoch",
  "epochSeal",
  "g",
  "valid",
  "writes",
  "open",
  "created",
  "createdSeal",
  "updated",
  "updatedSeal",
  "expires",
  "expiresSeal",
  "own",
  "ownSeal",
  "gone",
  "busy",
  "entries",
  "entryCount",
  "claim",
  "claimSeal",
  "newest",
];

/** The projection for a {@link SeenThread}. A read that needs more fields has to name them. */
export const SEEN: Doc = {
  ...Object.fromEntries(FIELDS.map((field) => [field, 1])),
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

const LATER = new Date(1);

/** What a thread's document is, for errors. */
export const A_THREAD = "the document";

/**
 * The document of a thread, once it is checked, except for its entries.
 *
 * @throws CheckpointError `CORRUPT`
 */
export function checkedThread(thread: string, doc: Doc): ThreadDoc {
  const decode = decoderOf(thread, A_THREAD);
  const { g, valid, writes, expires, gone, busy, newest } = doc;
  checkSeals(thread, doc);
  // Only a thread that is gone has no valid generation. Any other without one is not read as if it were gone.
  const isGone = decode.date(expires ?? LATER).getTime() <= LONG_AGO.getTime();
  if (decode.list(valid).length === 0 && !isGone) throw damaged(thread, A_THREAD);
  for (const one of [g, ...decode.list(valid)]) checkGeneration(thread, one, A_THREAD);
  for (const date of [gone, busy]) decode.date(date ?? LONG_AGO);
  decode.number(writes ?? 0);
  for (const id of Object.values(decode.object(newest ?? {}))) decode.text(id);
  return doc as unknown as ThreadDoc;
}

/** Checks what has a seal; see `thread-times.ts`. */
function checkSeals(thread: string, doc: Doc): void {
  const decode = decoderOf(thread, A_THREAD);
  const mark = markOf(thread);
  const { epoch, created, updated, expires, own, claim } = doc;
  const { id, until, mark: claimMark } = decode.object(claim ?? {});
  const seal = (time: unknown, of: number): number => knownTimeSeal(decode.date(time), of);
  const ownerMark = claim === undefined ? undefined : markOf(thread, decode.text(id));
  const expected: Doc = {
    thread,
    mark,
    epochSeal: markOf(thread, decode.text(epoch)),
    createdSeal: seal(created, mark),
    updatedSeal: seal(updated, mark),
    expiresSeal: (expires ?? undefined) === undefined ? undefined : seal(expires, mark),
    ownSeal: own === undefined || own === null ? undefined : markOf(thread, `${decode.number(own)}`),
    claimSeal: ownerMark === undefined ? undefined : seal(until, ownerMark),
  };
  const isRight = Object.entries(expected).every(([field, value]) => (doc[field] ?? undefined) === value);
  if (!isRight || claimMark !== ownerMark) throw damaged(thread, A_THREAD);
}
