import { utf8Encode } from "../runtime.ts";
import { encodeUtf8Into } from "./host.ts";
import type { ShapeTable, Shape } from "./shape.ts";
import { TAG_HEAD, TAG_MARK } from "./tags.ts";
import { isSafeText } from "./text.ts";

const FIRST_SIZE = 1 << 14;
/** A larger buffer is not kept for the next value. */
const KEPT_SIZE = 1 << 20;
/** Below this length a loop over the characters is faster than a call into the encoder. */
const SHORT_TEXT = 40;
/** From this length on, the exact length is worth a copy: the worst case needs three times the text. */
const LONG_TEXT = 1 << 14;

interface Buffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Buffers of earlier values. Taken, not shared: a value may be encoded while another one is. */
const kept: Buffer[] = [];
const KEPT_MAX = 4;

/** Writes MessagePack into a growing buffer. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at: number;
  /** Where the buffer begins in the whole. */
  #base = 0;

  /** @param reserved Bytes to leave free at the front. */
  constructor(reserved: number) {
    const { bytes, view } = kept.pop() ?? bufferOf(FIRST_SIZE);
    this.#bytes = bytes;
    this.#view = view;
    this.#at = reserved;
  }

  /** Gives the buffer back. Neither the writer nor what was written may be used afterwards. */
  release(): void {
    if (this.#bytes.length <= KEPT_SIZE && kept.length < KEPT_MAX) {
      kept.push({ bytes: this.#bytes, view: this.#view });
    }
  }

  /** The current position. It is another number whenever something was written. */
  get place(): number {
    return this.#base + this.#at;
  }

  /** What was written since the last `goOnAt`, until something else is. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** A copy of that. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  /** Empties the buffer. From now on it begins at this place of the whole, with these parts. */
  protected goOnAt(place: number, parts: readonly Uint8Array[] = []): void {
    this.#base = place;
    this.#at = 0;
    for (const part of parts) this.#raw(part);
  }

  /** Starts a tagged value; its data is the one value that is written next. */
  tag(tag: number): void {
    this.byte(TAG_HEAD);
    this.byte(TAG_MARK);
    this.byte(tag);
  }

  /** Changes the tag that ends at a place. */
  retag(place: number, tag: number): void {
    this.#bytes[place - this.#base - 1] = tag;
  }

  /** Starts a record; its values are to be written next. */
  record(shape: Shape, shapes: ShapeTable): void {
    const id = shapes.idOf(shape);
    if (id === undefined) this.define(shape, shapes.define(shape));
    else this.byte(id);
  }

  /** Writes the head of a record whose keys are not written yet. */
  protected define(shape: Shape, id: number): void {
    this.byte(0xd4);
    this.byte(0x72);
    this.byte(id);
    const { keys } = shape;
    this.#listHead(keys.length);
    for (let i = 0; i < keys.length; i++) this.#text(keys[i]!);
  }

  /** Writes what has one byte or, if `undefined`, the extension that MessagePack libraries agree on. */
  constant(value: true | false | null | undefined): void {
    if (value === undefined) {
      this.byte(0xd4);
      this.byte(0);
      this.byte(0);
    } else {
      this.byte(value === null ? 0xc0 : value ? 0xc3 : 0xc2);
    }
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#at++] = value;
  }

  number(value: number): void {
    if (this.#at + 9 > this.#bytes.length) this.#grow(9);
    const bytes = this.#bytes;
    const at = this.#at;
    if (value >>> 0 === value && (value !== 0 || 1 / value > 0)) {
      if (value < 0x40) {
        bytes[this.#at++] = value;
      } else if (value < 0x100) {
        bytes[at] = 0xcc;
        bytes[at + 1] = value;
        this.#at = at + 2;
      } else if (value < 0x10000) {
        bytes[at] = 0xcd;
        bytes[at + 1] = value >>> 8;
        bytes[at + 2] = value;
        this.#at = at + 3;
      } else {
        bytes[at] = 0xce;
        this.#view.setUint32(at + 1, value);
        this.#at = at + 5;
      }
    } else if (value >> 0 === value && value !== 0) {
      this.#negative(value);
    } else {
      bytes[at] = 0xcb;
      this.#view.setFloat64(at + 1, value);
      this.#at = at + 9;
    }
  }

  #negative(value: number): void {
    const at = this.#at;
    if (value >= -0x20) {
      this.#bytes[at] = value;
      this.#at = at + 1;
    } else if (value >= -0x80) {
      this.#bytes[at] = 0xd0;
      this.#bytes[at + 1] = value;
      this.#at = at + 2;
    } else if (value >= -0x8000) {
      this.#bytes[at] = 0xd1;
      this.#view.setInt16(at + 1, value);
      this.#at = at + 3;
    } else {
      this.#bytes[at] = 0xd2;
      this.#view.setInt32(at + 1, value);
      this.#at = at + 5;
    }
  }

  /** Writes a bigint of at most 64 bits; writes nothing and returns `false` for a larger one. */
  bigint(value: bigint): boolean {
    const signed = BigInt.asIntN(64, value) === value;
    if (!signed && BigInt.asUintN(64, value) !== value) return false;
    if (this.#at + 9 > this.#bytes.length) this.#grow(9);
    this.#bytes[this.#at] = signed ? 0xd3 : 0xcf;
    this.#view.setBigUint64(this.#at + 1, BigInt.asUintN(64, value));
    this.#at += 9;
    return true;
  }

  /** Writes text; writes nothing and returns `false` where UTF-8 cannot carry it. */
  text(value: string): boolean {
    return this.#text(value);
  }

  #text(value: string): boolean {
    const length = value.length;
    if (length < SHORT_TEXT && this.#asciiText(value, length)) return true;
    if (!isSafeText(value)) return false;
    if (length < LONG_TEXT) {
      this.#encodedText(value, length * 3);
    } else {
      const encoded = utf8Encode(value);
      this.#textHead(encoded.length);
      this.#raw(encoded);
    }
    return true;
  }

  #asciiText(value: string, length: number): boolean {
    if (this.#at + SHORT_TEXT + 2 > this.#bytes.length) this.#grow(SHORT_TEXT + 2);
    const bytes = this.#bytes;
    let at = this.#at + headLength(length);
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) return false;
      bytes[at++] = unit;
    }
    this.#textHead(length);
    this.#at = at;
    return true;
  }

  #encodedText(value: string, most: number): void {
    if (this.#at + most + 5 > this.#bytes.length) this.#grow(most + 5);
    const guess = headLength(value.length);
    const start = this.#at + guess;
    const written = encodeUtf8Into(value, this.#bytes.subarray(start, start + most));
    const head = headLength(written);
    if (head !== guess) this.#bytes.copyWithin(this.#at + head, start, start + written);
    this.#textHead(written);
    this.#at += written;
  }

  #textHead(length: number): void {
    if (length < 0x20) this.byte(0xa0 | length);
    else this.#head(length, 0xd9, 0xda, 0xdb);
  }

  /** Starts an array of this many values. */
  arrayHead(length: number): void {
    this.#listHead(length);
  }

  #listHead(length: number): void {
    if (length < 0x10) this.byte(0x90 | length);
    else this.#head(length, undefined, 0xdc, 0xdd);
  }

  binary(value: Uint8Array): void {
    this.#head(value.length, 0xc4, 0xc5, 0xc6);
    this.#raw(value);
  }

  #raw(value: Uint8Array): void {
    if (this.#at + value.length > this.#bytes.length) this.#grow(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  #head(length: number, one: number | undefined, two: number, four: number): void {
    if (length < 0x100 && one !== undefined) {
      this.byte(one);
      this.byte(length);
    } else if (length < 0x10000) {
      this.byte(two);
      this.byte(length >>> 8);
      this.byte(length);
    } else {
      if (this.#at + 5 > this.#bytes.length) this.#grow(5);
      this.#bytes[this.#at] = four;
      this.#view.setUint32(this.#at + 1, length);
      this.#at += 5;
    }
  }

  #grow(room: number): void {
    const { bytes, view } = bufferOf(Math.max(this.#bytes.length * 2, this.#at + room));
    bytes.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = bytes;
    this.#view = view;
  }
}

function bufferOf(size: number): Buffer {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer) };
}

function headLength(length: number): number {
  if (length < 0x20) return 1;
  if (length < 0x100) return 2;
  return length < 0x10000 ? 3 : 5;
}
