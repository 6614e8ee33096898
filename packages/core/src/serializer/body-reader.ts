import { decodeUtf8 } from "./host.ts";
import { malformed } from "./malformed.ts";
import { MANY_KEYS } from "./shape.ts";
import { TAG_MARK } from "./tags.ts";

/** What stands for the code that MessagePack leaves unused. Nothing of a user's is this object. */
export const MARK: object = Object.freeze({});

/** Below it a loop over the bytes is faster than a call into the decoder. */
const SHORT_TEXT = 32;

const { fromCharCode } = String;

/** Keys of the records that were met, by id. */
type Records = (readonly string[] | undefined)[];

// One body is read at a time, from its first byte to its last, and nothing of anybody else's is called meanwhile. Kept
// in variables of the module, all this is found faster than in an object.
let bytes: Uint8Array = new Uint8Array();
let view = new DataView(bytes.buffer);
let at = 0;
let records: Records = [];

/** Reads MessagePack with records. It trusts its bytes: `checkBody` has seen them. */
export function readBody(body: Uint8Array): unknown {
  bytes = body;
  view = new DataView(body.buffer, body.byteOffset, body.length);
  at = 0;
  records = [];
  try {
    return readValue();
  } finally {
    // Nobody else may keep them.
    bytes = new Uint8Array();
    view = new DataView(bytes.buffer);
  }
}

function readValue(): unknown {
  const token = bytes[at++]!;
  if (token < 0x40) return token;
  if (token < 0x80) return readRecord(records[token & 0x3f]!);
  if (token >= 0xe0) return token - 0x100;
  if (token < 0xa0) return readArray(token & 0x0f);
  if (token < 0xc0) return readText(token & 0x1f);
  switch (token) {
    case 0xc0:
      return null;
    case TAG_MARK:
      return MARK;
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
      return view.getFloat32(past(4));
    case 0xcb:
      return view.getFloat64(past(8));
    case 0xcc:
      return bytes[at++];
    case 0xcd:
      return readLength2();
    case 0xce:
      return readLength4();
    case 0xcf:
      return view.getBigUint64(past(8));
    case 0xd0:
      return view.getInt8(past(1));
    case 0xd1:
      return view.getInt16(past(2));
    case 0xd2:
      return view.getInt32(past(4));
    case 0xd3:
      return view.getBigInt64(past(8));
    case 0xd4:
      return readExtension();
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

/** Where something of so many bytes begins; the reading goes on after it. */
function past(size: number): number {
  const start = at;
  at += size;
  return start;
}

function readLength1(): number {
  return bytes[at++]!;
}

function readLength2(): number {
  return (bytes[at++]! << 8) | bytes[at++]!;
}

function readLength4(): number {
  return view.getUint32(past(4));
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

/** Short text, four characters at a time, or `undefined` where others than those of ASCII are in it. */
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
  for (const end = start + length; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return undefined;
    text += fromCharCode(byte);
  }
  return text;
}

function readArray(length: number): unknown[] {
  // oxlint-disable-next-line unicorn/no-new-array -- much faster than `Array.from`
  const items = new Array<unknown>(length);
  for (let i = 0; i < length; i++) items[i] = readValue();
  return items;
}

/** `undefined` is an extension of one byte of the kind 0, the first record of its keys one of the kind 0x72. */
function readExtension(): object | undefined {
  const kind = bytes[at]!;
  const id = bytes[at + 1]! & 0x3f;
  at += 2;
  if (kind === 0) return undefined;
  const keys = readValue() as readonly string[];
  if (keys.includes("__proto__")) malformed("it has a record with a key that no record has");
  records[id] = keys.length <= MANY_KEYS ? keys.map(asKey) : keys;
  return readRecord(records[id]);
}

/** The same text as the engine keeps it for keys, which it finds at once. */
function asKey(text: string): string {
  return Object.keys({ [text]: 0 })[0]!;
}

function readRecord(keys: readonly string[]): object {
  const record: Record<string, unknown> = {};
  for (let i = 0; i < keys.length; i++) record[keys[i]!] = readValue();
  return record;
}
