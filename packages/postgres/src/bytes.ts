/** Byte strings in one, with where each of them is. */
export interface Packed {
  readonly bytes: Uint8Array;
  /** Counted from 1, as in SQL. */
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
}

/** Arrays of `bytea` would travel as text of twice the size; one long value travels as it is. */
export function pack(parts: readonly Uint8Array[]): Packed {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  const starts: number[] = [];
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    starts.push(at + 1);
    at += part.length;
  }
  return { bytes, starts, lengths: parts.map((part) => part.length) };
}
