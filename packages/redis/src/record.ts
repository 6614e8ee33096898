import type { CheckpointOutline, CheckpointRecord, FilterTerm, IndexEntry } from "@threadmark/core/storage";
import { idsOf, ownBytes } from "./bytes.ts";
import { readPlace } from "./place.ts";

const LENGTHS = 20;
// Neither is a byte of UTF-8, so no key or token can contain them.
const ENTRY = Buffer.of(255);
const VALUE = Buffer.of(254);

/**
 * A checkpoint as bytes. The lengths of parent and run, each plus 1 and 0 for none, of header, refs and tokens, in
 * four bytes each; then these five and the metadata. Its place is not in it.
 */
export function encodeRecord(record: CheckpointRecord): Buffer {
  const { parent = "", run = "", header, metadata } = record;
  const tokens = encodeTokens(record.index);
  const lengths = [Buffer.byteLength(parent), Buffer.byteLength(run), header.length];
  lengths.push(16 * record.refs.length, tokens.length, metadata.length);
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, LENGTHS));
  const absent = [record.parent, record.run].map((text) => text === undefined);
  for (let i = 0; i < 5; i++) {
    const plus = i < 2 && !absent[i] ? 1 : 0;
    bytes.writeUInt32BE(lengths[i]! + plus, 4 * i);
  }
  let at = LENGTHS;
  at += bytes.write(parent, at);
  at += bytes.write(run, at);
  bytes.set(header, at);
  at += header.length;
  for (const id of record.refs) at += bytes.write(id, at, "hex");
  bytes.set(tokens, at);
  bytes.set(metadata, at + tokens.length);
  return bytes;
}

/** The checkpoint from its place and its bytes. */
export function decodeRecord(place: Buffer, bytes: Buffer): CheckpointRecord {
  const { parts, outline } = decodeParts(place, bytes);
  const [, , , refs, tokens, metadata] = parts;
  return { ...outline, refs: idsOf(refs!), index: decodeTokens(tokens!), metadata: ownBytes(metadata!) };
}

/** The same from bytes that end behind the header. */
export function decodeOutline(place: Buffer, bytes: Buffer): CheckpointOutline {
  return decodeParts(place, bytes).outline;
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
  // NUL is in no text, so those that are written here are the marks, of both kinds in turns.
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
    const value = bytes.indexOf(254, start);
    const end = bytes.indexOf(255, value);
    index.push({
      key: bytes.toString("utf8", start, value),
      token: bytes.toString("utf8", value + 1, end),
    });
    start = end + 1;
  }
  return index;
}

function decodeParts(place: Buffer, bytes: Buffer): { parts: Buffer[]; outline: CheckpointOutline } {
  const counted = [0, 1, 2, 3, 4].map((i) => bytes.readUInt32BE(4 * i));
  const [parent, run] = counted;
  const lengths = [Math.max(parent! - 1, 0), Math.max(run! - 1, 0), ...counted.slice(2)];
  const parts: Buffer[] = [];
  let at = LENGTHS;
  for (const length of lengths) parts.push(bytes.subarray(at, (at += length)));
  parts.push(bytes.subarray(at));
  const { namespace, id } = readPlace(place);
  const outline = {
    namespace,
    id,
    parent: parent === 0 ? undefined : parts[0]!.toString(),
    run: run === 0 ? undefined : parts[1]!.toString(),
    header: ownBytes(parts[2]!),
  };
  return { parts, outline };
}
