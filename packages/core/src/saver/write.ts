import { CheckpointError } from "../errors.ts";
import type { Location } from "../ids.ts";
import { randomId } from "../runtime.ts";
import type { WriteOutcome, WriteRequest } from "../storage/port.ts";
import { allBlobs, type Encoded } from "./encode.ts";
import type { Engine } from "./engine.ts";

/** Enough for one stale epoch and one expiry, each met once more by a race. */
const MAX_ATTEMPTS = 5;

/**
 * Stores records with the blobs that the thread does not have yet. What the saver believes to be
 * stored holds for one epoch of the thread; when that is over, everything is sent.
 *
 * @param remember Whether the values are those of the newest checkpoint.
 */
export async function writeWithBlobs(
  engine: Engine,
  target: Location,
  encoded: Encoded<unknown>,
  remember: boolean,
  send: (request: WriteRequest) => Promise<WriteOutcome>,
): Promise<void> {
  const { thread, namespace } = target;
  const { base, fresh, values, reuses } = encoded;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const known = engine.cache.find(thread);
    // Nothing is ever taken out of what is known: it still holds whatever is not fresh.
    const isBase = known !== undefined && known === base;
    const blobs = isBase ? fresh : allBlobs(values);
    const missing = known ? blobs.filter((blob) => !known.blobs.has(blob.id)) : blobs;
    const relied = missing.length < blobs.length || (isBase && reuses);
    const result = await send({
      thread,
      blobs: missing,
      epoch: relied ? known?.epoch : undefined,
      newEpoch: randomId(),
      ttl: engine.ttl,
    });
    if (result.outcome === "stored") {
      const news = engine.cache.find(thread) === known ? blobs : allBlobs(values);
      engine.cache.learn(thread, result.epoch, news, remember ? { namespace, values } : undefined);
      return;
    }
    if (result.outcome === "conflict") throw conflict(target, result.head);
    engine.cache.forget(thread);
    if (result.outcome === "expired") await engine.storage.sweep({ thread, limit: 1 });
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(thread)} was removed again and again while it was written to`,
    { threadId: thread, namespace },
  );
}

function conflict(parent: Location, head: string | undefined): CheckpointError {
  return new CheckpointError(
    "CONFLICT",
    `the newest checkpoint of thread ${JSON.stringify(parent.thread)} is ${head ?? "gone"}, not ` +
      `${parent.id ?? "none"}: another run went on from there; load the thread again and repeat the run`,
    { threadId: parent.thread, namespace: parent.namespace, checkpointId: parent.id },
  );
}
