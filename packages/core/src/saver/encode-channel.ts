import type { RecentValues } from "../blobs/blob-cache.ts";
import {
  isPrimitive,
  isWorthNoting,
  rememberObject,
  rememberPrimitive,
  type RememberedValue,
} from "../codec/remembered-value.ts";
import { type Payload, payloadOf, type StoredValue } from "../codec/stored-value.ts";
import type { ValueCodec } from "../codec/values-codec.ts";
import type { CheckpointErrorDetails } from "../errors.ts";
import type { Trace } from "../serializer/incremental/trace.ts";
import { type Soon, chain } from "../soon.ts";
import type { Blob } from "../storage/port.ts";
import { storing, storingNow } from "./placed.ts";

/** An encoded value of a channel. */
export interface EncodedChannel {
  readonly channel: string;
  /** The value, if it can be remembered as it is. */
  readonly value: unknown;
  /** Its bytes, unless they are those of the last time. */
  readonly bytes: Payload | undefined;
  /** How the channel was stored the last time. */
  readonly last: RememberedValue | undefined;
  /** How the value was encoded, if that was noted. */
  readonly trace: Trace | undefined;
}

/** Encodes the value of a channel with what is remembered of it, which is taken out if it can be used only once. */
export function encodeChannel(
  codec: ValueCodec,
  channel: string,
  value: unknown,
  { place, recent }: { readonly place: CheckpointErrorDetails; readonly recent: RecentValues | undefined },
): Soon<EncodedChannel> {
  const last = recent?.encoded.get(channel);
  const isSimple = isPrimitive(value);
  if (isSimple && last?.primitive && Object.is(last.primitive.value, value)) {
    return { channel, value, bytes: undefined, last, trace: undefined };
  }
  const details = { ...place, channel };
  const { encodeAfter } = codec;
  if (isSimple || !encodeAfter || !isWorthNoting(last)) {
    const encoded = storing(details, () => codec.encode(value, details));
    return chain(encoded, (bytes) => ({ channel, value, bytes: payloadOf(bytes), last, trace: undefined }));
  }
  recent?.encoded.delete(channel);
  const before = last?.before;
  const { pieces, trace, isSame, ...rest } = storingNow(details, () => encodeAfter(value, details, before));
  const bytes = isSame ? undefined : { ...rest, kept: (before?.pieces.slice(0, pieces) ?? []) as Blob[] };
  return { channel, value: undefined, bytes, last, trace };
}

/** What to remember of a channel, once it is known how it is stored. */
export function remembered(
  { value, bytes, last, trace }: EncodedChannel,
  stored: StoredValue,
): RememberedValue | undefined {
  if (!bytes && !trace) return last;
  const size = bytes?.size ?? last!.size;
  return trace || !isPrimitive(value)
    ? rememberObject(trace, size, stored)
    : rememberPrimitive(value, size, stored);
}
