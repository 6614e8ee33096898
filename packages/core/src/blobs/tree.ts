import type { Blob, BlobId } from "../storage/port.ts";
import { blobIdOf, wholeIdsOf } from "./hash.ts";

/** Finds blobs by id. */
export type FindBlob = (id: BlobId) => Blob | undefined;

/** The ids that a node lists; none for a leaf. A damaged one may list anything. */
export function childrenOf(blob: Blob): BlobId[] {
  return blob.kind === "leaf" ? [] : wholeIdsOf(blob.bytes);
}

/** The blobs at and below some others, as far as they can be found, each once. */
export function blobsBelow(roots: readonly BlobId[], find: FindBlob): Map<BlobId, Blob> {
  const found = new Map<BlobId, Blob>();
  const open = [...roots];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const blob = found.has(id) ? undefined : find(id);
    if (!blob) continue;
    found.set(id, blob);
    for (const child of childrenOf(blob)) open.push(child);
  }
  return found;
}

/** Whether a blob from a storage is what its id says. */
export function isIntact(blob: Blob): boolean {
  return blobIdOf(blob.kind, blob.bytes) === blob.id;
}
