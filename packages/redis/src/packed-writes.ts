import { idsOf, type WriteRecord } from "@threadmark/core/storage";
import { bufferOf, idBytes, ownBytes, partsOf, shiftSealAt } from "./bytes.ts";

/** Number of bytes before the parts of a write. */
const HEAD = 32;
/** How many of them the length does not count. */
const COUNTED_FROM = 8;

/**
 * The writes of a task as bytes. For each: its index and the length of what follows, four bytes each; then its seal
 * and the lengths of refs, channel and path; then eight bytes that the script fills, these three, and the value.
 */
export function packWrites(writes: readonly WriteRecord[]): Buffer {
  return Buffer.concat(writes.flatMap(packWrite));
}

function packWrite({ idx, path, channel, value, refs, seal }: WriteRecord): Buffer[] {
  const parts = [idBytes(refs), Buffer.from(channel), Buffer.from(path)];
  const head = Buffer.alloc(HEAD);
  head.writeInt32BE(idx, 0);
  head.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, HEAD - COUNTED_FROM + value.length),
    4,
  );
  head.writeUInt32BE(seal, 8);
  parts.forEach((part, i) => head.writeUInt32BE(part.length, 12 + 4 * i));
  return [head, ...parts, bufferOf(value)];
}

/**
 * The writes of a task.
 *
 * @throws RangeError when the bytes cannot be read.
 */
export function unpackWrites(task: string, bytes: Buffer): WriteRecord[] {
  return piecesOf(bytes).map((piece) => {
    const lengths = [12, 16, 20].map((at) => piece.readUInt32BE(at));
    const [refs, channel, path, value] = partsOf(piece, HEAD, lengths);
    return {
      task,
      idx: piece.readInt32BE(0),
      refs: idsOf(refs!),
      channel: channel!.toString(),
      path: path!.toString(),
      value: ownBytes(value!),
      seal: piece.readUInt32BE(8),
    };
  });
}

/** The bytes of the same writes in another thread. */
export function shiftWrites(bytes: Buffer, sealShift: number): Buffer {
  return Buffer.concat(piecesOf(bytes).map((piece) => shiftSealAt(piece, 8, sealShift)));
}

function piecesOf(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = start + COUNTED_FROM + bytes.readUInt32BE(start + 4);
    if (end > bytes.length) throw new RangeError("a write that is longer than what is stored");
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}
