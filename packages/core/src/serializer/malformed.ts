import { CheckpointError } from "../errors.ts";

/** The error for bytes that have the right checksum but are not what the serializer writes. */
class Malformed extends Error {}

export function malformed(reason: string): never {
  throw new Malformed(reason);
}

export function notHere(name: string): CheckpointError {
  return new CheckpointError(
    "UNSUPPORTED_FORMAT",
    `stored value holds a ${name}, which this JavaScript engine lacks`,
  );
}
