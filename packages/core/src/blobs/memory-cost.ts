import type { EncodedBefore } from "../serializer/index.ts";
import type { Blob } from "../storage/port.ts";
import type { CutValue } from "./cut.ts";

/*
 * What things take of the heap of V8, in bytes. Measured, and kept right by the test `memory-cost`.
 */

/** A thread that is known, with its two maps. */
export const THREAD_COST = 900;
/** A known blob beside its bytes: object, id, view, buffer, and its place in a map. */
const BLOB_COST = 385;
/** A blob that is known without its bytes. */
export const BLOB_ID_COST = 130;

/** What is remembered of the values of one checkpoint. */
const VALUES_COST = 450;
const CUT_COST = 290;
const LEVEL_COST = 450;
const RECORDING_COST = 700;
/** A token and its offset, in arrays that have grown. */
const TOKEN_COST = 20;
/** What a token is beside its characters, if it is a text; and if it is a number that is no small integer. */
const TEXT_COST = 24;
const NUMBER_COST = 16;
/** A place in an array that has grown. */
const POINTER = 9;

/** Memory that a blob takes. */
export function costOfBlob({ bytes }: Blob): number {
  return BLOB_COST + bytes.length;
}

/** Memory that the values of a checkpoint take beside their blobs, but for how they were encoded. */
export function costOfCuts(cut: readonly CutValue[]): number {
  let cost = VALUES_COST;
  for (const { leaves, levels = [] } of cut) {
    cost += CUT_COST + leaves.length * POINTER;
    for (const { nodes } of levels) cost += LEVEL_COST + nodes.length * 2 * POINTER;
  }
  return cost;
}

/** Memory that it takes to remember how values were encoded, with their texts, which it may be the last to hold. */
export function costOfRecordings(encoded: Iterable<EncodedBefore>): number {
  let cost = 0;
  for (const { recording } of encoded) {
    const { tokens, offsets, end } = recording;
    cost += RECORDING_COST + tokens.length * TOKEN_COST;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (typeof token === "string") cost += costOfText(token, (offsets[i + 1] ?? end) - offsets[i]!);
      else if (typeof token === "number" && (token | 0) !== token) cost += NUMBER_COST;
    }
  }
  return cost;
}

/** A text whose bytes are more than its characters has two bytes for each of these in memory. */
function costOfText(text: string, encoded: number): number {
  const isWide = encoded > text.length + 5;
  return TEXT_COST + (isWide ? 2 : 1) * text.length;
}
