/*
 * A time is stored as a multiple of a prime number, plus a remainder that comes from the name of its thread. A damaged
 * time, or that of another thread, has another remainder. A separate column with a hash would need the exact time that is
 * stored, but the clock moves within a statement. Zero is no time.
 */

/** Milliseconds since 1970, by the server's clock. */
export const NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/** Times up to the year 6400 fit. */
const FACTOR = 65_537;

/** Nearly 3,000 years, in milliseconds: what is longer is stored as this. */
export const LONGEST = 9e13;

function remainder(mark: string): string {
  return `(${mark} & 65535)`;
}

/** A time as it is stored in a thread with this mark. */
export function sealed(time: string, mark: string): string {
  return `((${time}) * ${FACTOR} + ${remainder(mark)})`;
}

/** How the absence of a time is stored. */
export function noTime(mark: string): string {
  return remainder(mark);
}

/** The time in a column; NULL for none. */
export function timeIn(column: string): string {
  return `nullif(${column} / ${FACTOR}, 0)`;
}

/** Whether there is a time. */
export function isTime(column: string): string {
  return `${column} >= ${FACTOR}`;
}

/** Whether the time in a column has been reached: the column is compared as it is, so that an index can be searched. */
export function isReached(column: string, now: string = NOW): string {
  return `(${isTime(column)} AND ${column} < (${now} + 1) * ${FACTOR})`;
}

/** The minute of a time. */
export function minuteIn(column: string): string {
  return `${column} / ${60_000 * FACTOR}`;
}

/** Whether times are as they were stored. */
export function areSealed(columns: readonly string[], mark: string): string {
  return columns.map((column) => `${column} % ${FACTOR} = ${remainder(mark)}`).join(" AND ");
}
