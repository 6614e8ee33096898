import {
  idsOf,
  type CheckpointOutline,
  type CheckpointRecord,
  type FilterTerm,
  type IndexEntry,
} from "@threadmark/core/storage";
import { ownBytes, partsOf, shiftSealAt } from "./bytes.ts";
import { readPlace } from "./place.ts";

/** Bytes of the two seals, the five lengths, and the checksum of the refs. */
const FIXED = 36;
// Neither byte occurs in UTF-8, so no key or token can contain them.
const ENTRY = Buffer.of(255);
const VALUE = Buffer.of(254);

/**
 * A checkpoint as bytes: its seal and that of its parent; the lengths of parent and run (each plus 1, or 0 for none),
 * header, refs and tokens, all of four bytes; eight bytes that the script fills; then these five and the metadata. Its
 * place is not included.
 */
export function encodeRecord(record: CheckpointRecord): Buffer {
  const { parent = "", run = "", header, metadata } = record;
  const tokens = encodeTokens(record.index);
  const lengths = [Buffer.byteLength(parent), Buffer.byteLength(run), header.length];
  lengths.push(16 * record.refs.length, tokens.length, metadata.length);
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, FIXED));
  bytes.writeUInt32BE(record.seal, 0);
  bytes.writeUInt32BE(record.parentSeal, 4);
  const absent = [record.parent, record.run].map((text) => text === undefined);
  for (let i = 0; i < 5; i++) {
    const plus = i < 2 && !absent[i] ? 1 : 0;
    bytes.writeUInt32BE(lengths[i]! + plus, 8 + 4 * i);
  }
  bytes.fill(0, 28, FIXED);
  let at = FIXED;
  at += bytes.write(parent, at);
  at += bytes.write(run, at);
  bytes.set(header, at);
  at += header.length;
  for (const id of record.refs) at += bytes.write(id, at, "hex");
  bytes.set(tokens, at);
  bytes.set(metadata, at + tokens.length);
  return bytes;
}

/** A seal in the form in which it is stored. */
export function sealBytes(seal: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(seal);
  return bytes;
}

/** The bytes of the same checkpoint in another thread. */
export function shiftRecord(bytes: Buffer, sealShift: number): Buffer {
  return shiftSealAt(shiftSealAt(bytes, 0, sealShift), 4, sealShift);
}

/**
 * The checkpoint from its place and its bytes.
 *
 * @throws RangeError when the bytes cannot be read.
 */
export function decodeRecord(place: Buffer, bytes: Buffer): CheckpointRecord {
  const { parts, outline } = decodeParts(place, bytes);
  const [, , , refs, tokens, metadata] = parts;
  return { ...outline, refs: idsOf(refs!), index: decodeTokens(tokens!), metadata: ownBytes(metadata!) };
}

/** The same from bytes that end after the header. */
export function decodeOutline(place: Buffer, bytes: Buffer): CheckpointOutline {
  return decodeParts(place, bytes, 3).outline;
}

/** A condition as a script looks for it in the tokens of a record: a piece of them, and "1" if it must be there. */
export function conditionsOf(filter: readonly FilterTerm[]): Buffer[] {
  return filter.flatMap(({ key, token }) => {
    const piece = [ENTRY, Buffer.from(key), VALUE];
    if (token === undefined) return [Buffer.concat(piece), Buffer.from("0")];
    return [Buffer.concat([...piece, Buffer.from(token), ENTRY]), Buffer.from("1")];
  });
}

function encodeTokens(index: readonly IndexEntry[]): Buffer {
  // No text contains NUL, so the NULs written here are the marks, alternating between the two kinds.
  const bytes = Buffer.from(`${index.map(({ key, token }) => `\0${key}\0${token}`).join("")}\0`);
  let mark = ENTRY[0]!;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) {
    bytes[at] = mark;
    mark = mark === ENTRY[0] ? VALUE[0]! : ENTRY[0]!;
  }
  return bytes;
}

function decodeTokens(bytes: Buffer): IndexEntry[] {
  const index: IndexEntry[] = [];
  for (let start = 1; start < bytes.length;) {
    const value = bytes.indexOf(VALUE[0]!, start);
    const end = value < 0 ? -1 : bytes.indexOf(ENTRY[0]!, value);
    if (end < 0) throw new RangeError("tokens without an end");
    index.push({
      key: bytes.toString("utf8", start, value),
      token: bytes.toString("utf8", value + 1, end),
    });
    start = end + 1;
  }
  return index;
}

/** The parts of a record, up to `last`. */
function decodeParts(
  place: Buffer,
  bytes: Buffer,
  last = 5,
): { parts: Buffer[]; outline: CheckpointOutline } {
  const counted = [8, 12, 16, 20, 24].map((at) => bytes.readUInt32BE(at));
  const [parent, run] = counted;
  const lengths = [Math.max(parent! - 1, 0), Math.max(run! - 1, 0), ...counted.slice(2)];
  const parts = partsOf(bytes, FIXED, lengths.slice(0, last));
  const { namespace, id } = readPlace(place);
  const outline = {
    namespace,
    id,
    parent: parent === 0 ? undefined : parts[0]!.toString(),
    parentSeal: bytes.readUInt32BE(4),
    run: run === 0 ? undefined : parts[1]!.toString(),
    header: ownBytes(parts[2]!),
    seal: bytes.readUInt32BE(0),
  };
  return { parts, outline };
}
