import type { RecentValues } from "../blobs/blob-cache.ts";
import { CheckpointError } from "../errors.ts";
import type { Location } from "../ids.ts";
import { randomId } from "../runtime.ts";
import type { Blob, WriteOutcome, WriteRequest } from "../storage/port.ts";
import type { Engine } from "./engine.ts";

/** Enough for one stale epoch and one expiry, each met once more by a race. */
const MAX_ATTEMPTS = 5;

/**
 * Stores records with the blobs that the thread does not have yet. What the saver believes to be
 * stored holds for one epoch of the thread; when that is over, everything is sent.
 */
export async function writeWithBlobs(
  engine: Engine,
  target: Location,
  blobs: readonly Blob[],
  values: RecentValues | undefined,
  send: (request: WriteRequest) => Promise<WriteOutcome>,
): Promise<void> {
  const { thread, namespace } = target;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const known = engine.cache.find(thread);
    const missing = known ? blobs.filter((blob) => !known.blobs.has(blob.id)) : blobs;
    const result = await send({
      thread,
      blobs: missing,
      epoch: missing.length < blobs.length ? known?.epoch : undefined,
      newEpoch: randomId(),
      ttl: engine.ttl,
    });
    if (result.outcome === "stored") {
      engine.cache.learn(thread, result.epoch, blobs, values && { namespace, values });
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
