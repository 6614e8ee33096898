import type { RecentValues } from "../blobs/blob-cache.ts";
import {
  isPrimitive,
  rememberPrimitive,
  rememberTrace,
  type RememberedValue,
} from "../codec/remembered-value.ts";
import { type Payload, payloadOf, type StoredValue } from "../codec/stored-value.ts";
import type { ValueCodec } from "../codec/values-codec.ts";
import type { CheckpointErrorDetails } from "../errors.ts";
import { type Soon, chain } from "../soon.ts";
import type { Blob } from "../storage/port.ts";
import { storing, storingNow } from "./placed.ts";

/** An encoded value of a channel. */
export interface EncodedChannel {
  readonly channel: string;
  /** Its bytes; where they are those of the last time, how they were stored then. */
  readonly bytes: Payload | StoredValue;
  /** How the channel was stored the last time. */
  readonly last: RememberedValue | undefined;
  /** What to remember, once it is known how the bytes are stored. */
  readonly remember: (stored: StoredValue) => RememberedValue | undefined;
}

/** Encodes the value of a channel with what is remembered of it, which is taken out if it can be used only once. */
export function encodeChannel(
  codec: ValueCodec,
  value: unknown,
  place: CheckpointErrorDetails & { readonly channel: string },
  recent: RecentValues | undefined,
): Soon<EncodedChannel> {
  const { channel } = place;
  const { encodeAfter } = codec;
  if (!encodeAfter) {
    const encoded = storing(place, () => codec.encode(value, place));
    return chain(encoded, (bytes) => ({
      channel,
      bytes: payloadOf(bytes),
      last: undefined,
      remember: () => undefined,
    }));
  }
  const last = recent?.encoded.get(channel);
  if (isPrimitive(value)) {
    if (last && !last.before && Object.is(last.primitive, value)) {
      return { channel, bytes: last.stored, last, remember: () => last };
    }
    const bytes = payloadOf(storingNow(place, () => codec.encode(value, place)) as Uint8Array);
    return { channel, bytes, last, remember: (stored) => rememberPrimitive(value, bytes.size, stored) };
  }
  recent?.encoded.delete(channel);
  const before = last?.before;
  const { pieces, trace, isSame, ...rest } = storingNow(place, () => encodeAfter(value, place, before));
  const bytes = isSame ? last!.stored : { ...rest, kept: (before?.pieces.slice(0, pieces) ?? []) as Blob[] };
  return { channel, bytes, last, remember: (stored) => rememberTrace(trace, rest.size, stored) };
}

export function isStored(bytes: Payload | StoredValue): bytes is StoredValue {
  return "cut" in bytes;
}
