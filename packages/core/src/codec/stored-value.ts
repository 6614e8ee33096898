import { cutTree, type CutValue } from "../blobs/cut.ts";
import { ID_BYTES, toHex, writeHex } from "../blobs/hash.ts";
import type { TreeReader } from "../blobs/tree-reader.ts";
import { CheckpointError } from "../errors.ts";
import type { Blob, BlobId } from "../storage/port.ts";
import { HEAD_BYTES, isSound } from "../serializer/envelope.ts";
import { ByteReader, concatBytes, pushVarint } from "./bytes.ts";

/**
 * Values of up to this many bytes stay in their record, unless the storage says otherwise. A blob has an id and a
 * row.
 */
const INLINE_BYTES = 512;

const INLINE = 0;
const INLINE_LAYOUT = Uint8Array.of(INLINE);
const CUT = 1;
/** From this size on, a value is checked before it takes that much memory, because a few blobs can expand to it. */
const REPEATED_MIN = 32 * 1024 * 1024;

/** A value as a record holds it. */
export interface StoredValue {
  readonly bytes: Uint8Array;
  /** The rest of the value, if it does not fit there. */
  readonly cut: CutValue | undefined;
}

/** An encoded value of which some leaves are already cut. */
export interface PartlyCut {
  readonly size: number;
  readonly head: Uint8Array;
  readonly kept: readonly Blob[];
  /** What follows them. */
  readonly tail: Uint8Array;
}

/**
 * Makes the record's part of an encoded value and passes its new blobs to `emit`.
 *
 * The first bytes of a value that is cut stay in the record. A list that grows counts its items there, and this keeps
 * the first blob the same.
 *
 * @param earlier As for `cutTree`.
 * @param inlineBytes Values of up to this many bytes stay in the record.
 */
export function storeValue(
  bytes: Uint8Array,
  emit: (blob: Blob) => unknown,
  earlier?: readonly CutValue[],
  inlineBytes: number = INLINE_BYTES,
): StoredValue {
  const size = bytes.length;
  if (size <= inlineBytes) return { bytes: concatBytes([INLINE_LAYOUT, bytes]), cut: undefined };
  const [head, tail] = [bytes.subarray(0, HEAD_BYTES), bytes.subarray(HEAD_BYTES)];
  return storeCut(size, head, cutTree(tail, emit, earlier));
}

/** Does the same with a value of which some leaves are already cut. */
export function storePartlyCut(
  { size, head, kept, tail }: PartlyCut,
  emit: (blob: Blob) => unknown,
  earlier?: readonly CutValue[],
  inlineBytes: number = INLINE_BYTES,
): StoredValue {
  if (size > inlineBytes) return storeCut(size, head, cutTree(tail, emit, earlier, kept));
  const parts = [INLINE_LAYOUT, head, ...kept.map((leaf) => leaf.bytes), tail];
  return { bytes: concatBytes(parts), cut: undefined };
}

function storeCut(size: number, head: Uint8Array, cut: CutValue): StoredValue {
  const prefix = [CUT];
  pushVarint(prefix, size);
  const stored = new Uint8Array(prefix.length + ID_BYTES + head.length);
  stored.set(prefix);
  writeHex(cut.root.id, stored, prefix.length);
  stored.set(head, prefix.length + ID_BYTES);
  return { bytes: stored, cut };
}

/** The blob that a stored value names, if any. */
export function refOf(stored: Uint8Array): BlobId | undefined {
  return parse(stored).ref;
}

/** The length of the encoded value. */
export function sizeOf(stored: Uint8Array): number {
  return parse(stored).size;
}

/**
 * Restores the encoded value.
 *
 * @throws CheckpointError `INCOMPLETE`, `CORRUPT`, `UNSUPPORTED_FORMAT`, `NOT_SUPPORTED`.
 */
export function loadValue(stored: Uint8Array, reader: TreeReader): Uint8Array {
  const { size, ref, head } = parse(stored);
  if (ref === undefined) return head;
  const leaves = reader.leavesOf(ref, size - head.length);
  const parts = leaves.map((leaf) => leaf.bytes);
  if (size > REPEATED_MIN && new Set(leaves).size * 8 < leaves.length && !isSound(head, parts)) {
    throw new CheckpointError("CORRUPT", "the value is damaged: its checksum does not match");
  }
  try {
    return concatBytes([head, ...parts]);
  } catch (cause) {
    throw new CheckpointError(
      "NOT_SUPPORTED",
      `the value has ${size} bytes, more than this JavaScript engine can hold in one piece`,
      { cause },
    );
  }
}

interface Parsed {
  readonly size: number;
  readonly ref: BlobId | undefined;
  readonly head: Uint8Array;
}

function parse(stored: Uint8Array): Parsed {
  const reader = new ByteReader(stored);
  const layout = reader.byte();
  if (layout === INLINE) {
    const head = reader.rest();
    return { size: head.length, ref: undefined, head };
  }
  if (layout !== CUT) {
    throw new CheckpointError(
      "UNSUPPORTED_FORMAT",
      `stored value has layout ${layout}, which this version does not know; upgrade @threadmark/core`,
    );
  }
  const size = reader.varint();
  const ref = toHex(reader.take(ID_BYTES));
  const head = reader.rest();
  if (size < head.length) throw new CheckpointError("CORRUPT", "the value is damaged: its size is wrong");
  return { size, ref, head };
}
