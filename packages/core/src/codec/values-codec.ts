import type { SerializerProtocol } from "../contract.ts";
import { CheckpointError } from "../errors.ts";
import { utf8Decode, utf8Encode } from "../runtime.ts";
import type { ValuePlace } from "../serializer/conversion/on-unknown.ts";
import type { EncodedAfter, EncodedBefore } from "../serializer/incremental/trace.ts";
import { decode } from "../serializer/decoder.ts";
import { Encoder } from "../serializer/encoder.ts";
import { TokenReader } from "../serializer/incremental/rebuild.ts";
import { UnitEncoder } from "../serializer/incremental/unit-encoder.ts";
import { isSerializer, partsOf, Serializer } from "../serializer/serializer.ts";
import type { Soon } from "../soon.ts";
import { ByteReader, concatBytes, pushVarint } from "./bytes.ts";

/** First byte of a value that a foreign serializer made. Formats of `Serializer` are small numbers. */
const TYPED = 0x54;

/** How a saver turns values into bytes. */
export interface ValueCodec {
  /**
   * The bytes do not depend on what happens to the value after the call.
   *
   * @param take Gets the bytes, which are gone when it returns.
   */
  encode<T>(value: unknown, place: ValuePlace, take: (bytes: Uint8Array) => T): Soon<T>;
  /** Like `encode`, for values that are mostly the same as the previous ones; not every codec has it. */
  readonly encodeAfter:
    | (<T>(
        value: unknown,
        place: ValuePlace,
        before: EncodedBefore | undefined,
        take: (after: EncodedAfter) => T,
      ) => T)
    | undefined;
  decode(bytes: Uint8Array): Soon<unknown>;
  /** Whether a value made again from its trace is what `decode` makes from its bytes. */
  readonly rebuilds: boolean;
  /**
   * Objects of the classes whose other objects live for one call only. At a major collection, V8 forgets every hidden
   * class that no object has, and with it the code that was compiled for its objects.
   */
  readonly kept?: readonly object[];
}

/** The codec of a serializer: ours is used as it is, another one through LangGraph's interface. */
export function codecOf(serde: SerializerProtocol): ValueCodec {
  return isSerializer(serde) ? nativeCodec(serde) : typedCodec(serde);
}

function nativeCodec(serializer: Serializer): ValueCodec {
  // A subclass with its own way of encoding must not be bypassed. Another copy of this package has other traces.
  const isOurs = serializer instanceof Serializer;
  const parts = partsOf(serializer);
  const encodes = isOurs && serializer.encode === Serializer.prototype.encode;
  const decodes = isOurs && serializer.decode === Serializer.prototype.decode;
  const kept = isOurs ? [new Encoder(parts), new UnitEncoder(parts, undefined, undefined)] : [];
  for (const encoder of kept) encoder.release();
  return {
    kept: [...kept, new TokenReader([], () => Object.prototype)],
    rebuilds: decodes,
    encode: (value, place, take) =>
      encodes ? new Encoder(parts, place).run(value, take) : take(plainView(serializer.encode(value))),
    encodeAfter: encodes
      ? (value, place, before, take) => new UnitEncoder(parts, place, before).runAfter(value, take)
      : undefined,
    decode(bytes) {
      if (bytes[0] === TYPED) {
        throw new CheckpointError(
          "UNSUPPORTED_FORMAT",
          "the value was stored through another `serde`; open the saver with that one",
        );
      }
      return decodes ? decode(bytes, parts.types) : serializer.decode(bytes);
    },
  };
}

/** A view of exactly this class: slices of a Node `Buffer` are not copies. */
function plainView({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function typedCodec(serde: SerializerProtocol): ValueCodec {
  return {
    rebuilds: false,
    encodeAfter: undefined,
    async encode(value, _place, take) {
      const [type, bytes] = await serde.dumpsTyped(value);
      const name = utf8Encode(type);
      const prefix = [TYPED];
      pushVarint(prefix, name.length);
      return take(concatBytes([prefix, name, bytes]));
    },
    async decode(stored) {
      const reader = new ByteReader(stored);
      if (reader.byte() !== TYPED) {
        // Accepting it would let anyone who can write to the database bypass a serde that encrypts.
        throw new CheckpointError(
          "UNSUPPORTED_FORMAT",
          "the value was not stored through this `serde`; open the saver with the one that was used",
        );
      }
      const type = utf8Decode(reader.take(reader.varint()));
      return serde.loadsTyped(type, reader.rest().slice());
    },
  };
}
