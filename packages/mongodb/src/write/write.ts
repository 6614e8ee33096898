import {
  CheckpointError,
  damaged,
  type Blob,
  type WriteOutcome,
  type WriteRequest,
} from "@threadmark/core/storage";
import type { UpdateOp } from "../driver.ts";
import { failedAt, isBadType, isDuplicateKey, isMissingElement, isUnproven } from "../failure.ts";
import type { Key } from "../keys.ts";
import type { Session } from "../session.ts";
import { look } from "./look.ts";
import type { SharedUpdates } from "./shared-updates.ts";
import { close, closeOpened, needsOpen, open, provenBlob, storeBlob } from "./statements.ts";
import { hintOfNew, type Hint, type ThreadHints } from "./thread-hints.ts";

/** Every attempt before the last has lost a race with another process, or met garbage of one that crashed. */
const MAX_ATTEMPTS = 20;

/** What the parts of a storage share. */
export interface Context {
  readonly session: Session;
  readonly hints: ThreadHints;
  readonly shared: SharedUpdates;
}

/** The thread to write to. */
export interface Target {
  readonly hint: Hint;
  /** Generations whose documents may be replaced or added to. */
  readonly accepted: readonly string[];
}

/** What a write stores in addition to its blobs. */
export interface Records {
  /** Keys of the documents that it touches. */
  readonly keys: readonly Key[];
  /** About how many bytes it stores. */
  readonly bytes: number;
  /** Whether it may be the first write of its thread. */
  readonly isFirst: boolean;
  /** Generations that mark a document as more than garbage. */
  readonly marks?: readonly string[];
  /** The statements, or why nothing may be stored. `looked`: an earlier attempt was refused. */
  statements(target: Target, looked: boolean): Promise<readonly UpdateOp[] | WriteOutcome>;
}

/**
 * Stores blobs and records under the generation of their thread, in one ordered `update` command:
 *
 * 1. _open_, only where it is needed (`needsOpen`): an upsert of the thread, for this generation. If the thread
 *    has another one by now, it conflicts with the key of that document; the command ends, and nothing was written.
 * 2. _prove_: the blobs that are relied on must be there (`provenBlob`), or the command ends.
 * 3. blobs, children first and before what names them: a crash leaves, at worst, blobs that nobody needs.
 * 4. records, each an upsert for the accepted generations. A document of another generation is an error.
 * 5. _close_: an update of the thread, for this generation and alive, or the insertion of a new thread. Everything
 *    before it has matched or was inserted, so the reply says whether this one did: then the write is done.
 *
 * If 5 does not match, the hint was wrong, or there was a removal, a deletion or an expiry in between. What was written
 * has a generation that is not valid, or no longer, and is taken back before the next attempt; or the removal moved it
 * to the next one, together with everything that it refers to, which the removal then keeps. Nothing was acknowledged
 * in either case.
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
  const { thread } = request;
  const known = written === undefined ? hintFor(context, request, records) : undefined;
  let target: Target | undefined = known && { hint: known, accepted: [known.g] };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const looked = target === undefined;
    if (!target) {
      const seen = await look(context, request, records, written);
      if ("outcome" in seen) return seen;
      target = seen;
    }
    const found = await records.statements(target, looked);
    if ("outcome" in found) {
      if (looked) return found;
      // According to a hint that may be wrong.
      target = undefined;
      continue;
    }
    const { hint } = target;
    const sent = await send(context, request, { hint, found, bytes: records.bytes });
    if (sent === "stored") {
      context.hints.learn(thread, hint, request.entries);
      return { outcome: "stored", epoch: hint.epoch };
    }
    context.hints.forget(thread);
    written = sent === "overtaken" ? hint.g : undefined;
    target = undefined;
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(thread)} changed ${MAX_ATTEMPTS} times while it was written to; try again later`,
    { threadId: thread },
  );
}

/**
 * What is known about the thread, or a guess: the first checkpoint of a thread that nobody has looked for assumes
 * that it is new.
 */
function hintFor({ hints }: Context, request: WriteRequest, { isFirst }: Records): Hint | undefined {
  const { thread, epoch, claim, newEpoch } = request;
  const known = hints.find(request);
  if (known || !isFirst || epoch !== undefined || claim !== undefined) return known;
  return hintOfNew(thread, newEpoch, true);
}

interface Sending {
  readonly hint: Hint;
  readonly found: readonly UpdateOp[];
  /** About how many bytes they take. */
  readonly bytes: number;
}

/** Bytes of one command. A document may have sixteen times as many. */
const MAX_STATEMENTS = 500;
const MAX_BYTES = 1024 * 1024;
/** The same for what may share a command with writes to other threads. */
const FEW_STATEMENTS = 60;
const FEW_BYTES = 128 * 1024;

export function fitsTogether(statements: number, bytes: number): boolean {
  return statements <= MAX_STATEMENTS && bytes <= MAX_BYTES;
}

export function bytesOf(blobs: readonly Blob[]): number {
  return blobs.reduce((sum, blob) => sum + blob.bytes.length, 0);
}

/** `refused`: nothing was written; `overtaken`: something may have been. */
type Sent = "stored" | "refused" | "overtaken";

export async function send(
  { session, shared }: Pick<Context, "session" | "shared">,
  request: WriteRequest,
  { hint, found, bytes }: Sending,
): Promise<Sent> {
  const { thread, blobs, relies } = request;
  const { g } = hint;
  const isOpened = needsOpen(request, hint);
  const before = [
    ...(isOpened ? [open(request, hint)] : []),
    ...relies.map((id) => provenBlob(thread, id, g)),
  ];
  const stored = blobs.map((blob) => storeBlob(thread, blob, g));
  const last = isOpened ? closeOpened(request, hint) : close(request, hint);
  const ops = [...before, ...stored, ...found, last];
  const sentOf = (count: number, inserted: readonly number[]): Sent => {
    // An insertion at the end is the new thread, or what `close` leaves if the thread does not exist.
    const isThere = hint.isNew || !inserted.includes(ops.length - 1);
    return count === ops.length && isThere ? "stored" : "overtaken";
  };
  const refusedAt = (index: number): Sent => (index < before.length ? "refused" : "overtaken");
  // The metadata that the last statement replaces may have been removed.
  const isRefusal = (error: unknown, index: number): boolean =>
    isDuplicateKey(error) || isUnproven(error) || (index === ops.length - 1 && isMissingElement(error));
  try {
    const size = bytes + bytesOf(blobs) + request.entries.reduce((sum, { value }) => sum + value.length, 0);
    if (fitsTogether(ops.length, size)) {
      const isSmall = ops.length <= FEW_STATEMENTS && size <= FEW_BYTES;
      // Only the last statement of an opened write is not an upsert.
      const sending = isSmall && !isOpened ? shared.call({ thread, ops }) : session.update(ops);
      const { count, inserted, failed, isSafe } = await sending;
      if (failed && isRefusal(failed, failed.index)) return refusedAt(failed.index);
      if (!failed && isSafe) return sentOf(count, inserted);
      // Sent again to get the driver's error.
    }
    const result = await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
    const inserted = Object.keys(result.upsertedIds).map(Number);
    return sentOf(result.matchedCount + result.upsertedCount, inserted);
  } catch (error) {
    const index = failedAt(error);
    if (isRefusal(error, index)) return refusedAt(index);
    throw isBadType(error) ? damaged(thread, "a document", error) : error;
  }
}
