import { standsAt } from "../../runtime.ts";
import { ByteWriter } from "../byte-writer.ts";
import { isMessageTag } from "../types/class-table.ts";
import { crc32 } from "../crc32.ts";
import { type Format, HEAD_BYTES, HEADER_BYTES, sealHead } from "../envelope.ts";
import type { ShapeTable, Shape } from "../shape.ts";
import { TAG_END } from "../tags.ts";
import { EarlierBytes } from "./earlier-bytes.ts";
import { numberCost, textCost, type EncodedAfter, type EncodedBefore, type Trace } from "./trace.ts";
import { type Definition, LIST, type TagToken, type Token, UNIT, Units } from "./units.ts";

export const TAG_TOKENS: readonly TagToken[] = Array.from({ length: TAG_END }, (_, tag) => ({ tag }));

/** A list whose items have not been written yet. */
interface OpenList {
  readonly place: number;
  readonly width: number;
}

/**
 * Writes a value unit by unit, and notes what it writes. As long as everything has the same bytes as in the
 * previous value, it only follows them. From the first difference on, it writes into its buffer.
 */
export class UnitWriter extends ByteWriter {
  readonly units: Units;
  readonly #before: EncodedBefore | undefined;
  readonly #head: Uint8Array;
  #earlier: EarlierBytes | undefined;
  /** Up to here, everything is known to be the same. */
  #settled = HEADER_BYTES;
  /** How many pieces of the previous value come before the buffer. */
  #pieces = 0;
  #list: OpenList | undefined;
  #spine: Token[] | undefined = [];

  // What is noted about the unit that is being written.
  #begin = 0;
  #isNoting = false;
  #isSimple = true;
  #tokens: Token[] = [];
  #definitions: Definition[] = [];
  #cost = 0;
  /** How many messages have tags in them. */
  #tagged = 0;

  /** @param before The previous value. Its trace cannot be used again. */
  constructor(before: EncodedBefore | undefined) {
    super(HEADER_BYTES);
    this.units = before?.trace.units ?? new Units();
    this.#before = before;
    this.#earlier = before && new EarlierBytes(before);
    this.#head = before?.trace.head.slice() ?? new Uint8Array(HEAD_BYTES);
    if (before) this.goOnAt(HEADER_BYTES);
  }

  /** Whether everything up to a unit of the previous value is the same. */
  follows(unit: number): boolean {
    if (!this.#earlier) return false;
    if (unit < this.units.count && this.place === this.units.begin(unit) && this.#settle()) return true;
    this.#part(unit);
    return false;
  }

  /** Skips a unit that has not changed. */
  skip(unit: number): void {
    this.#settled = this.units.end(unit);
    this.goOnAt(this.#settled);
  }

  begin(): void {
    this.#begin = this.place;
    this.#isNoting = true;
    this.#isSimple = true;
    this.#tagged = 0;
    this.#tokens = [];
    this.#definitions = [];
    this.#cost = 0;
  }

  end(unit: number): void {
    this.#isNoting = false;
    if (this.#earlier) {
      if (this.place === this.units.end(unit) && this.#settle()) return;
      this.#part(unit);
    }
    const isSimple = this.#isSimple && this.#tagged === 0;
    const tokens = isSimple ? this.#tokens : undefined;
    const cost = isSimple ? this.#cost : 0;
    this.units.add({ tokens, definitions: this.#definitions, cost, begin: this.#begin, end: this.place });
  }

  /** Whether only lists and a record surround this place. Anywhere else, there are no units. */
  get hasSpine(): boolean {
    return this.#spine !== undefined;
  }

  /** Notes a unit that is not an item of a list. */
  placeUnit(): void {
    this.#spine?.push(UNIT);
  }

  /** Notes what is written: in a unit, or around the units. */
  #note(token: Token): void {
    if (this.#isNoting) this.#tokens.push(token);
    else this.#spine = undefined;
  }

  /** Whether the previous value also has, in this place, what was written since the last time. */
  #settle(): boolean {
    const bytes = this.written;
    const list = this.#list;
    this.#list = undefined;
    if (bytes.length === 0) return true;
    const at = this.#settled;
    if (!this.#earlier!.has(bytes, at) && !(list && this.#hasOtherLength(bytes, list))) return false;
    if (at < HEAD_BYTES) this.#head.set(bytes.subarray(0, HEAD_BYTES - at), at);
    this.#settled = this.place;
    this.goOnAt(this.place);
    return true;
  }

  /** Within the first bytes, the length of a list may have changed. */
  #hasOtherLength(bytes: Uint8Array, { place, width }: OpenList): boolean {
    if (place + width > HEAD_BYTES) return false;
    const earlier = this.#before!.trace.head.subarray(place, place + width);
    if (listHeadWidth(earlier[0]!) !== width) return false;
    const adapted = bytes.slice();
    adapted.set(earlier, place - this.#settled);
    return this.#earlier!.has(adapted, this.#settled);
  }

  /** From here on, bytes are written. */
  #part(unit: number): void {
    const written = this.copy();
    const { pieces, start, rest } = this.#earlier!.upTo(this.#settled);
    this.#earlier = undefined;
    this.units.truncate(unit);
    if (this.#settled < HEAD_BYTES) return this.goOnAt(0, [this.#head.subarray(0, this.#settled), written]);
    this.#pieces = pieces;
    this.goOnAt(start, [...rest, written]);
  }

  override tag(tag: number): void {
    this.#isSimple &&= isMessageTag(tag);
    this.#tagged++;
    // The tag of an instance without tags in it, which is what a simple message is.
    this.#note(TAG_TOKENS[tag | 1]);
    super.tag(tag);
  }

  override retag(place: number, tag: number): void {
    this.#tagged--;
    super.retag(place, tag);
  }

  override record(shape: Shape, shapes: ShapeTable): void {
    super.record(shape, shapes);
    (this.#isNoting ? this.#tokens : this.#spine)?.push(shape);
  }

  protected override define(shape: Shape, id: number): void {
    super.define(shape, id);
    if (this.#isNoting) this.#definitions.push({ shape, id });
  }

  override constant(value: true | false | null | undefined): void {
    super.constant(value);
    this.#note(value);
  }

  override number(value: number): void {
    super.number(value);
    this.#note(value);
    this.#cost += numberCost(value);
  }

  override bigint(value: bigint): boolean {
    const isWritten = super.bigint(value);
    if (isWritten) this.#note(value);
    return isWritten;
  }

  override text(value: string): boolean {
    const { place } = this;
    const isWritten = super.text(value);
    if (isWritten) {
      this.#note(value);
      this.#cost += textCost(value, this.place - place);
    }
    return isWritten;
  }

  override arrayHead(length: number): void {
    const { place } = this;
    super.arrayHead(length);
    (this.#isNoting ? this.#tokens : this.#spine)?.push(LIST, length);
    if (!this.#isNoting) this.#list = { place, width: this.place - place };
  }

  override binary(value: Uint8Array): void {
    this.#isSimple = false;
    this.#note(undefined);
    super.binary(value);
  }

  /**
   * The bytes of the value, until the buffer is released.
   *
   * @param last A byte after everything else, which may be different next time.
   */
  finishAfter(units: number, last: number | undefined, format: Format): EncodedAfter {
    if (this.#isSame(last, format)) {
      const { trace, pieces, size } = this.#before!;
      return {
        size,
        head: trace.head.subarray(0, size),
        pieces: pieces.length,
        tail: new Uint8Array(),
        trace,
        isSame: true,
      };
    }
    if (this.#earlier) this.#part(units);
    const start = this.place - this.written.length;
    const end = this.place;
    if (last !== undefined) this.byte(last);
    const size = this.place;
    const bytes = this.written;
    const head = start === 0 ? new Uint8Array(HEAD_BYTES) : this.#head;
    if (start === 0) head.set(bytes.subarray(0, HEAD_BYTES));
    const tail = bytes.subarray(start === 0 ? HEAD_BYTES : 0);
    const noted = tail.subarray(0, Math.max(0, end - Math.max(start, HEAD_BYTES)));
    const sum = this.#sumOf(noted, start);
    sealHead(head.subarray(0, size), crc32(tail.subarray(noted.length), sum), format);
    const spine = this.units.areKnown ? this.#spine : undefined;
    const trace: Trace = { units: this.units, spine, end, last, sum, head };
    return { size, head: head.subarray(0, size), pieces: this.#pieces, tail, trace, isSame: false };
  }

  #isSame(last: number | undefined, format: Format): boolean {
    if (!this.#earlier || !this.#settle()) return false;
    const { end, last: lastBefore, head } = this.#before!.trace;
    if (this.#settled !== end || last !== lastBefore || format !== head[0]) return false;
    return standsAt(this.#head, HEADER_BYTES, head.subarray(HEADER_BYTES));
  }

  /** Checksum of everything after the head, up to the end of these bytes. */
  #sumOf(bytes: Uint8Array, start: number): number {
    if (start === 0) return crc32(bytes, 0);
    const { trace, pieces } = this.#before!;
    if (this.#settled === trace.end) return crc32(bytes.subarray(this.#settled - start), trace.sum);
    const kept = pieces.slice(0, this.#pieces);
    return crc32(
      bytes,
      kept.reduce((sum, piece) => crc32(piece.bytes, sum), 0),
    );
  }
}

/** The number of bytes of the head of a list that begins with this byte; 0 if no list does. */
function listHeadWidth(byte: number): number {
  if ((byte & 0xf0) === 0x90) return 1;
  if (byte === 0xdc) return 3;
  return byte === 0xdd ? 5 : 0;
}
