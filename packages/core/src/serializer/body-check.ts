import { hasNoTagsInside } from "./types/class-table.ts";
import { MAX_NESTING } from "./nesting.ts";
import { malformed } from "./malformed.ts";
import { MANY_KEYS } from "./shape.ts";
import { TAG_END, TAG_HEAD, TAG_MARK } from "./tags.ts";

/** A level of an error takes three levels of MessagePack, and the innermost value may take a few. */
const MAX_LEVELS = MAX_NESTING * 3 + 8;
const UNKNOWN = -1;
const VARIABLE = 0xff;
const TOO_EARLY = "it ends too early";

/** How many bytes follow a token, for values of a fixed size with no others in them. */
const FIXED_SIZES = fixedSizes();

function fixedSizes(): Uint8Array {
  const sizes = new Uint8Array(256).fill(VARIABLE);
  sizes.fill(0, 0, 0x40);
  for (let length = 0; length < 0x20; length++) sizes[0xa0 + length] = length;
  for (const token of [0xc0, 0xc2, 0xc3]) sizes[token] = 0;
  for (const token of [0xcc, 0xd0]) sizes[token] = 1;
  for (const token of [0xcd, 0xd1]) sizes[token] = 2;
  for (const token of [0xca, 0xce, 0xd2]) sizes[token] = 4;
  for (const token of [0xcb, 0xcf, 0xd3]) sizes[token] = 8;
  return sizes.fill(0, 0xe0);
}

/**
 * Checks a body before the decoder sees it, which trusts its bytes and recurses as deep as they say.
 * After this check it meets nothing but the closed set of types, whole, and not too deep, and every length
 * that is claimed is true. What is taken as it is holds no tag: the data of a tag itself, and all that is in
 * an instance which says so.
 *
 * @param bytes What may lie behind `end` is not looked at.
 */
export function checkBody(bytes: Uint8Array, end: number, tagged: boolean): void {
  const outer = new Int32Array(MAX_LEVELS);
  const records = new Int32Array(TAG_END).fill(UNKNOWN);
  let level = 0;
  let at = 0;
  // How many values the innermost open one still lacks.
  let missing = 1;
  // The level of an instance without tags that is open.
  let untagged = UNKNOWN;
  for (;;) {
    while (missing === 0) {
      if (level === 0) return checkEnd(at, end);
      missing = outer[--level]!;
      if (level === untagged) untagged = UNKNOWN;
    }
    missing--;
    if (at >= end) malformed(TOO_EARLY);
    const token = bytes[at++]!;
    const size = FIXED_SIZES[token]!;
    if (size !== VARIABLE) {
      at += size;
      continue;
    }
    let parts: number;
    if (token < 0x80) {
      parts = records[token & 0x3f]!;
      if (parts === UNKNOWN) malformed("it has a record without keys");
    } else if (token === TAG_HEAD && bytes[at] === TAG_MARK) {
      const tag = bytes[at + 1]!;
      if (!tagged || tag >= TAG_END) malformed("it has a bad tag");
      at += 2;
      if (untagged !== UNKNOWN || (bytes[at] === TAG_HEAD && bytes[at + 1] === TAG_MARK)) {
        malformed("it has a tag in the wrong place");
      }
      if (hasNoTagsInside(tag)) untagged = level;
      parts = 1;
    } else if (token >= 0x90 && token < 0xa0) {
      parts = token & 0x0f;
    } else if (token === 0xd4 && bytes[at] === 0x72) {
      const id = bytes[at + 1]!;
      if (id < 0x40 || id >= 0x80) malformed("it has a record with a bad number");
      const keys = checkKeys(bytes, at + 2, end);
      at = keys.end;
      parts = keys.count;
      records[id & 0x3f] = parts <= MANY_KEYS ? parts : UNKNOWN;
    } else if (token === 0xdc || token === 0xdd) {
      const width = token === 0xdc ? 2 : 4;
      parts = readLength(bytes, at, width);
      at += width;
    } else {
      at = skipVariable(bytes, at, token);
      continue;
    }
    if (level === MAX_LEVELS) malformed("it is nested too deeply");
    outer[level++] = missing;
    missing = parts;
  }
}

function checkEnd(at: number, end: number): void {
  if (at !== end) malformed(at > end ? TOO_EARLY : "it goes on after its end");
}

/** Returns where a value of variable length ends that has no other values in it. */
function skipVariable(bytes: Uint8Array, at: number, token: number): number {
  switch (token) {
    case 0xc4:
    case 0xd9:
      return at + 1 + readLength(bytes, at, 1);
    case 0xc5:
    case 0xda:
      return at + 2 + readLength(bytes, at, 2);
    case 0xc6:
    case 0xdb:
      return at + 4 + readLength(bytes, at, 4);
    default:
      if (token === 0xd4 && bytes[at] === 0) return at + 2;
      return malformed(`it has a value of the unknown kind ${token}`);
  }
}

/** The keys of a record: an array of strings. */
function checkKeys(bytes: Uint8Array, start: number, end: number): { count: number; end: number } {
  let at = start + 1;
  const head = bytes[start]!;
  let count = head & 0x0f;
  if (head === 0xdc || head === 0xdd) {
    count = readLength(bytes, at, head === 0xdc ? 2 : 4);
    at += head === 0xdc ? 2 : 4;
  } else if (head < 0x90 || head >= 0xa0) {
    malformed("it has a record without keys");
  }
  for (let i = 0; i < count; i++) {
    if (at >= end) malformed(TOO_EARLY);
    const token = bytes[at++]!;
    if (token >= 0xa0 && token < 0xc0) at += token & 0x1f;
    else if (token >= 0xd9 && token <= 0xdb) at = skipVariable(bytes, at, token);
    else malformed("it has a record with a key that is no string");
  }
  return { count, end: at };
}

/** An unsigned number, highest byte first; too large for any body where bytes are missing. */
function readLength(bytes: Uint8Array, at: number, size: 1 | 2 | 4): number {
  let length = 0;
  for (let i = at; i < at + size; i++) length = length * 0x100 + (bytes[i] ?? 0xff);
  return length;
}
