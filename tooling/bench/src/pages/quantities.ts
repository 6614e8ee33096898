/** How many times as much, with as many digits as mean something. */
export function times(ratio: number): string {
  if (!Number.isFinite(ratio)) return "–";
  return `${ratio >= 20 ? ratio.toFixed(0) : ratio >= 5 ? ratio.toFixed(1) : ratio.toFixed(2)} ×`;
}

/** A time, as people read it. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${(1000 * milliseconds).toFixed(0)} µs`;
  if (milliseconds < 10) return `${milliseconds.toFixed(2)} ms`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** A number of bytes, as people read it. */
export function size(bytes: number): string {
  if (Math.abs(bytes) < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 2 : 0)} MB`;
}
