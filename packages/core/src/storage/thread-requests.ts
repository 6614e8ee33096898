import type { CheckpointKey, FilterTerm, Seal, ThreadEntry, ThreadRecord } from "./records.ts";

/** A surviving checkpoint and the parent that it gets. */
export interface Relink extends CheckpointKey {
  readonly parent: string | undefined;
  /** Replaces the checkpoint's, as `parent` does. */
  readonly parentSeal: Seal;
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
 * - `removed`: done. A thread with no checkpoints left is removed entirely. If a remaining record refers to a missing
 *   blob, the reference may be damaged, so no blob is removed.
 * - `conflict`: nothing was removed, because a checkpoint in neither list has one of `checkpoints` as parent. If that
 *   checkpoint was stored during the removal, the thread may already have the new epoch.
 */
export type RemoveOutcome =
  | { readonly outcome: "removed"; readonly blobs: number }
  | { readonly outcome: "conflict" };

export interface CopyRequest {
  readonly from: string;
  readonly to: string;
  readonly newEpoch: string;
  /**
   * Added, modulo 2^32, to the `seal` of every copied checkpoint, write and thread entry, and to every `parentSeal`.
   * The sum is the seal of the same record in the other thread (`shiftSeal`).
   */
  readonly sealShift: number;
}

/** A target whose epoch is `newEpoch` was made by an earlier attempt of this call: `copied`. */
export type CopyOutcome = "copied" | "missing" | "exists";

export interface ThreadsRequest {
  /** Only this thread; `undefined`: any. */
  readonly thread: string | undefined;
  /**
   * Conditions on the entries of the thread. They are answered from an index: the cost of a term with a token must
   * not grow with the number of threads that do not have it.
   */
  readonly filter: readonly FilterTerm[];
  /** Start after this place in the order: updated descending, then thread ascending. */
  readonly after: ThreadPosition | undefined;
  /** The maximum number of threads; at least 1. */
  readonly limit: number;
  /**
   * The channels of `ThreadHead.pending`: the writes of each thread's head to these channels, and all with a negative
   * `idx`, so that a write is found even if one of the two is damaged. Without channels, no writes are returned.
   */
  readonly pendingChannels: readonly string[];
}

/** A place in the order of `threads`. It need not be that of a thread. */
export interface ThreadPosition {
  readonly updated: number;
  readonly thread: string;
}

export interface ThreadPage {
  readonly threads: readonly ThreadRecord[];
  readonly more: boolean;
}

export interface UpdateThreadRequest {
  readonly thread: string;
  /** To be set in the thread's metadata, unique by key, none of them in `remove`. */
  readonly set: readonly ThreadEntry[];
  /** Keys to be removed, whether they exist or not. */
  readonly remove: readonly string[];
}

export interface ClaimRequest {
  readonly thread: string;
  /** Who wants it. */
  readonly claim: string;
  /** Only renews the claim: a thread that does not have it is not changed. */
  readonly renews: boolean;
  /** Milliseconds from now, by the storage's clock, after which others can take it. */
  readonly ttl: number;
  /** The epoch to give to the thread if it does not exist yet. */
  readonly newEpoch: string;
  /** Moves the thread's expiry as `WriteRequest.ttl` does. */
  readonly threadTtl: number | undefined;
}

/**
 * - `expired`: nothing was done, because the thread has expired and was not swept yet.
 * - `lost`: nothing was done, because the request only renews, and the thread does not have this claim or is gone.
 * - `held`: nothing was done, because someone else has the thread until the given time.
 * - `claimed`: the thread had no claim, an expired one, or this one; now it has this one.
 */
export type ClaimOutcome =
  | { readonly outcome: "expired" }
  | { readonly outcome: "lost" }
  | { readonly outcome: "held"; readonly until: number }
  | { readonly outcome: "claimed" };

export interface ReleaseRequest {
  readonly thread: string;
  readonly claim: string;
}

export interface RunsRequest {
  readonly runs: readonly string[];
  /** Start after this thread. */
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
   * Milliseconds from now; kept as the thread's own time that later puts renew. `null`: never. `undefined`: the thread
   * no longer has its own time to live, and its expiry does not change.
   */
  readonly ttl: number | null | undefined;
}

export interface SweepRequest {
  /** Only this thread, or `undefined` for any. */
  readonly thread: string | undefined;
  /** The maximum number of threads. */
  readonly limit: number;
}

/** How much of a thread a storage holds. */
export interface ThreadStats {
  readonly checkpoints: number;
  /** Bytes of its records and blobs as stored, after any compression; without indexes. */
  readonly bytes: number;
}
