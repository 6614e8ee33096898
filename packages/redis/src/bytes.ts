import { idBytes as bytesOfIds, shiftSeal } from "@threadmark/core/storage";

/** Ids of blobs, 16 bytes each. */
export function idBytes(ids: readonly string[]): Buffer {
  return bufferOf(bytesOfIds(ids));
}

/** The bytes as a `Buffer`, without copying them. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * A copy. What the driver hands out is part of a larger buffer, all of which would stay in memory as long as the part
 * does.
 */
export function ownBytes(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}

/** How many bytes of memory small copies share: an allocation costs more than copying a part. */
const SHARED = 16_384;

/** The same for many parts. Several share one allocation, which is freed when none of them is used any more. */
export function ownCopies(parts: readonly Buffer[]): Uint8Array[] {
  let left = parts.reduce((sum, { length }) => sum + length, 0);
  let memory = new Uint8Array(0);
  let at = 0;
  return parts.map((part) => {
    const { length } = part;
    if (at + length > memory.length) {
      memory = new Uint8Array(Math.max(length, Math.min(left, SHARED)));
      at = 0;
    }
    memory.set(part, at);
    const copy = new Uint8Array(memory.buffer, at, length);
    at += length;
    left -= length;
    return copy;
  });
}

/**
 * Consecutive parts of the bytes, and what follows the last.
 *
 * @throws RangeError when the parts are longer than the bytes.
 */
export function partsOf(bytes: Buffer, from: number, lengths: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let at = from;
  for (const length of lengths) parts.push(bytes.subarray(at, (at += length)));
  if (at > bytes.length) throw new RangeError("a part that is longer than what is stored");
  parts.push(bytes.subarray(at));
  return parts;
}

/** A copy of the bytes in which the seal at a position is shifted. */
export function shiftSealAt(bytes: Buffer, at: number, sealShift: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(shiftSeal(bytes.readUInt32BE(at), sealShift), at);
  return copy;
}
