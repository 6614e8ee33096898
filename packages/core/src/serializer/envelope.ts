import { CheckpointError } from "../errors.ts";
import { crc32 } from "./crc32.ts";

/** Plain data: what MessagePack with records has types for. */
export const PLAIN = 1;
/** Data with tags; the last byte says what reading it needs. */
export const TAGGED = 2;

/** One byte for the format, four for the checksum. */
export const HEADER_BYTES = 5;

export type Format = typeof PLAIN | typeof TAGGED;

/**
 * The first bytes, where a growing list counts its items. The checksum takes them last, so that the sum of what
 * follows them can be computed once and extended.
 */
export const HEAD_BYTES = 32;

/** Fills in the header before a body. */
export function seal(bytes: Uint8Array, format: Format): Uint8Array {
  sealHead(bytes, crc32(bytes, 0, HEAD_BYTES), format);
  return bytes;
}

/**
 * Fills in the header.
 *
 * @param head All bytes, or the first {@link HEAD_BYTES}.
 * @param rest Checksum of everything after those.
 */
export function sealHead(head: Uint8Array, rest: number, format: Format): void {
  const sum = sumOf(head, rest, format);
  head[0] = format;
  head[1] = sum >>> 24;
  head[2] = sum >>> 16;
  head[3] = sum >>> 8;
  head[4] = sum;
}

/** It covers the format, so no flipped bit goes unseen. */
function sumOf(head: Uint8Array, rest: number, format: number): number {
  return crc32(head, (rest ^ format) >>> 0, HEADER_BYTES, Math.min(HEAD_BYTES, head.length));
}

function sumIn(head: Uint8Array): number {
  return ((head[1]! << 24) | (head[2]! << 16) | (head[3]! << 8) | head[4]!) >>> 0;
}

/**
 * Whether the checksum of an encoded value is right, before its parts are put together.
 *
 * @param head The first {@link HEAD_BYTES}.
 * @param parts What follows them. Bytes of a format without a checksum are always right.
 */
export function isSound(head: Uint8Array, parts: readonly Uint8Array[]): boolean {
  const format = head[0];
  if (format !== PLAIN && format !== TAGGED) return true;
  const rest = parts.reduce((crc, part) => crc32(part, crc), 0);
  return sumIn(head) === sumOf(head, rest, format);
}

/** A body whose checksum is right. */
export interface OpenedBody {
  readonly body: Uint8Array;
  readonly tagged: boolean;
}

/**
 * Takes the header off.
 *
 * @throws CheckpointError `UNSUPPORTED_FORMAT` for a first byte that no format has, `CORRUPT` for
 *   bytes that were damaged or cut off.
 */
export function open(bytes: Uint8Array): OpenedBody {
  if (!ArrayBuffer.isView(bytes)) throw new CheckpointError("CORRUPT", "stored value is not a `Uint8Array`");
  const format = bytes[0];
  if (format === undefined) throw new CheckpointError("CORRUPT", "stored value has no bytes");
  if (format !== PLAIN && format !== TAGGED) {
    throw new CheckpointError(
      "UNSUPPORTED_FORMAT",
      `stored value has format ${format}, which this version of @threadmark/core does not read; ` +
        "a newer version or another serializer may have written it",
    );
  }
  if (bytes.length <= HEADER_BYTES) throw new CheckpointError("CORRUPT", "stored value is cut off");
  if (sumOf(bytes, crc32(bytes, 0, HEAD_BYTES), format) !== sumIn(bytes)) {
    throw new CheckpointError("CORRUPT", "stored value is damaged: its checksum does not match");
  }
  // A view of exactly this class: a Node `Buffer` would make every byte string in it one too.
  const body = new Uint8Array(bytes.buffer, bytes.byteOffset + HEADER_BYTES, bytes.length - HEADER_BYTES);
  return { body, tagged: format === TAGGED };
}
