import { type Format, HEAD_BYTES } from "./envelope.ts";
import { encodeUtf8, encodeUtf8Into } from "./host.ts";
import { BYTE_MARKS, type RecordedBytes, type Recorder, UNKNOWN_MARK } from "./recording.ts";
import { isSafeText } from "./text.ts";

const FIRST_SIZE = 1 << 14;
/** A larger buffer is not kept from one value to the next. */
const KEPT_SIZE = 1 << 20;
/** Below it a loop over the characters is faster than a call into the encoder. */
const SHORT_TEXT = 40;
/** From here on the exact length is worth a copy: room for the worst case is three times the text. */
const LONG_TEXT = 1 << 14;

/** The buffer of the last value. Taken, not shared: a value may be encoded while another one is. */
let kept: Uint8Array | undefined;

/** A byte that may change until what follows it is written. */
interface OpenByte {
  readonly place: number;
  readonly value: number;
}

/** Writes MessagePack into a growing buffer. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #at: number;
  readonly #recorder: Recorder | undefined;
  readonly #open: OpenByte[] = [];
  /** Where the buffer begins in the whole. */
  #base = 0;
  /** How many pieces of the value before come before the buffer. */
  #pieces = 0;
  /** Where the replay ended. */
  #resumed = -1;

  /**
   * @param reserved Bytes to leave free at the front.
   * @param recorder Follows everything, and may know that it has been written already.
   */
  constructor(reserved: number, recorder?: Recorder) {
    this.#bytes = kept ?? new Uint8Array(FIRST_SIZE);
    kept = undefined;
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = reserved;
    this.#recorder = recorder;
  }

  /** A copy of all that was written. The writer is of no use afterwards. */
  finish(): Uint8Array {
    if (this.#bytes.length <= KEPT_SIZE) kept = this.#bytes;
    return this.#bytes.slice(0, this.#at);
  }

  /**
   * As `finish`, for a writer with a recorder.
   *
   * @param last A byte behind everything that may be another one the next time.
   */
  finishRecording(last: number | undefined, format: Format): RecordedBytes {
    const recorder = this.#recorder!;
    if (recorder.replaying) this.#resume(recorder);
    const end = this.#at;
    if (last !== undefined) this.#put(last);
    const place = { base: this.#base, pieces: this.#pieces, resumed: this.#resumed };
    return recorder.finish(this.finish(), { ...place, end, format });
  }

  /** Where the writing is. It is another number whenever something was written, or passed over in a replay. */
  get place(): number {
    const recorder = this.#recorder;
    return recorder?.replaying ? -1 - recorder.next : this.#base + this.#at;
  }

  /** Declares that the last byte may still be changed by `close`. */
  open(value: number): void {
    const recorder = this.#recorder;
    const place = recorder?.replaying ? recorder.lastPlace : this.#base + this.#at - 1;
    this.#open.push({ place, value });
  }

  /** Ends what `open` began, with another value for that byte or without. */
  close(value: number | undefined): void {
    const { place } = this.#open.pop()!;
    // While all is the same, the byte is too.
    if (value !== undefined && !this.#recorder?.replaying) this.#bytes[place - this.#base] = value;
  }

  byte(value: number): void {
    if (this.#isWritten(BYTE_MARKS[value]!)) return;
    this.#put(value);
  }

  /** Whether a token is there from the value before. */
  #isWritten(token: string | number | bigint | symbol): boolean {
    const recorder = this.#recorder;
    if (recorder === undefined) return false;
    if (recorder.replaying) {
      if (recorder.matches(token)) return true;
      this.#resume(recorder);
    }
    recorder.add(token, this.#base + this.#at);
    return false;
  }

  /** From here on there is something to write. The buffer gets the bytes from the last cut before on. */
  #resume(recorder: Recorder): void {
    const { pieces, size } = recorder.before!;
    const place = recorder.stop();
    const from = Math.min(place, ...this.#open.map((one) => one.place));
    let [count, base] = [pieces.length, size];
    // The last piece ends where the value did, and may be longer now.
    while (count > 0 && (count === pieces.length || base > from)) base -= pieces[--count]!.bytes.length;
    const inHead = from < HEAD_BYTES;
    this.#base = inHead ? 0 : base;
    this.#pieces = inHead ? 0 : count;
    this.#at = 0;
    this.#resumed = place;
    if (inHead) this.#raw(recorder.head);
    for (const { bytes } of pieces.slice(this.#pieces)) this.#raw(bytes);
    this.#at = place - this.#base;
    for (const one of this.#open) this.#bytes[one.place - this.#base] = one.value;
  }

  #put(value: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#at++] = value;
  }

  number(value: number): void {
    if (this.#isWritten(value)) return;
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
    if (this.#isWritten(value)) return true;
    if (this.#at + 9 > this.#bytes.length) this.#grow(9);
    this.#bytes[this.#at] = signed ? 0xd3 : 0xcf;
    this.#view.setBigUint64(this.#at + 1, BigInt.asUintN(64, value));
    this.#at += 9;
    return true;
  }

  /** Writes text; writes nothing and returns `false` where UTF-8 cannot carry it. */
  text(value: string): boolean {
    if (this.#recorder?.replaying && this.#recorder.matchesText(value)) return true;
    if (this.#isWritten(value)) return true;
    const length = value.length;
    if (length < SHORT_TEXT && this.#asciiText(value, length)) return true;
    if (!isSafeText(value)) {
      this.#recorder?.drop();
      return false;
    }
    if (length < LONG_TEXT) {
      this.#encodedText(value, length * 3);
    } else {
      const encoded = encodeUtf8(value);
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
    if (length < 0x20) this.#put(0xa0 | length);
    else this.#head(length, 0xd9, 0xda, 0xdb);
  }

  /** Starts an array of so many values. */
  arrayHead(length: number): void {
    const recorder = this.#recorder;
    if (recorder !== undefined) {
      if (recorder.replaying) {
        if (recorder.matchesArray(length)) return;
        this.#resume(recorder);
      }
      recorder.addArray(length, this.#base + this.#at);
    }
    if (length < 0x10) this.#put(0x90 | length);
    else this.#head(length, undefined, 0xdc, 0xdd);
  }

  binary(value: Uint8Array): void {
    this.#isWritten(UNKNOWN_MARK);
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
      this.#put(one);
      this.#put(length);
    } else if (length < 0x10000) {
      this.#put(two);
      this.#put(length >>> 8);
      this.#put(length);
    } else {
      if (this.#at + 5 > this.#bytes.length) this.#grow(5);
      this.#bytes[this.#at] = four;
      this.#view.setUint32(this.#at + 1, length);
      this.#at += 5;
    }
  }

  #grow(room: number): void {
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + room));
    bytes.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

function headLength(length: number): number {
  if (length < 0x20) return 1;
  if (length < 0x100) return 2;
  return length < 0x10000 ? 3 : 5;
}
