import type {
  Blob,
  BlobId,
  CheckpointKey,
  CheckpointOutline,
  FilterTerm,
  ScanPosition,
  StoredCheckpoint,
  WriteRecord,
} from "./records.ts";

export interface GetRequest {
  readonly thread: string;
  readonly namespace: string;
  /** `undefined`: the checkpoint with the greatest id. */
  readonly id: string | undefined;
  /** Blobs that the caller holds, with everything below them. They need not be returned. */
  readonly have: readonly BlobId[];
  /**
   * Milliseconds from now to move the thread's expiry to, unless it has its own time to live, which is used instead;
   * `undefined` always leaves the expiry unchanged.
   */
  readonly ttl: number | undefined;
}

export interface GetResult extends StoredCheckpoint {
  readonly epoch: string;
  /** Everything reachable from the refs of the checkpoint and of its writes, except what `have` covers. */
  readonly blobs: readonly Blob[];
}

export interface ScanRequest {
  /** `undefined`: all threads; only when `capabilities.scanAllThreads`. */
  readonly thread: string | undefined;
  /** `undefined`: all namespaces. */
  readonly namespace: string | undefined;
  readonly id: string | undefined;
  /** Only ids smaller than this. */
  readonly before: string | undefined;
  readonly filter: readonly FilterTerm[];
  /** Start after this place. */
  readonly after: ScanPosition | undefined;
  /** The maximum number of checkpoints; at least 1. */
  readonly limit: number;
  readonly have: readonly BlobId[];
}

export interface ScanPage {
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly blobs: readonly Blob[];
  /** Whether there may be more after the last one. */
  readonly more: boolean;
}

export interface AncestorsRequest {
  readonly thread: string;
  readonly namespace: string;
  /** Where to start, this checkpoint included; `undefined`: the newest. */
  readonly id: string | undefined;
  /** The maximum number of checkpoints; at least 1. */
  readonly limit: number;
}

export interface Ancestor {
  readonly checkpoint: CheckpointOutline;
  /**
   * All of them, in any order: core chooses by channel when their seals have been checked, so that one whose channel
   * was damaged is not passed over.
   */
  readonly writes: readonly WriteRecord[];
}

export interface BlobsRequest {
  readonly thread: string;
  readonly refs: readonly BlobId[];
  readonly have: readonly BlobId[];
}

export interface OutlineRequest {
  readonly thread: string;
  /** Start after this place, in the order of `scan`. */
  readonly after: CheckpointKey | undefined;
  readonly limit: number;
}

export interface OutlinePage {
  readonly checkpoints: readonly CheckpointOutline[];
  readonly more: boolean;
}
