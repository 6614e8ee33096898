import { crc32 } from "./crc32.ts";
import { type Format, HEAD_BYTES, sealHead } from "./envelope.ts";

/** One thing that was written: a text, a number, a bigint, or one of the marks below. */
export type Token = string | number | bigint | symbol;

/** Bytes that stand for themselves. */
export const BYTE_MARKS: readonly symbol[] = Array.from({ length: 256 }, (_, byte) => Symbol(String(byte)));
/** The head of an array; its length is the next token. */
export const ARRAY_MARK: unique symbol = Symbol("array");
/** Bytes of the caller, who may change them: never taken for the same. */
export const UNKNOWN_MARK: unique symbol = Symbol("unknown");

/** How a value was encoded, to encode one that begins in the same way. It holds nothing that can change. */
export interface Recording {
  readonly tokens: Token[];
  /** Where the bytes of each token begin. */
  readonly offsets: number[];
  /** Where the bytes of the last token end. */
  readonly end: number;
  /** Checksum of what is between the head and that end. */
  readonly sum: number;
  /** The first bytes. */
  readonly head: Uint8Array;
}

/** A value that was encoded before, with its bytes. */
export interface EncodedBefore {
  readonly recording: Recording;
  /** All bytes behind the head, in pieces. */
  readonly pieces: readonly { readonly bytes: Uint8Array }[];
  /** Length of head and pieces together. */
  readonly size: number;
}

/** Bytes of a value that may begin with those of the value before. */
export interface RecordedBytes {
  readonly size: number;
  /** The first bytes. */
  readonly head: Uint8Array;
  /** How many pieces of the value before follow. */
  readonly pieces: number;
  /** What is behind them. */
  readonly tail: Uint8Array;
  readonly recording: Recording;
}

/** What a writer knows when it has written all. */
interface Written {
  readonly format: Format;
  /** Where its bytes begin in the whole: at 0 or behind the head. */
  readonly base: number;
  /** How many pieces of the value before come between the head and them. */
  readonly pieces: number;
  /** Where the replay ended. */
  readonly resumed: number;
  /** How many of the bytes are recorded. */
  readonly end: number;
}

/**
 * Follows the encoder. As long as it writes what it wrote the last time, nothing has to be written; from
 * the first difference on, everything is.
 */
export class Recorder {
  readonly #tokens: Token[];
  readonly #offsets: number[];
  readonly before: EncodedBefore | undefined;
  readonly head: Uint8Array;
  #next = 0;
  /** Whether everything was the same until now. */
  replaying: boolean;

  /** @param before Its recording is used up. */
  constructor(before?: EncodedBefore) {
    this.before = before;
    this.#tokens = before?.recording.tokens ?? [];
    this.#offsets = before?.recording.offsets ?? [];
    this.head = before?.recording.head.slice() ?? new Uint8Array(HEAD_BYTES);
    this.replaying = before !== undefined;
  }

  /** Whether the next token is this one; then it is passed over. */
  matches(token: Token): boolean {
    if (token === UNKNOWN_MARK || !Object.is(this.#tokens[this.#next], token)) return false;
    this.#next++;
    return true;
  }

  /** As `matches`, for a text. It is kept in place of the equal one: the next value has mostly the same. */
  matchesText(text: string): boolean {
    if (this.#tokens[this.#next] !== text) return false;
    this.#tokens[this.#next++] = text;
    return true;
  }

  /** As `matches`, for the head of an array. Within the first bytes it may have another length. */
  matchesArray(length: number): boolean {
    const at = this.#next;
    if (this.#tokens[at] !== ARRAY_MARK) return false;
    const place = this.#offsets[at]!;
    const known = this.#tokens[at + 1] as number;
    if (known !== length && !this.#changeLength(place, known, length)) return false;
    this.#tokens[at + 1] = length;
    this.#next += 2;
    return true;
  }

  #changeLength(place: number, known: number, length: number): boolean {
    const head = arrayHead(length);
    if (arrayHead(known).length !== head.length || place + head.length > HEAD_BYTES) return false;
    this.head.set(head, place);
    return true;
  }

  /** What was written the last time. A text may be replaced by an equal one. */
  get tokens(): Token[] {
    return this.#tokens;
  }

  /** The next token to be met. */
  get next(): number {
    return this.#next;
  }

  /** Passes over all tokens before this one. */
  skipTo(next: number): void {
    this.#next = next;
  }

  /** Where the last token that was passed over begins. */
  get lastPlace(): number {
    return this.#offsets[this.#next - 1]!;
  }

  /** Ends the replay and says where the bytes go on. */
  stop(): number {
    const { end } = this.before!.recording;
    const place = this.#next < this.#tokens.length ? this.#offsets[this.#next]! : end;
    this.#tokens.length = this.#next;
    this.#offsets.length = this.#next;
    this.replaying = false;
    return place;
  }

  add(token: Token, place: number): void {
    this.#tokens.push(token);
    this.#offsets.push(place);
  }

  addArray(length: number, place: number): void {
    this.add(ARRAY_MARK, place);
    this.add(length, place);
  }

  /** Takes the last token back. */
  drop(): void {
    this.#tokens.pop();
    this.#offsets.pop();
  }

  finish(bytes: Uint8Array, written: Written): RecordedBytes {
    const { base, pieces, format } = written;
    const end = base + written.end;
    const size = base + bytes.length;
    const { head } = this;
    if (base === 0) head.set(bytes.subarray(0, HEAD_BYTES));
    const behind = bytes.subarray(base === 0 ? HEAD_BYTES : 0);
    const recorded = behind.subarray(0, Math.max(0, end - Math.max(base, HEAD_BYTES)));
    const sum = this.#sumOf(recorded, written);
    sealHead(head.subarray(0, size), crc32(behind.subarray(recorded.length), sum), format);
    const recording = { tokens: this.#tokens, offsets: this.#offsets, end, sum, head };
    return { size, head: head.slice(0, size), pieces, tail: behind, recording };
  }

  /** Checksum of all that is behind the head, up to the end of these bytes. */
  #sumOf(bytes: Uint8Array, { base, pieces, resumed }: Written): number {
    if (base === 0) return crc32(bytes, 0);
    const { recording, pieces: all } = this.before!;
    if (resumed === recording.end) return crc32(bytes.subarray(resumed - base), recording.sum);
    return crc32(
      bytes,
      all.slice(0, pieces).reduce((sum, piece) => crc32(piece.bytes, sum), 0),
    );
  }
}

/** The first byte, and the length behind it, of an array. */
function arrayHead(length: number): readonly number[] {
  if (length < 0x10) return [0x90 | length];
  if (length < 0x10000) return [0xdc, length >>> 8, length & 0xff];
  return [0xdd, length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff];
}
