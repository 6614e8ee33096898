import { decodeUtf8 } from "./host.ts";
import { malformed } from "./malformed.ts";

/** Below this length a loop over the bytes is faster than a call into the decoder. */
const SHORT_TEXT = 32;

const { fromCharCode } = String;

// Bytes are read from the first to the last. Kept in variables of the module, all this is found faster than in an
// object.
let bytes: Uint8Array = new Uint8Array();
export let view: DataView = new DataView(bytes.buffer);
let at = 0;
let end = 0;
/** How many values are still to come. Each takes at least a byte, so no length can claim more than there are bytes. */
let pending = 0;

/**
 * Starts with other bytes, which are one value.
 *
 * @param length Whatever follows is ignored.
 * @returns Goes on with the bytes before: nobody keeps these any longer.
 */
export function openBytes(body: Uint8Array, length: number): () => void {
  const outer = { bytes, view, at, end, pending };
  bytes = body;
  view = new DataView(body.buffer, body.byteOffset, body.length);
  at = 0;
  end = length;
  pending = 1;
  return () => ({ bytes, view, at, end, pending } = outer);
}

/** The first byte of a value. */
export function readToken(): number {
  if (at >= end) tooEarly();
  pending--;
  return bytes[at++]!;
}

export function nextIs(byte: number): boolean {
  return bytes[at] === byte && at < end;
}

/** Whether the next value is this one byte. If so, it has been read. */
export function meets(mark: number): boolean {
  if (!nextIs(mark)) return false;
  at++;
  pending--;
  return true;
}

export function expectEnd(): void {
  if (at !== end) malformed("it has more bytes after its end");
}

function tooEarly(): never {
  malformed("it ends too early");
}

/** Where something of this many bytes begins; reading continues after it. */
export function past(size: number): number {
  const start = at;
  at += size;
  if (at > end) tooEarly();
  return start;
}

/** So many values come next. */
export function expect(count: number): void {
  pending += count;
  if (pending > end - at) tooEarly();
}

export function readByte(): number {
  return bytes[past(1)]!;
}

export function readLength2(): number {
  const start = past(2);
  return (bytes[start]! << 8) | bytes[start + 1]!;
}

export function readLength4(): number {
  return view.getUint32(past(4));
}

export function readBinary(token: number): Uint8Array {
  let length = 0;
  if (token === 0xc4) length = readByte();
  else if (token === 0xc5) length = readLength2();
  else if (token === 0xc6) length = readLength4();
  else malformed("it has a tag without its bytes");
  const start = past(length);
  return bytes.slice(start, at);
}

export function readListLength(token: number): number {
  if (token >= 0x90 && token < 0xa0) return token & 0x0f;
  if (token === 0xdc) return readLength2();
  return token === 0xdd ? readLength4() : malformed("it lacks a list");
}

export function readTextLength(token: number): number {
  if (token >= 0xa0 && token < 0xc0) return token & 0x1f;
  if (token === 0xd9) return readByte();
  if (token === 0xda) return readLength2();
  return token === 0xdb ? readLength4() : malformed("it lacks a text");
}

export function readText(length: number): string {
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
