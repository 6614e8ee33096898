import { isIntact, type KnownValues } from "../blobs/tree.ts";
import { decodeHeader, type Header } from "../codec/header.ts";
import { loadValue } from "../codec/stored-value.ts";
import { compareText, unescapeText } from "../codec/text.ts";
import type { ValueCodec } from "../codec/values-codec.ts";
import type { Checkpoint, CheckpointMetadata, CheckpointPendingWrite, CheckpointTuple } from "../contract.ts";
import { CheckpointError, isCheckpointError, type CheckpointErrorDetails } from "../errors.ts";
import { configOf } from "../ids.ts";
import type { Blob, BlobId, StoredCheckpoint, WriteRecord } from "../storage/port.ts";

/** Finds blobs by id. */
export type FindBlob = (id: BlobId) => Blob | undefined;

/** Blobs that came from a storage, each checked against its id. */
export function checkedBlobs(thread: string, blobs: readonly Blob[]): Map<BlobId, Blob> {
  const found = new Map<BlobId, Blob>();
  for (const blob of blobs) {
    if (!isIntact(blob)) {
      throw new CheckpointError(
        "CORRUPT",
        `blob ${blob.id} of thread ${JSON.stringify(thread)} is damaged in the storage`,
        { threadId: thread },
      );
    }
    found.set(blob.id, blob);
  }
  return found;
}

/**
 * The tuple of a stored checkpoint.
 *
 * @param known Values whose leaves are at hand.
 */
export async function decodeTuple(
  codec: ValueCodec,
  stored: StoredCheckpoint,
  find: FindBlob,
  known?: KnownValues,
): Promise<CheckpointTuple> {
  const { thread, checkpoint: record } = stored;
  const { namespace, id, parent } = record;
  const place = { threadId: thread, namespace, checkpointId: id };
  const header = await placedAsync(place, () => decodeHeader(record.header));
  const [values, metadata, pendingWrites] = await Promise.all([
    decodeValues(codec, header, (value) => loadValue(value, find, known), place),
    placedAsync({ ...place, field: "metadata" }, () => codec.decode(record.metadata)),
    decodeWrites(codec, stored.writes, find, place),
  ]);
  return {
    config: configOf(thread, namespace, id),
    checkpoint: checkpointOf(id, header, values),
    metadata: metadata as CheckpointMetadata,
    ...(parent !== undefined && { parentConfig: configOf(thread, namespace, parent) }),
    pendingWrites,
  };
}

function checkpointOf(id: string, header: Header, values: Checkpoint["channel_values"]): Checkpoint {
  const { v, ...rest } = header.fields;
  return { v, id, ...rest, channel_values: values };
}

async function decodeValues(
  codec: ValueCodec,
  header: Header,
  load: (stored: Uint8Array) => Uint8Array,
  place: CheckpointErrorDetails,
): Promise<Record<string, unknown>> {
  const decoded = await Promise.all(
    header.values.map(([channel, stored]) =>
      placedAsync({ ...place, channel }, () => codec.decode(load(stored))),
    ),
  );
  const values: Record<string, unknown> = {};
  header.values.forEach(([channel], i) => setOwn(values, channel, decoded[i]));
  return values;
}

/** Sets also what plain assignment would not: a key called `__proto__`. */
export function setOwn<T>(target: Record<string, T>, key: string, value: T): void {
  if (key !== "__proto__") target[key] = value;
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * Pending writes in the order in which LangGraph.js applies them live.
 *
 * Source: `writesSortKey` of `@langchain/langgraph-checkpoint` 1.2.
 */
export async function decodeWrites(
  codec: ValueCodec,
  writes: readonly WriteRecord[],
  find: FindBlob,
  place: CheckpointErrorDetails,
): Promise<CheckpointPendingWrite[]> {
  return Promise.all(
    sortWrites(writes).map(async ({ task, channel: name, value }) => {
      const channel = unescapeText(name);
      const details = { ...place, taskId: task, channel };
      const decoded = await placedAsync(details, () => codec.decode(loadValue(value, find)));
      return [task, channel, decoded] satisfies CheckpointPendingWrite;
    }),
  );
}

function sortWrites(writes: readonly WriteRecord[]): readonly WriteRecord[] {
  if (writes.length < 2) return writes;
  return writes
    .map((write) => ({ write, path: unescapeText(write.path) }))
    .sort(
      (a, b) =>
        compareText(a.path, b.path) || compareText(a.write.task, b.write.task) || a.write.idx - b.write.idx,
    )
    .map(({ write }) => write);
}

/** Says of which thread and channel the bytes are that cannot be read. */
async function placedAsync<T>(place: CheckpointErrorDetails, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    if (!isCheckpointError(error)) throw error;
    const what = place.channel === undefined ? "a checkpoint" : `channel ${JSON.stringify(place.channel)}`;
    const message = `${what} of thread ${JSON.stringify(place.threadId)} cannot be read: ${error.message}`;
    throw new CheckpointError(error.code, message, { ...place, path: error.path, cause: error.cause });
  }
}
