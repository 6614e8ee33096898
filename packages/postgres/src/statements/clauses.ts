import { isReached, noTime, NOW, sealed } from "./sealed-time.ts";

/*
 * Parts of statements. In a text, `:name` is a parameter and `{name}` a table; see `statement`.
 */

/** `own_ttl` of a thread that never expires. */
export const NEVER = -1;

/** Whether a thread has not expired. */
export function alive(thread: string): string {
  return `NOT ${isReached(`${thread}.expires`)}`;
}

/** The new expiry of a thread: by its own time to live, by the given one, or unchanged. */
export function renewed(thread: string, ttl: string, now: string = NOW): string {
  return `CASE
    WHEN ${thread}.own_ttl = ${NEVER} THEN ${noTime(`${thread}.mark`)}
    WHEN coalesce(${thread}.own_ttl, ${ttl}) IS NULL THEN ${thread}.expires
    ELSE ${sealed(`${now} + coalesce(${thread}.own_ttl, ${ttl})`, `${thread}.mark`)}
  END`;
}

/**
 * The 16-byte ids in a `bytea`, as `id`. The condition is always true. It makes the planner expect 5 ids
 * instead of 1,000. With 1,000 it would compile every read with its JIT, which takes a second.
 */
export function idsIn(bytes: string): string {
  return `(
  SELECT substring(${bytes} FROM at FOR 16) AS id FROM generate_series(1, length(${bytes}), 16) AS at
  WHERE at % 16 = 1
)`;
}

/**
 * Arrays as rows. Sub-selects keep the planner from seeing how long they are: it would think a plan for these arrays
 * cheaper than a general one, and would plan a named statement each time, which takes longer than running it.
 */
export function unnested(...arrays: readonly string[]): string {
  return `unnest(${arrays.map((array) => `(SELECT ${array})`).join(", ")})`;
}

/** Whether a blob is a node, according to the last bit of its id. A damaged id may have any length. */
export function isNode(id: string): string {
  return `CASE length(${id}) WHEN 16 THEN get_byte(${id}, 15) & 1 = 1 ELSE false END`;
}

/**
 * The planner believes that almost nothing passes `@>`, and would read and sort everything. It cannot estimate a
 * CASE, so it walks the index in order and stops when the page is full.
 */
export function passes(column: string): string {
  return `CASE WHEN ${column} @> :wantedTokens THEN NOT ${column} ?| :absentKeys END`;
}
