import { checkpointSeal, entrySeal, parentSealOf, writeSeal } from "../codec/seals.ts";
import { CheckpointError, type CheckpointErrorDetails } from "../errors.ts";
import type { CheckpointOutline, StoredCheckpoint, ThreadEntry, WriteRecord } from "../storage/port.ts";

/*
 * Everything that comes from a storage is checked against its seal before it is used. Only the content of a
 * checkpoint, of which the header has a checksum, is checked when the header is decoded.
 */

/** Checks a checkpoint and its writes. */
export function checkStored({ thread, checkpoint, writes }: StoredCheckpoint): void {
  checkOutline(thread, checkpoint);
  checkWrites(thread, checkpoint, writes);
}

/** Checks a checkpoint except for metadata, index and refs. */
export function checkOutline(thread: string, outline: CheckpointOutline): void {
  const { namespace, id, parent, parentSeal, seal } = outline;
  if (seal === checkpointSeal(thread, outline) && parentSeal === parentSealOf(outline, parent)) return;
  throw damagedRecord("checkpoint", { threadId: thread, namespace, checkpointId: id });
}

/** Checks writes of one checkpoint. */
export function checkWrites(
  thread: string,
  { namespace, id }: CheckpointOutline,
  writes: readonly WriteRecord[],
): void {
  for (const write of writes) {
    if (write.seal === writeSeal(thread, namespace, id, write)) continue;
    const place = { threadId: thread, namespace, checkpointId: id, taskId: write.task };
    throw damagedRecord("pending write", place);
  }
}

/** Checks the metadata of a thread. */
export function checkEntries(thread: string, entries: readonly ThreadEntry[]): void {
  for (const entry of entries) {
    if (entry.seal !== entrySeal(thread, entry)) throw damagedRecord("metadata", { threadId: thread });
  }
}

function damagedRecord(what: string, place: CheckpointErrorDetails): CheckpointError {
  const at = place.checkpointId === undefined ? "" : ` at checkpoint ${JSON.stringify(place.checkpointId)}`;
  const message = `${what} of thread ${JSON.stringify(place.threadId)}${at} is damaged in the storage: its seal is wrong`;
  return new CheckpointError("CORRUPT", message, place);
}
