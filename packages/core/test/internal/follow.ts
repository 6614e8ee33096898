import { expect } from "vitest";
import { rebuild } from "../../src/serializer/incremental/rebuild.ts";
import type { EncodedAfter, EncodedBefore } from "../../src/serializer/incremental/trace.ts";
import { UnitEncoder } from "../../src/serializer/incremental/unit-encoder.ts";
import { partsOf, Serializer } from "../../src/serializer/serializer.ts";
import { difference } from "../serializer/exact.ts";

const serializer = new Serializer({ onConverted: () => {} });

/** What came of encoding values one after the other. */
export interface Followed {
  /** Pieces that were not made again. */
  kept: number;
  /** Values that had exactly the bytes of the one before. */
  same: number;
  /** Values that were made again without their bytes. */
  rebuilt: number;
}

/** All pieces of a value: those that it shares with the one before, and its own, cut anywhere. */
function piecesOf(result: EncodedAfter, before: EncodedBefore | undefined, size: number) {
  const pieces = before?.pieces.slice(0, result.pieces) ?? [];
  for (let at = 0; at < result.tail.length; at += size) {
    pieces.push({ bytes: result.tail.slice(at, at + size) });
  }
  return pieces;
}

/** What is encoded next, with what came of the one before. */
export function encodeNext(value: unknown, before: EncodedBefore | undefined, size: number) {
  const encoder = new UnitEncoder(partsOf(serializer), undefined, before);
  const result = encoder.runAfter(value, (after) => ({
    ...after,
    head: after.head.slice(),
    tail: after.tail.slice(),
  }));
  const pieces = piecesOf(result, before, size);
  return { result, next: { trace: result.trace, pieces, size: result.size } };
}

/**
 * Encodes one value after the other, and compares each with what it gives on its own: its bytes, and what is read
 * from them.
 */
export async function follow(values: Iterable<unknown>, pieceSize: number): Promise<Followed> {
  let before: EncodedBefore | undefined;
  const followed = { kept: 0, same: 0, rebuilt: 0 };
  for (const value of values) {
    const { result, next } = encodeNext(value, before, pieceSize);
    const bytes = Buffer.concat([result.head, ...next.pieces.map((piece) => piece.bytes)]);
    expect(Buffer.compare(bytes, serializer.encode(value))).toBe(0);
    expect(result.size).toBe(bytes.length);
    followed.kept += result.pieces;
    if (result.isSame) followed.same++;
    if (await isRebuilt(result, bytes)) followed.rebuilt++;
    before = next;
  }
  return followed;
}

async function isRebuilt({ trace }: EncodedAfter, bytes: Uint8Array): Promise<boolean> {
  const decoded = await serializer.decode(bytes);
  const again = rebuild(trace);
  if (!again) return false;
  expect(difference(decoded, again.value)).toBeUndefined();
  // No two of them have an object in common.
  expect(difference(again.value, rebuild(trace)!.value)).toBeUndefined();
  return true;
}
