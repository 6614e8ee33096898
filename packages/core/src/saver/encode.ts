import type { KnownThread, RecentValues } from "../blobs/blob-cache.ts";
import { blobsOf, type CutValue } from "../blobs/cut.ts";
import { encodeFields, encodeHeader, type CheckpointFields } from "../codec/header.ts";
import { indexOf } from "../codec/index-token.ts";
import type { RememberedValue } from "../codec/remembered-value.ts";
import { checkpointSeal, contentSum, parentSealOf, writeSeal } from "../codec/seals.ts";
import { payloadOf, storeValue, type StoredValue } from "../codec/stored-value.ts";
import { escapeText } from "../codec/text.ts";
import type { ValueCodec } from "../codec/values-codec.ts";
import type { ChannelVersions, Checkpoint, CheckpointMetadata, PendingWrite } from "../contract.ts";
import type { Location } from "../ids.ts";
import { all, type Soon, chain } from "../soon.ts";
import type { Blob, BlobId, CheckpointRecord, WriteRecord } from "../storage/port.ts";
import { encodeChannel, type EncodedChannel, isStored } from "./encode-channel.ts";
import { storing, storingNow } from "./placed.ts";
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
  /** As for `storeValue`. */
  readonly inlineBytes?: number | undefined;
}

/**
 * Encodes a checkpoint. Everything is read before this returns; the promise is for slow serializers.
 *
 * @param base What is known about the thread, to save time. @param findDropped Finds the channels whose values are
 * not to be stored.
 */
export function encodeCheckpoint(
  codec: ValueCodec,
  input: CheckpointInput,
  base: KnownThread | undefined,
  findDropped: () => Soon<ReadonlySet<string>>,
): Soon<Encoded<CheckpointRecord>> {
  const { parent, id, checkpoint, metadata } = input;
  const place = { threadId: parent.thread, namespace: parent.namespace, checkpointId: id };
  const index = storingNow({ ...place, field: "metadata" }, () => indexOf(metadata));
  const fields = storingNow({ ...place, field: "checkpoint" }, () => encodeFields(fieldsOf(checkpoint)));
  const delta = Object.keys(metadata.counters_since_delta_snapshot ?? {});
  const recent = base?.recent.get(parent.namespace);
  const ofMetadata = { ...place, field: "metadata" };
  const metadataBytes = storing(ofMetadata, () => codec.encode(metadata, ofMetadata));
  const channels = Object.keys(checkpoint.channel_values).map((channel) =>
    encodeChannel(codec, checkpoint.channel_values[channel], { ...place, channel }, recent),
  );
  return chain(all([metadataBytes, all(channels)]), ([bytes, encoded]) =>
    chain(findDropped(), (dropped) => {
      const kept = encoded.filter(({ channel }) => !dropped.has(channel));
      return recordOf(input, { index, fields, delta, metadata: bytes, channels: kept }, base);
    }),
  );
}

/** A checkpoint whose parts are encoded. */
interface EncodedParts {
  readonly index: CheckpointRecord["index"];
  readonly fields: Uint8Array;
  readonly delta: readonly string[];
  readonly metadata: Uint8Array;
  readonly channels: readonly EncodedChannel[];
}

function recordOf(
  { parent, id, run, inlineBytes }: CheckpointInput,
  { index, fields, delta, metadata, channels }: EncodedParts,
  base: KnownThread | undefined,
): Encoded<CheckpointRecord> {
  const { stored, ...blobs } = cut(channels, base?.recent.get(parent.namespace), inlineBytes);
  const encoded = new Map<string, RememberedValue>();
  channels.forEach(({ channel, remember }, i) => {
    const remembered = remember(stored[i]!);
    if (remembered) encoded.set(channel, remembered);
  });
  const refs = [...new Set(blobs.values.map(({ root }) => root.id))];
  const content = contentSum(metadata, index, refs);
  const values = channels.map(({ channel }, i) => [channel, stored[i]!.bytes] as const);
  const header = encodeHeader({ fields, values, delta, content });
  const key = { namespace: parent.namespace, id, run, header };
  const above = parent.id === id ? undefined : parent.id;
  return {
    record: {
      ...key,
      seal: checkpointSeal(parent.thread, key),
      parent: above,
      parentSeal: parentSealOf(parent.thread, key, above),
      metadata,
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
export function encodeWrites(
  codec: ValueCodec,
  target: Location & { readonly id: string },
  writes: readonly PendingWrite[],
  task: string,
  path: string,
  base?: KnownThread,
  inlineBytes?: number,
): Soon<Encoded<readonly WriteRecord[]>> {
  const place = { threadId: target.thread, namespace: target.namespace, taskId: task };
  const chosen = writeIndexes(writes.map(([channel]) => channel));
  const channels = chosen.map(({ position }) => writes[position]![0]);
  const pending = chosen.map(({ position }, i) => {
    const details = { ...place, checkpointId: target.id, channel: channels[i] };
    return storing(details, () => codec.encode(writes[position]![1], details));
  });
  return chain(all(pending), (values) => {
    const encoded = values.map((value) => ({ bytes: payloadOf(value), last: undefined }));
    const { stored, ...blobs } = cut(encoded, base?.recent.get(target.namespace), inlineBytes);
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
    return { record, ...blobs, values: { cut: blobs.values, encoded: new Map() }, base };
  });
}

interface Cut extends Pick<Encoded<unknown>, "fresh" | "reuses"> {
  readonly stored: readonly StoredValue[];
  readonly values: readonly CutValue[];
}

function cut(
  channels: readonly Pick<EncodedChannel, "bytes" | "last">[],
  recent: RecentValues | undefined,
  inlineBytes: number | undefined,
): Cut {
  const fresh = new Map<BlobId, Blob>();
  let freshLeaves = 0;
  const emit = (blob: Blob): void => {
    fresh.set(blob.id, blob);
    if (blob.kind === "leaf") freshLeaves++;
  };
  const stored = channels.map(({ bytes, last }) => {
    if (isStored(bytes)) return bytes;
    // What another channel has in common with it, the ids of the blobs tell.
    return storeValue(bytes, emit, last?.stored.cut ? [last.stored.cut] : recent?.cut, inlineBytes);
  });
  const values = stored.flatMap((value) => value.cut ?? []);
  const leaves = values.reduce((sum, value) => sum + value.leaves.length, 0);
  return { stored, fresh: [...fresh.values()], values, reuses: freshLeaves < leaves };
}
