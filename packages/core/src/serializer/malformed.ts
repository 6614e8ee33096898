/** Says that bytes with the right checksum are not what the serializer writes. */
export class Malformed extends Error {}

export function malformed(reason: string): never {
  throw new Malformed(reason);
}
