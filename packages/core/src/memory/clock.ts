// Through unknown: hosts declare it in different ways, and some projects do not declare it at all.
const host = globalThis as unknown as { readonly performance: { now(): number } };

const origin = Date.now() - host.performance.now();

/**
 * Milliseconds since 1970, by a clock that never steps: the time of the process's start and what has passed since. A
 * clock that is set does not end the lives of threads, and does not bring back those that are over.
 */
export function now(): number {
  return Math.round(origin + host.performance.now());
}
