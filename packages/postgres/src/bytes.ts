import { Buffer } from "node:buffer";

const HEADER = 20;
/** The OID of the type `bytea`. */
const BYTEA = 17;

/** A value of the type `bytea[]`. */
export class ByteStrings {
  readonly parts: readonly Uint8Array[];

  constructor(parts: readonly Uint8Array[]) {
    this.parts = parts;
  }

  /** Called by `pg`. Postgres' binary form is half the size of the text and needs no parsing. */
  toPostgres(): Buffer {
    const { parts } = this;
    const array = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + 4 + part.length, HEADER));
    // One dimension, no NULLs, elements numbered from 1.
    [1, 0, BYTEA, parts.length, 1].forEach((field, i) => array.writeInt32BE(field, 4 * i));
    let at = HEADER;
    for (const part of parts) {
      at = array.writeInt32BE(part.length, at);
      array.set(part, at);
      at += part.length;
    }
    return array;
  }

  /** The form for PGlite. */
  toText(): string {
    return `{${this.parts.map((part) => `"\\\\x${hexOf(part)}"`).join(",")}}`;
  }
}

function hexOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}
