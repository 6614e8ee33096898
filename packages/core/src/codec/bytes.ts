import { CheckpointError } from "../errors.ts";

/** Appends an unsigned integer below 2^53, seven bits a byte, lowest first. */
export function pushVarint(into: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    into.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  into.push(rest);
}

/** A copy, for bytes that are only borrowed. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return bytes.slice();
}

/** Joins byte strings. */
export function concatBytes(parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Reads bytes from front to back; running out of them is `CORRUPT`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw truncated();
    this.#at++;
    return value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
      if (scale > Number.MAX_SAFE_INTEGER) throw truncated();
    }
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw truncated();
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }
}

function truncated(): CheckpointError {
  return new CheckpointError("CORRUPT", "stored bytes are cut off");
}
