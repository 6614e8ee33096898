import { concatBytes } from "../codec/bytes.ts";
import { CheckpointError } from "../errors.ts";
import type { Blob, BlobId } from "../storage/port.ts";
import { chunkEnd } from "./chunk.ts";
import { blobIdOf, toHex, writeHex } from "./hash.ts";
import { LeafGuess } from "./leaf-guess.ts";

const ID_BYTES = 16;
/** A node has at least two children, so that every level is at most half as long as the one below. */
const NODE_MIN = 2;
const NODE_MAX = 64;
/** One id in sixteen ends a node. */
const NODE_END = 16;

/** A value that was cut. */
export interface CutValue {
  readonly root: BlobId;
  /** Its leaves from front to back. */
  readonly leaves: readonly Blob[];
}

/**
 * Cuts bytes into leaves and the nodes above them, and hands each to `emit`.
 *
 * @param earlier Leaves of values that were cut before. They change nothing but the time that it
 *   takes: where one of them stands again, nothing is hashed.
 */
export function cutTree(
  bytes: Uint8Array,
  emit: (blob: Blob) => void,
  earlier: readonly (readonly Blob[])[] = [],
): CutValue {
  const leaves: Blob[] = [];
  const guess = new LeafGuess(earlier);
  for (let start = 0; start < bytes.length || leaves.length === 0;) {
    const leaf = guess.at(bytes, start) ?? cutLeaf(bytes, start);
    guess.follow(leaf.id);
    emit(leaf);
    leaves.push(leaf);
    start += leaf.bytes.length;
  }
  let level = leaves.map((leaf) => leaf.id);
  while (level.length > 1) level = groupLevel(level, emit);
  return { root: level[0]!, leaves };
}

function cutLeaf(bytes: Uint8Array, start: number): Blob {
  const piece = bytes.slice(start, chunkEnd(bytes, start));
  return { id: blobIdOf("leaf", piece), kind: "leaf", bytes: piece };
}

function groupLevel(ids: readonly BlobId[], emit: (blob: Blob) => void): BlobId[] {
  const parents: BlobId[] = [];
  let start = 0;
  while (start < ids.length) {
    let end = start + 1;
    while (end < ids.length && !endsNode(ids[end - 1]!, end - start)) end++;
    const bytes = joinIds(ids.slice(start, end));
    const id = blobIdOf("node", bytes);
    emit({ id, kind: "node", bytes });
    parents.push(id);
    start = end;
  }
  return parents;
}

function endsNode(id: BlobId, children: number): boolean {
  if (children < NODE_MIN) return false;
  return children >= NODE_MAX || Number.parseInt(id.slice(0, 4), 16) % NODE_END === 0;
}

function joinIds(ids: readonly BlobId[]): Uint8Array {
  const bytes = new Uint8Array(ids.length * ID_BYTES);
  ids.forEach((id, i) => writeHex(id, bytes, i * ID_BYTES));
  return bytes;
}

/** The ids that a node lists; none for a leaf. */
export function childrenOf(blob: Blob): BlobId[] {
  if (blob.kind === "leaf") return [];
  const ids: BlobId[] = [];
  for (let at = 0; at < blob.bytes.length; at += ID_BYTES) {
    ids.push(toHex(blob.bytes.subarray(at, at + ID_BYTES)));
  }
  return ids;
}

/**
 * Puts a value together again.
 *
 * @throws CheckpointError `INCOMPLETE` when a blob is missing, `CORRUPT` when the size is not right.
 */
export function joinTree(root: BlobId, size: number, find: (id: BlobId) => Blob | undefined): Uint8Array {
  const leaves: Blob[] = [];
  let total = 0;
  let visits = 0;
  const visit = (id: BlobId): void => {
    // Blobs that were tampered with could name each other more often than any value is long.
    if (++visits > 2 * size + 1) throw wrongSize(size);
    const blob = find(id);
    if (!blob) {
      throw new CheckpointError("INCOMPLETE", `a part of the value is missing in the storage (blob ${id})`);
    }
    if (blob.kind === "node") return childrenOf(blob).forEach(visit);
    total += blob.bytes.length;
    if (total > size) throw wrongSize(size);
    leaves.push(blob);
  };
  visit(root);
  if (total !== size) throw wrongSize(size);
  return concatBytes(leaves.map((leaf) => leaf.bytes));
}

function wrongSize(size: number): CheckpointError {
  return new CheckpointError("CORRUPT", `the parts of the value do not add up to its ${size} bytes`);
}

/** What is at and below some blobs, as far as it can be found. */
export interface Trees {
  readonly blobs: ReadonlyMap<BlobId, Blob>;
  /** The leaves below each of them, from front to back. */
  readonly leaves: readonly (readonly Blob[])[];
}

/** Collects the trees of `roots`. */
export function collectTrees(roots: readonly BlobId[], find: (id: BlobId) => Blob | undefined): Trees {
  const blobs = new Map<BlobId, Blob>();
  const leaves = roots.map((root) => {
    const found: Blob[] = [];
    const visit = (id: BlobId): void => {
      const blob = find(id);
      if (!blob) return;
      blobs.set(id, blob);
      if (blob.kind === "leaf") found.push(blob);
      else childrenOf(blob).forEach(visit);
    };
    visit(root);
    return found;
  });
  return { blobs, leaves };
}

/** Whether a blob that came from a storage is what its id says. */
export function isIntact(blob: Blob): boolean {
  return blobIdOf(blob.kind, blob.bytes) === blob.id;
}
