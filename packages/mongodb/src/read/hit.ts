import type { BlobDoc, CheckpointDoc, WriteDoc } from "../documents.ts";
import type { ThreadDoc } from "../thread.ts";

/** A checkpoint, valid or not, with its writes and the thread as it was read together with it. */
export interface Hit {
  readonly doc: CheckpointDoc;
  /** `undefined` when it does not exist or has expired. */
  readonly thread: ThreadDoc | undefined;
  readonly writes: readonly WriteDoc[];
}

/** The answer of the first command of a read. */
export interface Gathered {
  readonly hits: readonly Hit[];
  /** Nodes of the blobs of all hits. Those that are missing are read afterwards. */
  readonly nodes: readonly BlobDoc[];
  /** The thread as it was read at the end, if it was read there. */
  readonly after: readonly ThreadDoc[] | undefined;
}

/** One checkpoint. */
export interface GatheredOne {
  readonly hit: Hit | undefined;
  readonly nodes: readonly BlobDoc[];
  /** As it was read at the end; `undefined` when it does not exist or has expired. */
  readonly thread: ThreadDoc | undefined;
}

/** Whether a checkpoint and all of its writes that were found are valid. */
export function isWhole({ doc, writes }: Hit, { valid }: ThreadDoc): boolean {
  return [doc, ...writes].every(({ g }) => valid.includes(g));
}
