import { checkpointSeal, entrySeal, parentSealOf, writeSeal } from "../codec/seals.ts";
import { CheckpointError, type CheckpointErrorDetails } from "../errors.ts";
import type {
  CheckpointKey,
  CheckpointOutline,
  StoredCheckpoint,
  ThreadEntry,
  ThreadHead,
  WriteRecord,
} from "../storage/port.ts";

/*
 * Everything that comes from a storage is checked against its seal before it is used. Only the content of a
 * checkpoint, of which the header has a checksum, is checked when the header is decoded.
 */

/** Checks that a checkpoint is the one that was asked for: what was moved as a whole keeps its seals. */
export function checkPlace(found: Placed, { thread, namespace, id }: Expected): void {
  const { checkpoint } = found;
  const isRight = found.thread === thread && checkpoint.namespace === namespace && checkpoint.id === id;
  if (!isRight) throw misplaced(found, thread);
}

interface Placed {
  readonly thread: string;
  readonly checkpoint: CheckpointKey;
}

interface Expected {
  readonly thread: string;
  readonly namespace: string;
  /** `undefined`: none at all. */
  readonly id: string | undefined;
}

/** The error for a checkpoint where none, or another one, should be. */
export function misplaced({ thread, checkpoint }: Placed, threadId: string = thread): CheckpointError {
  const { namespace, id } = checkpoint;
  const message = `thread ${JSON.stringify(threadId)} is damaged in the storage: checkpoint ${JSON.stringify(id)} is not where it was stored`;
  return new CheckpointError("CORRUPT", message, { threadId, namespace, checkpointId: id });
}

export function checkStored({ thread, checkpoint, writes }: StoredCheckpoint): void {
  checkOutline(thread, checkpoint);
  checkWrites(thread, checkpoint, writes);
}

/** Checks a checkpoint except for metadata, index and refs. */
export function checkOutline(thread: string, outline: CheckpointOutline): void {
  const { namespace, id, parent, parentSeal, seal } = outline;
  if (seal === checkpointSeal(thread, outline) && parentSeal === parentSealOf(thread, outline, parent))
    return;
  throw damagedRecord("checkpoint", { threadId: thread, namespace, checkpointId: id });
}

/** Checks writes of one checkpoint. */
export function checkWrites(
  thread: string,
  { namespace, id }: CheckpointKey,
  writes: readonly WriteRecord[],
): void {
  for (const write of writes) {
    if (write.seal === writeSeal(thread, namespace, id, write)) continue;
    const place = { threadId: thread, namespace, checkpointId: id, taskId: write.task };
    throw damagedRecord("pending write", place);
  }
}

/** Checks what a listing says about the newest checkpoint of a thread, and about its writes. */
export function checkHead(thread: string, { id, parent, parentSeal, pending }: ThreadHead): void {
  const key = { namespace: "", id };
  if (parentSeal !== parentSealOf(thread, key, parent)) {
    throw damagedRecord("checkpoint", { threadId: thread, namespace: "", checkpointId: id });
  }
  checkWrites(thread, key, pending);
}

/** Checks the metadata of a thread. */
export function checkEntries(thread: string, entries: readonly ThreadEntry[]): void {
  for (const entry of entries) {
    if (entry.seal !== entrySeal(thread, entry)) throw damagedRecord("metadata", { threadId: thread });
  }
}

function damagedRecord(what: string, place: CheckpointErrorDetails): CheckpointError {
  const { threadId, checkpointId } = place;
  const at = checkpointId === undefined ? "" : ` at checkpoint ${JSON.stringify(checkpointId)}`;
  const remedy = checkpointId === undefined ? "" : ", or continue from an older checkpoint";
  const message =
    `${what} of thread ${JSON.stringify(threadId)}${at} is damaged in the storage: its checksum does not match; ` +
    `restore it from a backup${remedy}`;
  return new CheckpointError("CORRUPT", message, place);
}
