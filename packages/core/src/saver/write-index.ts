import { ERROR, INTERRUPT, RESUME, SCHEDULED } from "../contract.ts";

/**
 * LangGraph's special channels have fixed places, so that a task has one error, one interrupt and
 * one resume value; the last one counts. A `Map`, because channels may be called `constructor`.
 *
 * Source: `WRITES_IDX_MAP` of `@langchain/langgraph-checkpoint`.
 */
const SPECIAL: ReadonlyMap<string, number> = new Map([
  [ERROR, -1],
  [SCHEDULED, -2],
  [INTERRUPT, -3],
  [RESUME, -4],
]);

/** The place of a special channel, below 0. */
export function specialIndexOf(channel: string): number | undefined {
  return SPECIAL.get(channel);
}

/** Where the write at `position` of its batch is stored. */
export interface WritePlace {
  readonly position: number;
  readonly idx: number;
}

/**
 * The places of a batch of writes. Every write has the index of its position, special ones their own;
 * where a batch has a special channel twice, the last one is kept.
 */
export function writeIndexes(channels: readonly string[]): WritePlace[] {
  const places = channels.map((channel, position) => ({
    position,
    idx: SPECIAL.get(channel) ?? position,
  }));
  if (places.every(({ idx }) => idx >= 0)) return places;
  const last = new Map(places.map((place) => [place.idx, place.position]));
  return places.filter(({ idx, position }) => last.get(idx) === position);
}
