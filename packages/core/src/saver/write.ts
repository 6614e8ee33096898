import { CheckpointError } from "../errors.ts";
import type { Location } from "../ids.ts";
import { serialId } from "../runtime.ts";
import type { Blob, BlobId, ThreadEntry, WriteOutcome, WriteRequest } from "../storage/port.ts";
import { allBlobs, type Encoded } from "./encode.ts";
import type { Engine } from "./engine.ts";
import { reliedOn } from "./relied-on.ts";

/** Enough for a stale write and an expiry, each of which may meet another race. */
const MAX_ATTEMPTS = 5;

/** How records are written. */
export interface WriteOptions {
  /** Whether the values are those of the newest checkpoint. */
  readonly remember: boolean;
  readonly entries: readonly ThreadEntry[];
  readonly claim: string | undefined;
}

/**
 * Stores records with the blobs that the thread does not have yet. What the saver believes to be stored is named, and
 * if the thread does not have it any more, everything is sent.
 */
export async function writeWithBlobs(
  engine: Engine,
  target: Location,
  encoded: Encoded<unknown>,
  { remember, entries, claim }: WriteOptions,
  send: (request: WriteRequest) => Promise<WriteOutcome>,
): Promise<void> {
  const { thread, namespace } = target;
  const { values } = encoded;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const known = engine.cache.peek(thread);
    // What turned out to be wrong is not relied on again.
    const { needed, blobs, epoch, relies } = choose(encoded, attempt === 0 ? known : undefined, namespace);
    const result = await send({
      thread,
      blobs,
      epoch,
      relies,
      // Even if two threads got the same one, a write proves what it relies on.
      newEpoch: serialId(),
      ttl: engine.ttl,
      entries: engine.marks.length > 0 ? [...entries, ...engine.marks] : entries,
      claim,
    });
    if (result.outcome === "stored") {
      const news = engine.cache.peek(thread) === known ? needed : allBlobs(values);
      engine.cache.learn(thread, result.epoch, news, remember ? { namespace, values } : undefined);
      return;
    }
    if (result.outcome === "conflict") throw conflict(target, result.head);
    if (result.outcome === "fenced") throw fenced(target);
    engine.cache.forget(thread);
    if (result.outcome === "expired") await engine.storage.sweep({ thread, limit: 1 });
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(thread)} kept being removed while it was written to; try again later`,
    { threadId: thread, namespace },
  );
}

interface Chosen extends Pick<WriteRequest, "blobs" | "epoch" | "relies"> {
  /** All blobs except those that are known to be stored from the start. */
  readonly needed: readonly Blob[];
}

const NOTHING: readonly BlobId[] = [];

/** What to send of the blobs, and what to rely on for the rest. */
function choose(
  { base, fresh, values, reuses }: Encoded<unknown>,
  known: Encoded<unknown>["base"],
  namespace: string,
): Chosen {
  // Nothing is ever removed from what is known: it still has everything that is not new.
  const isBase = known === base;
  const needed = isBase ? fresh : allBlobs(values);
  if (!known) return { needed, blobs: needed, epoch: undefined, relies: NOTHING };
  const blobs = needed.filter((blob) => !known.blobs.has(blob.id));
  if (blobs.length === needed.length && !(isBase && reuses)) {
    return { needed, blobs, epoch: undefined, relies: NOTHING };
  }
  const sent = new Map(blobs.map((blob) => [blob.id, blob]));
  return { needed, blobs, epoch: known.epoch, relies: reliedOn(values.cut, sent, known, namespace) };
}

function conflict(parent: Location, head: string | undefined): CheckpointError {
  return new CheckpointError(
    "CONFLICT",
    `the newest checkpoint of thread ${JSON.stringify(parent.thread)} is ${head ?? "gone"}, not ` +
      `${parent.id ?? "none"}: another run continued from there; load the thread again and repeat the run`,
    { threadId: parent.thread, namespace: parent.namespace, checkpointId: parent.id },
  );
}

function fenced({ thread, namespace, id }: Location): CheckpointError {
  return new CheckpointError(
    "FENCED",
    `thread ${JSON.stringify(thread)} is no longer owned by this run: another one took it, or it was deleted`,
    { threadId: thread, namespace, checkpointId: id },
  );
}
