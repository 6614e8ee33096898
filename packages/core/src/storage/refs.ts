import type { BlobId, StoredCheckpoint } from "./records.ts";

/** The blobs that a checkpoint and its writes name. */
export function refsOf({
  checkpoint,
  writes,
}: Pick<StoredCheckpoint, "checkpoint" | "writes">): readonly BlobId[] {
  return writes.length === 0 ? checkpoint.refs : [...checkpoint.refs, ...writes.flatMap(({ refs }) => refs)];
}
