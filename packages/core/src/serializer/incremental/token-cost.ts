import type { Trace } from "./trace.ts";

/*
 * What a trace takes of the heap of V8, in bytes. Measured, and kept right by the test `memory-cost`.
 */

const TRACE_COST = 1100;
/** A token, in an array that has grown. */
const TOKEN_COST = 10;
/** What is kept of a unit beside its tokens, in four such arrays. */
const UNIT_COST = 40;
/** What a token is beside its characters, if it is a text; and if it is a number that is no small integer. */
const TEXT_COST = 24;
const NUMBER_COST = 16;

/** Memory that a trace takes with its texts, which it may be the last to hold. */
export function costOfTrace({ units }: Trace): number {
  return TRACE_COST + units.tokens.length * TOKEN_COST + units.count * UNIT_COST + units.cost;
}

/** Memory of a text beside its token. One whose bytes are more than its characters has two bytes for each of these. */
export function textCost(text: string, encoded: number): number {
  const isWide = encoded > text.length + 5;
  return TEXT_COST + (isWide ? 2 : 1) * text.length;
}

export function numberCost(value: number): number {
  return (value | 0) === value ? 0 : NUMBER_COST;
}
