/**
 * The storage port: what a database must do for `CheckpointSaver`, in bytes.
 *
 * Every method is one atomic operation and, where the database allows, one round trip. A storage
 * decides nothing about values, order of writes, filters or retention: that is done in core, once for
 * all savers. Every string that reaches a storage is well-formed and free of NUL.
 *
 * Three rules hold for every storage:
 *
 * 1. **A blob is never stored without everything below it.** This holds after any prefix of the storage's operations:
 *    after a crash, and on a server that comes back without its last operations. So a reader that finds a blob knows
 *    that its whole tree is stored. Blobs are sent children first.
 * 2. **A write proves what it relies on.** It names the blobs that it leaves out (`WriteRequest.relies`), and the
 *    storage looks for them in the same atomic operation. The epoch alone proves nothing: a server that was rolled back
 *    has the earlier epoch, but not the blobs.
 * 3. **Nothing damaged is skipped.** A row that cannot be decoded is an error with code `CORRUPT` that names the
 *    thread, made by `damaged`; a format newer than the code is `UNSUPPORTED_FORMAT`. Neither may appear as a native
 *    error, a hang or an absent record. Core checks the content of the bytes, with the seals.
 */

import type { Blob } from "./records.ts";
import type {
  GetRequest,
  GetResult,
  ScanRequest,
  ScanPage,
  AncestorsRequest,
  Ancestor,
  BlobsRequest,
  OutlineRequest,
  OutlinePage,
} from "./read-requests.ts";
import type {
  RemoveRequest,
  RemoveOutcome,
  CopyRequest,
  CopyOutcome,
  ThreadsRequest,
  ThreadPage,
  UpdateThreadRequest,
  ClaimRequest,
  ClaimOutcome,
  ReleaseRequest,
  RunsRequest,
  RunsPage,
  ExpireRequest,
  SweepRequest,
  ThreadStats,
} from "./thread-requests.ts";
import type { PutRequest, PutWritesRequest, WriteOutcome } from "./write-requests.ts";

export type * from "./read-requests.ts";
export type * from "./records.ts";
export type * from "./thread-requests.ts";
export type * from "./write-requests.ts";

/** What a storage is. It changes what calls cost and which tests apply, never what calls mean. */
export interface StorageCapabilities {
  /** Data outlives the process. */
  readonly persistent: boolean;
  /** Several processes can work on the same data at once. */
  readonly shared: boolean;
  /** `scan` works without a thread. Otherwise core scans every thread and merges. */
  readonly scanAllThreads: boolean;
  /**
   * Values of up to this many bytes are kept in the record of their checkpoint or write; longer ones become blobs.
   * More than the default makes sense if a blob costs much more than a few kilobytes in a record. Writes of up to 2
   * kB are kept in their record in any case.
   * @default 512
   */
  readonly inlineBytes?: number;
  /**
   * How many threads core removes checkpoints from at once. More than the default makes sense if simultaneous calls to
   * several threads share their cost.
   * @default 8
   */
  readonly threadsAtOnce?: number;
}

/**
 * A database under `CheckpointSaver`. An expired thread is absent for every method that reads.
 *
 * The methods with `?` are optional: core builds them from the others, with more calls and unnecessary reads.
 * Everything else is required.
 */
export interface CheckpointStorage {
  /** Version of this port. */
  readonly port: 2;
  readonly capabilities: StorageCapabilities;

  /**
   * Creates or upgrades what the storage needs. Idempotent, and safe to call from many processes at once.
   * @default does nothing
   */
  setup?(): Promise<void>;
  /**
   * Closes what the storage itself opened, and nothing else.
   * @default does nothing
   */
  close?(): Promise<void>;

  /** Inserts or replaces one checkpoint. Creates the thread if it does not exist, and moves `updated`. */
  put(request: PutRequest): Promise<WriteOutcome>;
  /** Adds writes. Creates the thread if it does not exist, and moves `updated`. */
  putWrites(request: PutWritesRequest): Promise<WriteOutcome>;

  /** One checkpoint with its writes and blobs; `undefined` if it does not exist. */
  get(request: GetRequest): Promise<GetResult | undefined>;
  /** A page of checkpoints with their writes and blobs, in the order of `comparePositions`. */
  scan(request: ScanRequest): Promise<ScanPage>;
  /** Everything reachable from `refs`, except what `have` covers and what is missing. */
  blobs(request: BlobsRequest): Promise<readonly Blob[]>;
  /**
   * The checkpoint, its parent, the parent's parent, …, up to `limit` or to one that is missing.
   * @default one `get` for each
   */
  ancestors?(request: AncestorsRequest): Promise<readonly Ancestor[]>;
  /**
   * A page of the checkpoints of a thread without metadata and values, in the order of `scan`.
   * @default a `scan`, which reads everything
   */
  outline?(request: OutlineRequest): Promise<OutlinePage>;

  /** Removes checkpoints of a thread, and the blobs that only they need. */
  remove(request: RemoveRequest): Promise<RemoveOutcome>;
  /**
   * Removes threads with everything in them: checkpoints, writes, blobs, entries, the claim. It takes one round trip
   * where the database allows, and is not atomic: if it fails, any of the threads may be gone, but none partly.
   *
   * @param threads At most 100, each once. Those that do not exist are skipped.
   * @returns How many existed. One that has expired and was not swept yet may or may not count.
   */
  deleteThreads(threads: readonly string[]): Promise<number>;
  /** Copies everything that a thread has except its claim, including entries, expiry and its own time to live. */
  copyThread(request: CopyRequest): Promise<CopyOutcome>;

  /** Threads, most recently updated first. */
  threads(request: ThreadsRequest): Promise<ThreadPage>;
  /** Changes the thread's metadata, but not `updated`, and returns whether the thread exists. */
  updateThread(request: UpdateThreadRequest): Promise<boolean>;
  /**
   * Makes someone the owner of a thread. Creates the thread if it does not exist; otherwise `updated` does not change.
   */
  claim(request: ClaimRequest): Promise<ClaimOutcome>;
  /** Takes this claim from a thread, and returns whether the thread had it. Nothing else changes. */
  release(request: ReleaseRequest): Promise<boolean>;
  /**
   * The threads with a checkpoint of certain runs.
   * @default the `outline` of every thread
   */
  runs?(request: RunsRequest): Promise<RunsPage>;
  /** Sets the thread's own time to live, and returns whether the thread exists. */
  expire(request: ExpireRequest): Promise<boolean>;
  /**
   * How much of a thread is stored, without reading it; `undefined` if it does not exist.
   * @default scans the thread
   */
  stats?(thread: string): Promise<ThreadStats | undefined>;
  /** Removes expired threads and returns how many. */
  sweep(request: SweepRequest): Promise<number>;
}

/** A storage with all methods of the port: what core works with. */
export type WholeStorage = Required<CheckpointStorage>;
