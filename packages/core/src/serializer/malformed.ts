import { CheckpointError } from "../errors.ts";

/** The error for bytes that have the right checksum but are not what the serializer writes. */
class Malformed extends Error {}

export function malformed(reason: string): never {
  throw new Malformed(reason);
}

/** An array of the decoded tree, with a given length if any. */
export function listOf(data: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(data) || (length !== undefined && data.length !== length)) {
    malformed("it has a tag with the wrong data");
  }
  return data;
}

/** Like `listOf`, for alternating keys and values. */
export function pairsOf(data: unknown): readonly unknown[] {
  const parts = listOf(data);
  if (parts.length % 2 !== 0) malformed("it has a key without a value");
  return parts;
}

export function bytesOf(data: unknown): Uint8Array {
  if (!(data instanceof Uint8Array)) malformed("it has a tag without its bytes");
  return data;
}

export function notHere(name: string): CheckpointError {
  return new CheckpointError(
    "UNSUPPORTED_FORMAT",
    `stored value holds a ${name}, which this JavaScript engine lacks`,
  );
}
