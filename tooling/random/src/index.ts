/** The seed of the day (in UTC), so that every day tries something else and a failure can be had again: `TEST_SEED`. */
export const seed = Number(
  process.env["TEST_SEED"] ?? new Date().toISOString().slice(0, 10).replaceAll("-", ""),
);

/** `npm run soak` tries more. */
const times = Number(process.env["TEST_TIMES"] ?? 1);

/** Rounds of a random test, or seconds of a race: as many as the gate has time for, and more under `npm run soak`. */
export function enough(number: number): number {
  return Math.ceil(number * times);
}

/** For `fc.assert`. */
export function rounds(number: number): { readonly seed: number; readonly numRuns: number } {
  return { seed, numRuns: enough(number) };
}

/** Says what a test has done, where it did more than the gate has time for. */
export function tell(test: string, figures: Readonly<Record<string, number>>): void {
  if (times <= 1) return;
  const parts = Object.entries(figures).map(([what, count]) => `${count} ${what}`);
  console.log(`${test}: ${parts.join(", ")}`);
}

/** A whole number from 0 up to, and without, a limit. */
export type Random = (limit: number) => number;

/** The same numbers for the same seed. */
export function randomFrom(start: number): Random {
  let state = start >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
