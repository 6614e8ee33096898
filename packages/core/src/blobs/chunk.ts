/**
 * Content-defined chunking: a rolling gear hash over the last 32 bytes decides where a value is cut,
 * so an edit moves only the cuts near it.
 */

/** Sizes in bytes, chosen by measuring for the fewest bytes per turn of a chat. */
const CHUNK_MIN = 512;
export const CHUNK_MAX = 4096;
const BOUNDARY_SHIFT = 32 - 9;

const GEAR = gearTable();

function gearTable(): Int32Array {
  const table = new Int32Array(256);
  let state = 0x9e3779b9;
  for (let i = 0; i < table.length; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    table[i] = mixed ^ (mixed >>> 14);
  }
  return table;
}

/** Where the chunk that begins at `start` ends. */
export function chunkEnd(bytes: Uint8Array, start: number): number {
  const length = bytes.length;
  if (length - start <= CHUNK_MIN) return length;
  const last = Math.min(length, start + CHUNK_MAX);
  let hash = 0;
  // The window is 32 bytes: anything further back has been shifted out of the hash.
  for (let i = start + CHUNK_MIN - 32; i < last; i++) {
    hash = ((hash << 1) + GEAR[bytes[i]!]!) | 0;
    if (hash >>> BOUNDARY_SHIFT === 0 && i >= start + CHUNK_MIN) return i + 1;
  }
  return last;
}
