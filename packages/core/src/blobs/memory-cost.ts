import type { RememberedValue } from "../codec/remembered-value.ts";
import type { Blob } from "../storage/port.ts";
import type { CutValue } from "./cut.ts";

/*
 * What things take in V8's heap, in bytes. Measured, and checked by the test `memory-cost`.
 */

/** A thread that is known, with its two maps. */
export const THREAD_COST = 900;
/** A known blob without its bytes: object, id, view, buffer, and its place in a map. */
const BLOB_COST = 385;
/** A blob of which only the id is known. */
export const BLOB_ID_COST = 130;

/** What is remembered about the values of one checkpoint. */
const VALUES_COST = 450;
const CUT_COST = 290;
const LEVEL_COST = 450;
/** A place in an array that has grown. */
const POINTER = 9;

/** Memory that a blob takes. */
export function costOfBlob({ bytes }: Blob): number {
  return BLOB_COST + bytes.length;
}

/** Memory that the values of a checkpoint take in addition to their blobs, except for how they were encoded. */
export function costOfCuts(cut: Iterable<CutValue>): number {
  let cost = VALUES_COST;
  for (const { leaves, levels = [] } of cut) {
    cost += CUT_COST + leaves.length * POINTER;
    for (const { nodes } of levels) cost += LEVEL_COST + nodes.length * 2 * POINTER;
  }
  return cost;
}

/** Memory that it takes to remember how values were stored. */
export function costOfRemembered(encoded: Iterable<RememberedValue>): number {
  let cost = 0;
  for (const remembered of encoded) cost += remembered.cost;
  return cost;
}
