import { CheckpointError } from "../errors.ts";
import type { Blob, BlobId } from "../storage/port.ts";
import type { CutValue } from "./cut.ts";
import { blobIdOf, idsOf } from "./hash.ts";

/** The ids that a node lists; none for a leaf. */
export function childrenOf(blob: Blob): BlobId[] {
  return blob.kind === "leaf" ? [] : idsOf(blob.bytes);
}

/** Values whose leaves are at hand, by the id of their root. */
export type KnownValues = ReadonlyMap<BlobId, CutValue>;

/**
 * The leaves of a value, from front to back.
 *
 * @param known Values that need no walk.
 * @throws CheckpointError `INCOMPLETE` when a blob is missing, `CORRUPT` when the size is not right.
 */
export function leavesOf(
  root: BlobId,
  size: number,
  find: (id: BlobId) => Blob | undefined,
  known?: KnownValues,
): readonly Blob[] {
  const leaves = known?.get(root)?.leaves ?? collectLeaves(root, size, find);
  if (leaves.reduce((sum, leaf) => sum + leaf.bytes.length, 0) !== size) throw wrongSize(size);
  return leaves;
}

function collectLeaves(root: BlobId, size: number, find: (id: BlobId) => Blob | undefined): Blob[] {
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
  return leaves;
}

function wrongSize(size: number): CheckpointError {
  return new CheckpointError("CORRUPT", `the parts of the value do not add up to its ${size} bytes`);
}

/** What is at and below some blobs, as far as it can be found. */
export interface Trees {
  readonly blobs: ReadonlyMap<BlobId, Blob>;
  /** The values below those of them that were found. */
  readonly values: readonly CutValue[];
}

/**
 * Collects the trees of `roots`.
 *
 * @param known Values that are taken as they are; their blobs are not collected.
 */
export function collectTrees(
  roots: readonly BlobId[],
  find: (id: BlobId) => Blob | undefined,
  known?: KnownValues,
): Trees {
  const blobs = new Map<BlobId, Blob>();
  const values = roots.flatMap((id) => known?.get(id) ?? collectTree(id, find, blobs));
  return { blobs, values };
}

function collectTree(
  id: BlobId,
  find: (id: BlobId) => Blob | undefined,
  blobs: Map<BlobId, Blob>,
): CutValue[] {
  const leaves: Blob[] = [];
  const visit = (blob: Blob | undefined): void => {
    if (!blob) return;
    blobs.set(blob.id, blob);
    if (blob.kind === "leaf") leaves.push(blob);
    else for (const child of childrenOf(blob)) visit(find(child));
  };
  const root = find(id);
  visit(root);
  return root ? [{ root, leaves, levels: undefined }] : [];
}

/** Whether a blob that came from a storage is what its id says. */
export function isIntact(blob: Blob): boolean {
  return blobIdOf(blob.kind, blob.bytes) === blob.id;
}
