/** Ids of blobs, 16 bytes each. */
export function idBytes(ids: readonly string[]): Buffer {
  return Buffer.from(ids.join(""), "hex");
}

/** Ids of blobs from 16 bytes each. */
export function idsOf(bytes: Buffer): string[] {
  return bytes.toString("hex").match(/.{32}/g) ?? [];
}

/** The bytes without copying them. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * A copy. What the driver hands out is a part of the data that came in together, all of which would stay in memory
 * for as long as the part does.
 */
export function ownBytes(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes);
}
