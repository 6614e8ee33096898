import type { CheckpointKey } from "@threadmark/core/storage";

/*
 * Where a checkpoint is in its thread. Redis sorts members of equal score by their bytes, so the bytes give the order:
 *
 *   place        id NUL opposite(namespace) 255     by id, then by namespace in reverse order
 *   order        "i" place                          all checkpoints, in the order of scan when read backwards
 *                "n" namespace NUL id               those of one namespace
 *                "w" place task                     tasks that have written
 *   checkpoints  place → record
 *   writes       place task → packed writes; place 255 → how many tasks there are
 *
 * Text is UTF-8 without NUL. Byte 255 is neither in it nor in the opposite of text, so no place is the
 * beginning of another.
 */

/** Turns bytes into ones that sort in the opposite order. */
function turn(bytes: Buffer, from: number): Buffer {
  for (let at = from; at < bytes.length; at++) bytes[at] = 255 - bytes[at]!;
  return bytes;
}

/** What follows the id in the places of a namespace. */
export function suffixOf(namespace: string): Buffer {
  return placeOf({ namespace, id: "" });
}

export function placeOf({ namespace, id }: CheckpointKey): Buffer {
  // The last NUL becomes the byte 255 at the end.
  return turn(Buffer.from(`${id}\0${namespace}\0`), Buffer.byteLength(id) + 1);
}

/**
 * The checkpoint at a place, and what follows it there.
 *
 * @throws RangeError when the bytes cannot be read.
 */
export function readPlace(bytes: Buffer): CheckpointKey & { readonly rest: Buffer } {
  const nul = bytes.indexOf(0);
  const end = nul < 0 ? -1 : bytes.indexOf(255, nul);
  if (end < 0) throw new RangeError("a place without an end");
  return {
    id: bytes.toString("utf8", 0, nul),
    namespace: turn(Buffer.from(bytes.subarray(nul + 1, end)), 0).toString(),
    rest: bytes.subarray(end + 1),
  };
}

/** The start of the members of a namespace. */
export function namespacePrefix(namespace: string): Buffer {
  return Buffer.from(`n${namespace}\0`);
}

/** The member of a checkpoint in the order of its namespace. */
export function namespaceMember({ namespace, id }: CheckpointKey): Buffer {
  return Buffer.from(`n${namespace}\0${id}`);
}

/** A bound of a range in the order. */
export function bound(kind: "[" | "(", ...member: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat([kind, ...member].map((part) => Buffer.from(part)));
}
