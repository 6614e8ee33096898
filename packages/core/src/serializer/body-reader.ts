import { decodeUtf8 } from "./host.ts";
import { malformed } from "./malformed.ts";
import { MAX_NESTING } from "./path.ts";
import { MANY_KEYS, shapeOf } from "./shape.ts";
import { TAG_END, TAG_HEAD, TAG_MARK } from "./tags.ts";
import { hasNoTagsInside } from "./types/class-table.ts";

/** Stands for the code that MessagePack leaves unused. No value of a user is this object. */
export const MARK: object = Object.freeze({});

/** One level of errors takes three levels of MessagePack, and the innermost value may take a few more. */
const MAX_LEVELS = MAX_NESTING * 3 + 8;
/** Below this length a loop over the bytes is faster than a call into the decoder. */
const SHORT_TEXT = 32;

const { fromCharCode } = String;

/** Keys of the records that were met, by id. */
type Records = (readonly string[] | undefined)[];

// One body is read at a time, from its first byte to its last, and nobody else's code is called meanwhile. Kept in
// variables of the module, all this is found faster than in an object.
const NOTHING = new Uint8Array();
let bytes: Uint8Array = NOTHING;
let view: DataView | undefined;
let at = 0;
let end = 0;
let records: Records = [];
/** How many values are still to come. Each takes at least a byte, so no length can claim more than there are bytes. */
let pending = 0;
let level = 0;
let hasTags = false;
/** Whether an instance is open that claims to have no tags in it. */
let isUntagged = false;

/**
 * Reads MessagePack with records, and refuses everything but what the encoder writes: only the closed set of types,
 * complete and not too deep, with every length correct. What is taken as it is holds no tag: the data of a tag itself,
 * and everything in an instance that says so.
 *
 * @param length Whatever follows is ignored.
 * @param tagged Whether there may be tags.
 */
export function readBody(body: Uint8Array, length: number, tagged: boolean): unknown {
  bytes = body;
  at = 0;
  end = length;
  records = [];
  pending = 1;
  level = 0;
  hasTags = tagged;
  isUntagged = false;
  try {
    const value = readValue();
    if (at !== end) malformed("it has more bytes after its end");
    return value;
  } finally {
    // The buffer must not be kept any longer.
    bytes = NOTHING;
    view = undefined;
  }
}

/** For the numbers that few bodies have. */
function numbers(): DataView {
  return (view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
}

function readValue(): unknown {
  if (at >= end) tooEarly();
  pending--;
  const token = bytes[at++]!;
  if (token < 0x40) return token;
  if (token < 0x80) return readRecord(records[token & 0x3f] ?? malformed("it has a record without keys"));
  if (token >= 0xe0) return token - 0x100;
  if (token < 0xa0) return token === TAG_HEAD && bytes[at] === TAG_MARK ? readTag() : readArray(token & 0x0f);
  if (token < 0xc0) return readText(token & 0x1f);
  switch (token) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return readBinary(readLength1());
    case 0xc5:
      return readBinary(readLength2());
    case 0xc6:
      return readBinary(readLength4());
    case 0xca:
      return numbers().getFloat32(past(4));
    case 0xcb:
      return numbers().getFloat64(past(8));
    case 0xcc:
      return readLength1();
    case 0xcd:
      return readLength2();
    case 0xce:
      return readLength4();
    case 0xcf:
      return numbers().getBigUint64(past(8));
    case 0xd0:
      return numbers().getInt8(past(1));
    case 0xd1:
      return numbers().getInt16(past(2));
    case 0xd2:
      return numbers().getInt32(past(4));
    case 0xd3:
      return numbers().getBigInt64(past(8));
    case 0xd4: {
      const keys = readExtension();
      return keys && readRecord(keys);
    }
    case 0xd9:
      return readText(readLength1());
    case 0xda:
      return readText(readLength2());
    case 0xdb:
      return readText(readLength4());
    case 0xdc:
      return readArray(readLength2());
    case 0xdd:
      return readArray(readLength4());
    default:
      return malformed(`it has a value of the unknown kind ${token}`);
  }
}

function tooEarly(): never {
  malformed("it ends too early");
}

/** Where something of this many bytes begins; reading continues after it. */
function past(size: number): number {
  const start = at;
  at += size;
  if (at > end) tooEarly();
  return start;
}

/** Goes one level deeper, where this many values come. */
function enter(count: number): void {
  if (level === MAX_LEVELS) malformed("it is nested too deeply");
  level++;
  pending += count;
  if (pending > end - at) tooEarly();
}

function readLength1(): number {
  return bytes[past(1)]!;
}

function readLength2(): number {
  const start = past(2);
  return (bytes[start]! << 8) | bytes[start + 1]!;
}

function readLength4(): number {
  return numbers().getUint32(past(4));
}

function readBinary(length: number): Uint8Array {
  const start = past(length);
  return bytes.slice(start, at);
}

function readText(length: number): string {
  const start = past(length);
  if (length < SHORT_TEXT) {
    const text = readAscii(start, length);
    if (text !== undefined) return text;
  }
  return decodeUtf8(bytes.subarray(start, at));
}

/** Short text, four characters at a time, or `undefined` if it has characters outside of ASCII. */
function readAscii(start: number, length: number): string | undefined {
  let text = "";
  let i = start;
  for (const last = start + length - 4; i <= last; i += 4) {
    const a = bytes[i]!;
    const b = bytes[i + 1]!;
    const c = bytes[i + 2]!;
    const d = bytes[i + 3]!;
    if ((a | b | c | d) >= 0x80) return undefined;
    text += fromCharCode(a, b, c, d);
  }
  for (const stop = start + length; i < stop; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return undefined;
    text += fromCharCode(byte);
  }
  return text;
}

function readArray(length: number): unknown[] {
  enter(length);
  // oxlint-disable-next-line unicorn/no-new-array -- much faster than `Array.from`
  const items = new Array<unknown>(length);
  for (let i = 0; i < length; i++) items[i] = readValue();
  level--;
  return items;
}

/** A tag, as the mark, its number and its data. */
function readTag(): unknown[] {
  const tag = bytes[past(2) + 1]!;
  if (!hasTags || tag >= TAG_END) malformed("it has a bad tag");
  if (isUntagged || (bytes[at] === TAG_HEAD && bytes[at + 1] === TAG_MARK)) {
    malformed("it has a tag in the wrong place");
  }
  enter(1);
  isUntagged = hasNoTagsInside(tag);
  const data = readValue();
  isUntagged = false;
  level--;
  return [MARK, tag, data];
}

/** `undefined` is a one-byte extension of kind 0; the first record with its keys is one of kind 0x72. */
function readExtension(): readonly string[] | undefined {
  const start = past(2);
  const kind = bytes[start]!;
  const id = bytes[start + 1]!;
  if (kind === 0) return undefined;
  if (kind !== 0x72) malformed("it has an extension of an unknown kind");
  if (id < 0x40 || id >= 0x80) malformed("it has a record with a bad number");
  const keys = readKeys();
  records[id & 0x3f] = keys.length <= MANY_KEYS ? keys : undefined;
  return keys;
}

function readKeys(): readonly string[] {
  const token = bytes[past(1)]!;
  let length = token & 0x0f;
  if (token === 0xdc) length = readLength2();
  else if (token === 0xdd) length = readLength4();
  else if (token < 0x90 || token >= 0xa0) malformed("it has a record without keys");
  if (length > end - at) tooEarly();
  const keys: string[] = [];
  for (let i = 0; i < length; i++) keys.push(readKey());
  return shapeOf(keys)?.keys ?? malformed("it has a record with a key that no record has");
}

function readKey(): string {
  const token = bytes[past(1)]!;
  if (token >= 0xa0 && token < 0xc0) return readText(token & 0x1f);
  if (token === 0xd9) return readText(readLength1());
  if (token === 0xda) return readText(readLength2());
  if (token === 0xdb) return readText(readLength4());
  return malformed("it has a record with a key that is not a string");
}

function readRecord(keys: readonly string[]): object {
  enter(keys.length);
  const record: Record<string, unknown> = {};
  for (let i = 0; i < keys.length; i++) record[keys[i]!] = readValue();
  level--;
  return record;
}
