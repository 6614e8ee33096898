import type { RecentValues } from "../blobs/blob-cache.ts";
import {
  isPrimitive,
  isWorthNoting,
  rememberObject,
  rememberPrimitive,
  type RememberedValue,
} from "../codec/remembered-value.ts";
import { storePartlyCut, storeValue, type StoredValue } from "../codec/stored-value.ts";
import type { ValueCodec } from "../codec/values-codec.ts";
import type { CheckpointErrorDetails } from "../errors.ts";
import type { Soon } from "../soon.ts";
import type { Blob } from "../storage/port.ts";
import { storing } from "./placed.ts";

/** The value of a channel as it is about to be stored. */
export interface EncodedChannel {
  readonly channel: string;
  readonly stored: StoredValue;
  /** Its blobs that are not known from earlier values. */
  readonly fresh: readonly Blob[];
  readonly remembered: RememberedValue | undefined;
}

const NONE: readonly Blob[] = [];

/** How channels are encoded. */
export interface ChannelsPlace {
  readonly codec: ValueCodec;
  readonly place: CheckpointErrorDetails;
  /** The values of the checkpoint before. */
  readonly recent: RecentValues | undefined;
  /** As for `storeValue`. */
  readonly inlineBytes: number | undefined;
}

/** Encodes the value of a channel with what is remembered of it, which is taken out if it can be used only once. */
export function encodeChannel(
  channel: string,
  value: unknown,
  channels: ChannelsPlace,
): Soon<EncodedChannel> {
  const last = channels.recent?.encoded.get(channel);
  const primitive = last?.primitive;
  if (primitive && Object.is(primitive.value, value)) {
    return { channel, stored: last.stored, fresh: NONE, remembered: last };
  }
  return encodeChanged(channel, value, last, channels);
}

function encodeChanged(
  channel: string,
  value: unknown,
  last: RememberedValue | undefined,
  { codec, place, recent, inlineBytes }: ChannelsPlace,
): Soon<EncodedChannel> {
  const isSimple = isPrimitive(value);
  const details = { ...place, channel };
  // What it shares with another channel shows in the ids of the blobs.
  const earlier = last?.stored.cut ? [last.stored.cut] : [...(recent?.cut.values() ?? [])];
  const { encodeAfter } = codec;
  const fresh: Blob[] = [];
  const emit = (blob: Blob): unknown => fresh.push(blob);
  if (isSimple || !encodeAfter || !isWorthNoting(last)) {
    return storing(details, () =>
      codec.encode(value, details, (bytes) => {
        const stored = storeValue(bytes, emit, earlier, inlineBytes);
        if (!encodeAfter) return { channel, stored, fresh, remembered: undefined };
        const remember = isSimple
          ? rememberPrimitive(value, bytes.length, stored)
          : rememberObject(undefined, bytes.length, stored);
        return { channel, stored, fresh, remembered: remember };
      }),
    );
  }
  recent?.encoded.delete(channel);
  const before = last?.before;
  return storing(details, () =>
    encodeAfter(value, details, before, ({ isSame, trace, pieces, ...rest }) => {
      const kept = (before?.pieces.slice(0, pieces) ?? []) as Blob[];
      const stored = isSame ? last!.stored : storePartlyCut({ ...rest, kept }, emit, earlier, inlineBytes);
      return { channel, stored, fresh, remembered: rememberObject(trace, rest.size, stored) };
    }),
  );
}
