import type { Token, Units } from "./units.ts";

/** How a value was encoded, for encoding the next one, most of which is the same. It holds nothing that can change. */
export interface Trace {
  readonly units: Units;
  /**
   * What is around the units: a single unit; or the head of a list of units; or the keys of a record, and for each
   * either a unit or the head of a list of units. `undefined` if it cannot be rebuilt from tokens.
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

/*
 * What a trace takes in V8's heap, in bytes. Measured, and checked by the test `memory-cost`.
 */

const TRACE_COST = 1100;
/** A token, in an array that has grown. */
const TOKEN_COST = 10;
/** What is kept of a unit in addition to its tokens, in four such arrays. */
const UNIT_COST = 40;
/**
 * What a token takes in addition to its characters, if it is text, and if it is a number other than a small integer.
 */
const TEXT_COST = 24;
const NUMBER_COST = 16;

/** Memory that a trace takes with its texts, which it may be the last to hold. */
export function costOfTrace({ units }: Trace): number {
  return TRACE_COST + units.tokens.length * TOKEN_COST + units.count * UNIT_COST + units.cost;
}

/**
 * Memory of a text in addition to its token. A text with more bytes than characters takes two bytes for each
 * character.
 */
export function textCost(text: string, encoded: number): number {
  const isWide = encoded > text.length + 5;
  return TEXT_COST + (isWide ? 2 : 1) * text.length;
}

export function numberCost(value: number): number {
  return (value | 0) === value ? 0 : NUMBER_COST;
}
