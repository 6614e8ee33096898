import type { KnownThread, RecentValues } from "../blobs/blob-cache.ts";
import { blobsOf, type CutValue } from "../blobs/cut.ts";
import { encodeFields, encodeHeader, type CheckpointFields } from "../codec/header.ts";
import { indexOf } from "../codec/index-token.ts";
import { checkpointSeal, contentSum, parentSealOf, writeSeal } from "../codec/seals.ts";
import { type Payload, payloadOf, storeValue, type StoredValue } from "../codec/stored-value.ts";
import { escapeText } from "../codec/text.ts";
import type { ValueCodec } from "../codec/values-codec.ts";
import type { ChannelVersions, Checkpoint, CheckpointMetadata, PendingWrite } from "../contract.ts";
import { CheckpointError, isCheckpointError, type CheckpointErrorDetails } from "../errors.ts";
import type { Location } from "../ids.ts";
import type { EncodedBefore, Recording } from "../serializer/index.ts";
import type { Blob, BlobId, CheckpointRecord, WriteRecord } from "../storage/port.ts";
import { writeIndexes } from "./write-index.ts";

/** Records about to be stored. */
export interface Encoded<T> {
  readonly record: T;
  /** All blobs that they need. */
  readonly values: RecentValues;
  /** Those that are not known from `base`. */
  readonly fresh: readonly Blob[];
  /** Whether there are others. */
  readonly reuses: boolean;
  /** What was known of the thread. */
  readonly base: KnownThread | undefined;
}

/** All blobs of some values. */
export function allBlobs({ cut: values }: RecentValues): Blob[] {
  const blobs = new Map<BlobId, Blob>();
  for (const value of values) for (const blob of blobsOf(value)) blobs.set(blob.id, blob);
  return [...blobs.values()];
}

/** What a checkpoint is made of. */
export interface CheckpointInput {
  /** Thread and namespace, and as `id` the parent. */
  readonly parent: Location;
  readonly id: string;
  readonly run: string | undefined;
  readonly checkpoint: Checkpoint;
  readonly metadata: CheckpointMetadata;
  readonly newVersions: ChannelVersions | undefined;
}

/**
 * Encodes a checkpoint. Everything is read before this returns; the promise is for slow serializers.
 *
 * @param base What is known of the thread, to save time.
 * @param findDropped Tells the channels whose values are not to be stored.
 */
export async function encodeCheckpoint(
  codec: ValueCodec,
  input: CheckpointInput,
  base: KnownThread | undefined,
  findDropped: () => Promise<ReadonlySet<string>>,
): Promise<Encoded<CheckpointRecord>> {
  const { parent, id, checkpoint, metadata } = input;
  const place = { threadId: parent.thread, namespace: parent.namespace, checkpointId: id };
  const index = at({ ...place, field: "metadata" }, () => indexOf(metadata));
  const fields = at({ ...place, field: "checkpoint" }, () => encodeFields(fieldsOf(checkpoint)));
  const delta = Object.keys(metadata.counters_since_delta_snapshot ?? {});
  const channels = Object.keys(checkpoint.channel_values);
  const recent = base?.recent.get(parent.namespace);
  const [metadataBytes, payloads] = await Promise.all([
    encodeAt(codec, metadata, { ...place, field: "metadata" }),
    Promise.all(
      channels.map((channel) =>
        encodeChannel(codec, checkpoint.channel_values[channel], { ...place, channel }, recent),
      ),
    ),
  ]);
  const dropped = await findDropped();
  const kept = channels.flatMap((channel, i) =>
    dropped.has(channel) ? [] : [{ channel, payload: payloads[i]! }],
  );
  const { stored, ...blobs } = cut(
    kept.map(({ payload }) => payload),
    recent,
  );
  const named = kept.map(({ channel }, i) => [channel, stored[i]!.bytes] as const);
  const encoded = new Map(
    kept.flatMap(({ channel, payload }, i) => recordingOf(channel, payload, stored[i]!)),
  );
  const refs = [...new Set(blobs.values.map(({ root }) => root.id))];
  const content = contentSum(metadataBytes, index, refs);
  const header = encodeHeader({ fields, values: named, delta, content });
  const key = { namespace: parent.namespace, id, run: input.run, header };
  const above = parent.id === id ? undefined : parent.id;
  return {
    record: {
      ...key,
      seal: checkpointSeal(parent.thread, key),
      parent: above,
      parentSeal: parentSealOf(key, above),
      metadata: metadataBytes,
      index,
      refs,
    },
    ...blobs,
    values: { cut: blobs.values, encoded },
    base,
  };
}

function fieldsOf(checkpoint: Checkpoint): CheckpointFields {
  const fields: Partial<Checkpoint> = { ...checkpoint };
  delete fields.id;
  delete fields.channel_values;
  return fields as CheckpointFields;
}

/** Encodes the writes of a task, as {@link encodeCheckpoint} does. */
export async function encodeWrites(
  codec: ValueCodec,
  target: Location & { readonly id: string },
  writes: readonly PendingWrite[],
  task: string,
  path: string,
  base?: KnownThread,
): Promise<Encoded<readonly WriteRecord[]>> {
  const place = { threadId: target.thread, namespace: target.namespace, taskId: task };
  const chosen = writeIndexes(writes.map(([channel]) => channel));
  const channels = chosen.map(({ position }) => writes[position]![0]);
  const pending = chosen.map(({ position }, i) => {
    const details = { ...place, checkpointId: target.id, channel: channels[i] };
    return encodeAt(codec, writes[position]![1], details);
  });
  const payloads = (await Promise.all(pending)).map(payloadOf);
  const { stored, ...blobs } = cut(payloads, base?.recent.get(target.namespace));
  const record = stored.map(({ bytes, cut: value }, i) => {
    const write = {
      task,
      path: escapeText(path),
      idx: chosen[i]!.idx,
      channel: escapeText(channels[i]!),
      value: bytes,
      refs: value ? [value.root.id] : [],
    };
    return { ...write, seal: writeSeal(target.thread, target.namespace, target.id, write) };
  });
  const values = { cut: blobs.values, encoded: new Map() };
  return { record, ...blobs, values, base };
}

interface Cut extends Pick<Encoded<unknown>, "fresh" | "reuses"> {
  readonly stored: readonly StoredValue[];
  readonly values: readonly CutValue[];
}

function cut(payloads: readonly Payload[], recent: RecentValues | undefined): Cut {
  const fresh = new Map<BlobId, Blob>();
  let freshLeaves = 0;
  const emit = (blob: Blob): void => {
    fresh.set(blob.id, blob);
    if (blob.kind === "leaf") freshLeaves++;
  };
  const stored = payloads.map((payload) => storeValue(payload, emit, recent?.cut));
  const values = stored.flatMap((value) => value.cut ?? []);
  const leaves = values.reduce((sum, value) => sum + value.leaves.length, 0);
  return { stored, fresh: [...fresh.values()], values, reuses: freshLeaves < leaves };
}

/** From this length on it pays to remember how a value was encoded. */
const RECORDING_MIN = 1024;

interface ChannelPayload extends Payload {
  readonly recording: Recording | undefined;
}

/** As `encodeAt`, with what is remembered of the channel. */
async function encodeChannel(
  codec: ValueCodec,
  value: unknown,
  place: CheckpointErrorDetails & { readonly channel: string },
  recent: RecentValues | undefined,
): Promise<ChannelPayload> {
  if (!codec.encodeAfter) return { ...payloadOf(await encodeAt(codec, value, place)), recording: undefined };
  const before = recent?.encoded.get(place.channel);
  recent?.encoded.delete(place.channel);
  const { pieces, ...payload } = at(place, () => codec.encodeAfter!(value, before));
  return { ...payload, kept: (before?.pieces.slice(0, pieces) ?? []) as Blob[] };
}

function recordingOf(
  channel: string,
  { size, recording }: ChannelPayload,
  { cut: value }: StoredValue,
): [string, EncodedBefore][] {
  if (!recording || !value || size < RECORDING_MIN) return [];
  return [[channel, { recording, pieces: value.leaves, size }]];
}

/** Encodes at the call, and rejects instead of throwing. */
export async function encodeAt(
  codec: ValueCodec,
  value: unknown,
  place: CheckpointErrorDetails,
): Promise<Uint8Array> {
  try {
    return await codec.encode(value);
  } catch (error) {
    throw placed(error, place);
  }
}

export function at<T>(place: CheckpointErrorDetails, encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    throw placed(error, place);
  }
}

/** Says whose value it is that cannot be stored. */
function placed(error: unknown, place: CheckpointErrorDetails): unknown {
  if (!isCheckpointError(error, "NOT_SERIALIZABLE")) return error;
  const what = place.channel === undefined ? place.field : `channel ${JSON.stringify(place.channel)}`;
  const message = `${what} of thread ${JSON.stringify(place.threadId)}: ${error.message}`;
  return new CheckpointError(error.code, message, { ...place, path: error.path, cause: error.cause });
}
