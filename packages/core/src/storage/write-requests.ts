import type { Blob, BlobId, CheckpointRecord, ThreadEntry, WriteRecord } from "./records.ts";

/** What both kinds of writing have in common. */
export interface WriteRequest {
  readonly thread: string;
  /** Blobs to store, children before their parents. The storage may hold some of them already. */
  readonly blobs: readonly Blob[];
  /**
   * The epoch of the thread under which `relies` is believed to be stored; `undefined` when nothing is relied on.
   */
  readonly epoch: string | undefined;
  /**
   * Blobs that are needed and not sent; each stands for everything below it. Usually none to three. If one of them is
   * not stored in the thread, the write is `stale`. Empty exactly when `epoch` is `undefined`.
   */
  readonly relies: readonly BlobId[];
  /** The epoch to give to the thread if it does not exist yet. */
  readonly newEpoch: string;
  /**
   * Milliseconds from now after which the thread expires, unless it has its own time to live; `undefined` leaves its
   * expiry as it is.
   */
  readonly ttl: number | undefined;
  /** To be set in the thread's metadata, unique by key. Other keys stay as they are. */
  readonly entries: readonly ThreadEntry[];
  /**
   * Who must own the thread; otherwise the write is `fenced`. A claim that has expired and that nobody else took
   * still counts. `undefined`: anyone may write.
   */
  readonly claim: string | undefined;
}

export interface PutRequest extends WriteRequest {
  readonly checkpoint: CheckpointRecord;
  /**
   * When the checkpoint exists already, it keeps its `parent` and `parentSeal`. `checkpoint` then has no parent, and
   * has the `parentSeal` of a checkpoint without one, which a new checkpoint gets.
   */
  readonly keepParent: boolean;
  /** Store only if the newest checkpoint of the namespace is the parent, or this checkpoint itself. */
  readonly fence: boolean;
}

export interface PutWritesRequest extends WriteRequest {
  readonly namespace: string;
  /** The checkpoint need not exist, now or ever. */
  readonly checkpoint: string;
  /**
   * Unique by `idx`; all of one task. If (task, idx) exists already, a write with `idx >= 0` is dropped and one with
   * `idx < 0` replaces it.
   */
  readonly writes: readonly WriteRecord[];
}

/**
 * Checked in this order. Unless everything is right, nothing is written or changed.
 *
 * - `expired`: the thread has expired and was not swept yet.
 * - `fenced`: a claim is named that the thread does not have (or the thread is gone).
 * - `stale`: an epoch is named that is not the thread's (or the thread is gone), or a blob of `relies` is not stored.
 * - `conflict`: the fence does not hold; `head` is the newest checkpoint.
 * - `stored`: everything was written; `epoch` is the thread's.
 */
export type WriteOutcome =
  | { readonly outcome: "expired" }
  | { readonly outcome: "fenced" }
  | { readonly outcome: "stale" }
  | { readonly outcome: "conflict"; readonly head: string | undefined }
  | { readonly outcome: "stored"; readonly epoch: string };
