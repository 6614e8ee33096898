import { crc32 } from "node:zlib";

/** Ways to damage bytes. `other` are bytes of another value. */
export function damage(bytes: Uint8Array, other: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number): number => Math.floor(random() * limit);
  const copy = bytes.slice();
  const at = below(copy.length);
  switch (below(7)) {
    case 0:
      copy[at]! ^= 1 << below(8);
      return copy;
    case 1:
      copy[at] = below(256);
      copy[below(copy.length)] = below(256);
      return copy;
    case 2:
      return copy.subarray(0, at);
    case 3:
      return Buffer.concat([copy, other.subarray(0, 1 + below(other.length))]);
    case 4:
      return Buffer.concat([copy.subarray(0, at), other.subarray(below(other.length))]);
    case 5:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.min(copy.length, at + 1 + below(8)))]);
    default:
      copy.set([0xc1, 0x93, 0xd4, 0xdd, 0xc7, 0x81, 0xdf, 0xff].slice(0, copy.length - at), at);
      return copy;
  }
}

/** The same bytes with the right checksum, so that the damage gets as far as the decoder. */
export function reseal(bytes: Uint8Array): Uint8Array {
  const sealed = Uint8Array.from(bytes);
  if (sealed.length <= 5) return sealed;
  // The first 32 bytes are summed up last, beginning with the format.
  const rest = (crc32(sealed.subarray(32)) ^ sealed[0]!) >>> 0;
  new DataView(sealed.buffer).setUint32(1, crc32(sealed.subarray(5, 32), rest));
  return sealed;
}

/** A stored value out of a body of MessagePack. */
export function sealBody(format: number, body: readonly number[]): Uint8Array {
  return reseal(Uint8Array.from([format, 0, 0, 0, 0, ...body]));
}
