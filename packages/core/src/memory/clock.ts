// By way of `unknown`: hosts declare it differently, and some projects do not declare it at all.
const host = globalThis as unknown as { readonly performance: { now(): number } };

const origin = Date.now() - host.performance.now();

/**
 * Milliseconds since 1970, by a clock that never steps: the time at which the process started, plus what has passed
 * since. Setting the system's clock does not make threads expire, and does not bring expired ones back.
 */
export function now(): number {
  return Math.round(origin + host.performance.now());
}
