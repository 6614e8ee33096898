import type { Token, Units } from "./units.ts";

/** How a value was encoded, for encoding the next one, which is mostly the same. It holds nothing that can change. */
export interface Trace {
  readonly units: Units;
  /**
   * What is around the units: one of them is all; or the head of a list of them; or the keys of a record, and for
   * each either a unit or the head of a list of them. `undefined` for what cannot be made again from tokens.
   */
  readonly spine: readonly Token[] | undefined;
  /** Where the bytes of the last unit end. */
  readonly end: number;
  /** The byte after that, if there is one. */
  readonly last: number | undefined;
  /** Checksum of what is between the head and that end. */
  readonly sum: number;
  /** The first bytes. */
  readonly head: Uint8Array;
}

/** A value that was encoded before, with its bytes. */
export interface EncodedBefore {
  readonly trace: Trace;
  /** All bytes after the head, in pieces. */
  readonly pieces: readonly { readonly bytes: Uint8Array }[];
  /** Length of head and pieces together. */
  readonly size: number;
}

/** Bytes of a value that may begin with those of the previous value. */
export interface EncodedAfter {
  readonly size: number;
  /** The first bytes. */
  readonly head: Uint8Array;
  /** How many pieces of the previous value follow. */
  readonly pieces: number;
  /** What follows them. */
  readonly tail: Uint8Array;
  readonly trace: Trace;
  /** Whether the previous value has exactly the same bytes. */
  readonly isSame: boolean;
}
