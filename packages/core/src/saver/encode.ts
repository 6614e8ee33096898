import type { KnownThread, RecentValues } from "../blobs/blob-cache.ts";
import { blobsOf, type CutValue } from "../blobs/cut.ts";
import { beginHeader, endHeader } from "../codec/header.ts";
import { indexOf } from "../codec/index-token.ts";
import type { RememberedValue } from "../codec/remembered-value.ts";
import { checkpointSeal, contentSum, parentSealOf, writeSeal } from "../codec/seals.ts";
import { storeValue } from "../codec/stored-value.ts";
import { escapeText } from "../codec/text.ts";
import type { ValueCodec } from "../codec/values-codec.ts";
import type { ChannelVersions, Checkpoint, CheckpointMetadata, PendingWrite } from "../contract.ts";
import type { Location } from "../ids.ts";
import { all, type Soon, chain } from "../soon.ts";
import { copyOf } from "../codec/bytes.ts";
import type { Encoder } from "../serializer/encoder.ts";
import type { Blob, BlobId, CheckpointRecord, WriteRecord } from "../storage/port.ts";
import { encodeChannel, type EncodedChannel } from "./encode-channel.ts";
import { storing, storingNow } from "./placed.ts";
import { writeIndexes } from "./write-index.ts";

/** Records about to be stored. */
export interface Encoded<T> {
  readonly record: T;
  /** All blobs that they need. */
  readonly values: RecentValues;
  /** The blobs that are not known from `base`. */
  readonly fresh: readonly Blob[];
  /** Whether they need other blobs, too. */
  readonly reuses: boolean;
  /** What was known of the thread. */
  readonly base: KnownThread | undefined;
}

/** All blobs of some values. */
export function allBlobs({ cut: values }: RecentValues): readonly Blob[] {
  return distinct([...values.values()].flatMap((value) => [...blobsOf(value)]));
}

function distinct(blobs: readonly Blob[]): readonly Blob[] {
  return blobs.length < 2 ? blobs : [...new Map(blobs.map((blob) => [blob.id, blob])).values()];
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
 * @param base What is known about the thread, to save time.
 * @param findDropped Finds the channels whose values are not to be stored.
 */
export function encodeCheckpoint(
  codec: ValueCodec,
  input: CheckpointInput,
  base: KnownThread | undefined,
  findDropped: () => Soon<ReadonlySet<string>>,
): Soon<Encoded<CheckpointRecord>> {
  const { parent, checkpoint, metadata, inlineBytes } = input;
  const { id, channel_values: values, ...rest } = checkpoint;
  const place = { threadId: parent.thread, namespace: parent.namespace, checkpointId: id };
  const ofMetadata = { ...place, field: "metadata" };
  const index = storingNow(ofMetadata, () => indexOf(metadata));
  const begun = storingNow({ ...place, field: "checkpoint" }, () => beginHeader(rest));
  const delta = Object.keys(metadata.counters_since_delta_snapshot ?? {});
  const metadataBytes = storing(ofMetadata, () => codec.encode(metadata, ofMetadata, copyOf));
  const channelsPlace = { codec, place, recent: base?.recent.get(parent.namespace), inlineBytes };
  const channels = Object.keys(values).map((channel) =>
    encodeChannel(channel, values[channel], channelsPlace),
  );
  return chain(all([metadataBytes, all(channels)]), ([bytes, encoded]) =>
    chain(findDropped(), (dropped) => {
      const kept = dropped.size === 0 ? encoded : encoded.filter(({ channel }) => !dropped.has(channel));
      return recordOf(input, { index, begun, delta, metadata: bytes, channels: kept }, base);
    }),
  );
}

/** A checkpoint whose parts are encoded. */
interface EncodedParts {
  readonly index: CheckpointRecord["index"];
  /** The header with the fields of the checkpoint. */
  readonly begun: Encoder;
  readonly delta: readonly string[];
  readonly metadata: Uint8Array;
  readonly channels: readonly EncodedChannel[];
}

function recordOf(
  { parent, id, run }: CheckpointInput,
  { index, begun, delta, metadata, channels }: EncodedParts,
  base: KnownThread | undefined,
): Encoded<CheckpointRecord> {
  const { cut, refs, fresh, reuses } = blobsIn(channels);
  const encoded = new Map<string, RememberedValue>();
  const values = channels.map(({ channel, stored, remembered }) => {
    if (remembered) encoded.set(channel, remembered);
    return [channel, stored.bytes] as const;
  });
  const content = contentSum(metadata, index, refs);
  const header = endHeader(begun, { values, delta, content });
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
    values: { cut, encoded },
    fresh,
    reuses,
    base,
  };
}

/**
 * A write of up to this many bytes stays in its record, even where the storage says less: unlike the value of a
 * channel, it is stored once, and a blob would save nothing.
 */
const INLINE_WRITE_BYTES = 2048;

/** Encodes the writes of a task, as {@link encodeCheckpoint} does. */
export function encodeWrites(
  codec: ValueCodec,
  target: Location & { readonly id: string },
  writes: readonly PendingWrite[],
  task: string,
  path: string,
  base?: KnownThread,
  inlineBytes = 0,
): Soon<Encoded<readonly WriteRecord[]>> {
  const { thread, namespace, id } = target;
  const chosen = writeIndexes(writes.map(([channel]) => channel));
  const recent = base?.recent.get(namespace);
  const earlier = recent ? [...recent.cut.values()] : [];
  const inline = Math.max(inlineBytes, INLINE_WRITE_BYTES);
  const pending = chosen.map(({ position, idx }) => {
    const [channel, value] = writes[position]!;
    const place = { threadId: thread, namespace, taskId: task, checkpointId: id, channel };
    const fresh: Blob[] = [];
    const store = (bytes: Uint8Array) => {
      const stored = storeValue(bytes, (blob) => fresh.push(blob), earlier, inline);
      return { idx, channel: escapeText(channel), stored, fresh };
    };
    return storing(place, () => codec.encode(value, place, store));
  });
  return chain(all(pending), (encoded) => {
    const { cut, fresh, reuses } = blobsIn(encoded);
    const record = encoded.map(({ idx, channel, stored }) => {
      const refs = stored.cut ? [stored.cut.root.id] : [];
      const write = { task, path: escapeText(path), idx, channel, value: stored.bytes, refs };
      return { ...write, seal: writeSeal(thread, namespace, id, write) };
    });
    return { record, values: { cut, encoded: new Map() }, fresh, reuses, base };
  });
}

interface Blobs extends Pick<Encoded<unknown>, "fresh" | "reuses"> {
  readonly cut: ReadonlyMap<BlobId, CutValue>;
  /** The roots of the values. */
  readonly refs: readonly BlobId[];
}

const NOTHING: Blobs = { fresh: [], cut: new Map(), refs: [], reuses: false };

function blobsIn(channels: readonly Pick<EncodedChannel, "stored" | "fresh">[]): Blobs {
  const isInline = channels.every(({ stored }) => stored.cut === undefined);
  if (isInline) return NOTHING;
  const fresh: Blob[] = [];
  const cut = new Map<BlobId, CutValue>();
  let freshLeaves = 0;
  let leaves = 0;
  for (const { stored, fresh: blobs } of channels) {
    for (const blob of blobs) {
      fresh.push(blob);
      if (blob.kind === "leaf") freshLeaves++;
    }
    if (!stored.cut) continue;
    cut.set(stored.cut.root.id, stored.cut);
    leaves += stored.cut.leaves.length;
  }
  return { fresh: distinct(fresh), cut, refs: [...cut.keys()], reuses: freshLeaves < leaves };
}
