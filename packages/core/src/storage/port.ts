/**
 * The storage port: what a database must do for `CheckpointSaver`, in bytes.
 *
 * Every method is one atomic operation and, where the database allows, one round trip. A storage
 * decides nothing about values, order of writes, filters or retention: that is done in core, once for
 * all savers. Every string that reaches a storage is well-formed and free of NUL.
 */

import type {
  Blob,
  BlobId,
  CheckpointKey,
  CheckpointOutline,
  CheckpointRecord,
  FilterTerm,
  ScanPosition,
  StoredCheckpoint,
  ThreadRecord,
  WriteRecord,
} from "./records.ts";

export type * from "./records.ts";

/** What both kinds of writing have in common. */
export interface WriteRequest {
  readonly thread: string;
  /** Blobs to store. The storage may hold some of them already. */
  readonly blobs: readonly Blob[];
  /**
   * The epoch of the thread under which every blob that is needed but not sent is believed to be
   * stored; `undefined` when nothing is relied on.
   */
  readonly epoch: string | undefined;
  /** The epoch to give to the thread if it does not exist yet. */
  readonly newEpoch: string;
  /**
   * Milliseconds from now after which the thread expires, unless it has a time of its own;
   * `undefined` leaves its expiry as it is.
   */
  readonly ttl: number | undefined;
}

export interface PutRequest extends WriteRequest {
  readonly checkpoint: CheckpointRecord;
  /** When the checkpoint exists already, it keeps the parent it has; a new one gets none. */
  readonly keepParent: boolean;
  /** Store only if the newest checkpoint of the namespace is the parent, or this checkpoint itself. */
  readonly fence: boolean;
}

export interface PutWritesRequest extends WriteRequest {
  readonly namespace: string;
  /** The checkpoint need not exist, now or ever. */
  readonly checkpoint: string;
  /**
   * Unique by `idx`; all of one task. Where (task, idx) exists already, a write with `idx >= 0` is
   * dropped and one with `idx < 0` replaces it.
   */
  readonly writes: readonly WriteRecord[];
}

/**
 * - `stored`: everything was written; `epoch` is the thread's.
 * - `stale`: nothing was written, because the thread's epoch is not the one named (or the thread is gone).
 * - `expired`: nothing was written, because the thread has expired and was not swept yet.
 * - `conflict`: nothing was written, because of the fence; `head` is the newest checkpoint.
 */
export type WriteOutcome =
  | { readonly outcome: "stored"; readonly epoch: string }
  | { readonly outcome: "stale" }
  | { readonly outcome: "expired" }
  | { readonly outcome: "conflict"; readonly head: string | undefined };

export interface GetRequest {
  readonly thread: string;
  readonly namespace: string;
  /** `undefined`: the checkpoint with the greatest id. */
  readonly id: string | undefined;
  /** Blobs that the caller holds, with everything below them. They need not be returned. */
  readonly have: readonly BlobId[];
  /**
   * Milliseconds from now to move the thread's expiry to, unless it has a time of its own, which is
   * used instead; `undefined` leaves the expiry as it is in any case.
   */
  readonly ttl: number | undefined;
}

export interface GetResult extends StoredCheckpoint {
  readonly epoch: string;
  /** Everything reachable from the refs of the checkpoint and of its writes, less what `have` covers. */
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
  /** Start behind this place. */
  readonly after: ScanPosition | undefined;
  /** At most so many checkpoints; at least 1. */
  readonly limit: number;
  readonly have: readonly BlobId[];
}

export interface ScanPage {
  readonly checkpoints: readonly StoredCheckpoint[];
  readonly blobs: readonly Blob[];
  /** Whether there may be more behind the last one. */
  readonly more: boolean;
}

export interface AncestorsRequest {
  readonly thread: string;
  readonly namespace: string;
  /** Where to start, this checkpoint included; `undefined`: the newest. */
  readonly id: string | undefined;
  /** Return only writes to these channels. */
  readonly channels: readonly string[];
  /** At most so many checkpoints; at least 1. */
  readonly limit: number;
}

export interface Ancestor {
  readonly checkpoint: CheckpointOutline;
  readonly writes: readonly WriteRecord[];
}

export interface BlobsRequest {
  readonly thread: string;
  readonly refs: readonly BlobId[];
  readonly have: readonly BlobId[];
}

export interface OutlineRequest {
  readonly thread: string;
  /** Start behind this place, in the order of `scan`. */
  readonly after: CheckpointKey | undefined;
  readonly limit: number;
}

export interface OutlinePage {
  readonly checkpoints: readonly CheckpointOutline[];
  readonly more: boolean;
}

/** A surviving checkpoint and the parent that it gets. */
export interface Relink extends CheckpointKey {
  readonly parent: string | undefined;
}

export interface RemoveRequest {
  readonly thread: string;
  /** To be removed, with their writes and all blobs that nothing refers to any more. */
  readonly checkpoints: readonly CheckpointKey[];
  /** All surviving checkpoints that lose their parent, as far as the caller knows. */
  readonly relink: readonly Relink[];
  /** The epoch that the thread has afterwards. */
  readonly newEpoch: string;
}

/**
 * - `removed`: done. A thread without any checkpoint left is removed whole.
 * - `conflict`: nothing was removed, because a checkpoint in neither list has one of `checkpoints` as parent.
 *   If that came while the storage was at it, the thread may have the new epoch.
 */
export type RemoveOutcome =
  | { readonly outcome: "removed"; readonly blobs: number }
  | { readonly outcome: "conflict" };

export interface CopyRequest {
  readonly from: string;
  readonly to: string;
  readonly newEpoch: string;
}

/** A target whose epoch is `newEpoch` was made by this very call, sent once more: `copied`. */
export type CopyOutcome = "copied" | "missing" | "exists";

export interface ThreadsRequest {
  /** On the index of the newest checkpoint of the root namespace. */
  readonly filter: readonly FilterTerm[];
  /** Start behind this place in the order: updated descending, then thread ascending. */
  readonly after: { readonly updated: number; readonly thread: string } | undefined;
  readonly limit: number;
}

export interface ThreadPage {
  readonly threads: readonly ThreadRecord[];
  readonly more: boolean;
}

export interface RunsRequest {
  readonly runs: readonly string[];
  /** Start behind this thread. */
  readonly after: string | undefined;
  readonly limit: number;
}

export interface RunsPage {
  /** Threads with a checkpoint of one of the runs, ascending. */
  readonly threads: readonly string[];
  readonly more: boolean;
}

export interface ExpireRequest {
  readonly thread: string;
  /**
   * Milliseconds from now; kept as the thread's own time that later puts renew. `null`: never.
   * `undefined`: the thread has no time of its own any more, and its expiry stays as it is.
   */
  readonly ttl: number | null | undefined;
}

export interface SweepRequest {
  /** Only this thread, or `undefined` for any. */
  readonly thread: string | undefined;
  /** At most so many threads. */
  readonly limit: number;
}

/** What a storage is. It changes what calls cost and which tests apply, never what calls mean. */
export interface StorageCapabilities {
  /** Data outlives the process. */
  readonly persistent: boolean;
  /** Several processes can work on the same data at once. */
  readonly shared: boolean;
  /** `scan` works without a thread. Otherwise core scans every thread and merges. */
  readonly scanAllThreads: boolean;
}

/** A database, behind `CheckpointSaver`. An expired thread is absent for every method that reads. */
export interface CheckpointStorage {
  /** Version of this port. */
  readonly port: 1;
  readonly capabilities: StorageCapabilities;

  /** Creates or upgrades what the storage needs. Idempotent, and safe from many processes at once. */
  setup(): Promise<void>;
  /** Closes what the storage itself opened, and nothing else. */
  close(): Promise<void>;

  /** Inserts or replaces one checkpoint. */
  put(request: PutRequest): Promise<WriteOutcome>;
  putWrites(request: PutWritesRequest): Promise<WriteOutcome>;

  get(request: GetRequest): Promise<GetResult | undefined>;
  scan(request: ScanRequest): Promise<ScanPage>;
  /** The checkpoint, its parent, the parent's parent, …, up to `limit` or to one that is missing. */
  ancestors(request: AncestorsRequest): Promise<readonly Ancestor[]>;
  /** Everything reachable from `refs`, less what `have` covers and what is missing. */
  blobs(request: BlobsRequest): Promise<readonly Blob[]>;
  outline(request: OutlineRequest): Promise<OutlinePage>;

  remove(request: RemoveRequest): Promise<RemoveOutcome>;
  /** Removes every checkpoint, write and blob of the thread, and the thread itself. */
  deleteThread(thread: string): Promise<void>;
  copyThread(request: CopyRequest): Promise<CopyOutcome>;

  threads(request: ThreadsRequest): Promise<ThreadPage>;
  runs(request: RunsRequest): Promise<RunsPage>;
  /** Whether the thread exists. */
  expire(request: ExpireRequest): Promise<boolean>;
  /** Removes expired threads and returns how many. */
  sweep(request: SweepRequest): Promise<number>;
}
