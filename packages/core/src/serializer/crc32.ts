import { builtinModule, utf8Encode } from "../runtime.ts";

type Crc32 = (bytes: Uint8Array, seed: number, from?: number, to?: number) => number;

const TABLES = crcTables();

/** Four tables, to take four bytes at a time. */
function crcTables(): Int32Array[] {
  const tables = [new Int32Array(256), new Int32Array(256), new Int32Array(256), new Int32Array(256)];
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (const table of tables) {
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
      table[byte] = crc;
    }
  }
  return tables;
}

/** CRC-32 in JavaScript, for hosts without their own. */
export const portableCrc32: Crc32 = (bytes, seed, from = 0, to = bytes.length) => {
  const [one, two, three, four] = TABLES as [Int32Array, Int32Array, Int32Array, Int32Array];
  let crc = ~seed;
  let at = from;
  for (; at + 3 < to; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc = four[crc & 0xff]! ^ three[(crc >>> 8) & 0xff]! ^ two[(crc >>> 16) & 0xff]! ^ one[crc >>> 24]!;
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ one[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
};

interface NodeZlib {
  crc32?(data: Uint8Array | string, seed: number): number;
}

const native = builtinModule<NodeZlib>("node:zlib")?.crc32;

/** Up to this length, the tables are faster than a call into the host. */
const SHORT = 64;

/** CRC-32 of bytes, or of those in a range, that follow others whose CRC-32 is `seed`. */
export const crc32: Crc32 = native
  ? (bytes, seed, from = 0, to = bytes.length) =>
      to - from > SHORT ? native(bytes.subarray(from, to), seed) : portableCrc32(bytes, seed, from, to)
  : portableCrc32;

/** CRC-32 of the UTF-8 bytes of a well-formed text. */
export const crc32OfText: (text: string) => number = native
  ? (text) => native(text, 0)
  : (text) => portableCrc32(utf8Encode(text), 0);
