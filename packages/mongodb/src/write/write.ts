import {
  CheckpointError,
  damaged,
  type Blob,
  type WriteOutcome,
  type WriteRequest,
} from "@threadmark/core/storage";
import type { UpdateOp } from "../driver.ts";
import { failedAt, isBadType, isDuplicateKey, isUnproven } from "../failure.ts";
import type { Key } from "../keys.ts";
import type { Session } from "../session.ts";
import { look } from "./look.ts";
import { close, create, provenBlob, reopen, storeBlob } from "./statements.ts";
import type { Hint, ThreadHints } from "./thread-hints.ts";

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
    if (isBadType(error)) throw damaged(thread, "a document", error);
    if (!isRefusal(error)) throw error;
    return refusedAt(failedAt(error));
  }
}

function isRefusal(error: unknown): boolean {
  return isDuplicateKey(error) || isUnproven(error);
}
