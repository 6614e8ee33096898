/// <reference lib="esnext.disposable" preserve="true" />
import type {
  ChannelVersions,
  Checkpoint,
  CheckpointConfig,
  CheckpointListOptions,
  CheckpointMetadata,
  CheckpointTuple,
  DeltaChannelHistory,
  PendingWrite,
  SerializerProtocol,
} from "../contract.ts";
import { CheckpointError } from "../errors.ts";
import type { CheckpointStorage, StorageCapabilities } from "../storage/port.ts";
import { claimThread, releaseThread, type ClaimOptions, type ClaimResult } from "./claims.ts";
import { deleteThreads, type DeleteThreadsOptions } from "./delete-threads.ts";
import { createEngine, type CheckpointSaverOptions, type Engine } from "./engine.ts";
import { readHistory } from "./history.ts";
import { readList, readTuple } from "./read.ts";
import { deleteRuns, pruneThreads, type PruneOptions, type RemovalReport } from "./retention.ts";
import { storeCheckpoint, storeWrites } from "./store.ts";
import {
  copyThread,
  expireThread,
  removeThread,
  sweepThreads,
  updateThread,
  type ThreadUpdate,
} from "./thread-actions.ts";
import { readThread, readThreads, type ListThreadsOptions, type ThreadInfo } from "./threads.ts";

/**
 * A checkpointer for LangGraph.js over any {@link CheckpointStorage}. It has the shape of
 * `BaseCheckpointSaver` of `@langchain/langgraph-checkpoint`, and no dependency on it.
 *
 * Every method rejects with `CheckpointError` of code `INVALID_CONFIG` for ids that cannot be used
 * and `CLOSED` after {@link close}; errors of the database come through as they are.
 *
 * @example
 * const saver = new CheckpointSaver(new MyStorage());
 * const graph = builder.compile({ checkpointer: saver });
 */
export class CheckpointSaver {
  /** Turns values into bytes. */
  readonly serde: SerializerProtocol;
  readonly #parts: Engine;
  #closed = false;

  /**
   * @param storage Where the bytes go.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   */
  constructor(storage: CheckpointStorage, options: CheckpointSaverOptions = {}) {
    this.#parts = createEngine(storage, options);
    this.serde = this.#parts.serde;
  }

  /** What the storage can do; for tests and tools. */
  get capabilities(): StorageCapabilities {
    return this.#parts.storage.capabilities;
  }

  /** Creates or upgrades tables and indexes. Idempotent, and safe from many processes at once. */
  async setup(): Promise<void> {
    await this.#engine.storage.setup();
  }

  /** Closes what the saver itself opened. A client or pool that was given stays open. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#parts.storage.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The checkpoint that {@link getTuple} finds. */
  async get(config: CheckpointConfig): Promise<Checkpoint | undefined> {
    return (await this.getTuple(config))?.checkpoint;
  }

  /**
   * Finds one checkpoint with its metadata, parent and pending writes.
   *
   * @param config `thread_id`; `checkpoint_ns` (default `""`); without `checkpoint_id` the newest.
   * @returns `undefined` when there is none, or no `thread_id`.
   * @throws CheckpointError `INCOMPLETE`, `CORRUPT`, `UNSUPPORTED_FORMAT` when it cannot be read.
   */
  async getTuple(config: CheckpointConfig): Promise<CheckpointTuple | undefined> {
    return readTuple(this.#engine, config);
  }

  /**
   * Lists checkpoints with everything that belongs to them, newest first by id. Without `thread_id`
   * those of all threads, without `checkpoint_ns` those of all namespaces, with `checkpoint_id` only
   * that one. Pages are read as they are needed; the saver may be used inside the loop.
   *
   * @throws CheckpointError as {@link getTuple}, and `INVALID_ARGUMENT` for wrong options.
   */
  async *list(config: CheckpointConfig, options?: CheckpointListOptions): AsyncGenerator<CheckpointTuple> {
    yield* readList(this.#engine, config, options);
  }

  /**
   * Stores a checkpoint. Values are read before this returns, so they may change afterwards.
   * Storing the same id again replaces it; with its own id as parent it keeps the parent it has.
   *
   * @param config Where it belongs; its `checkpoint_id` is the parent.
   * @param newVersions Versions of the channels that changed since the parent. Without a parent, a
   *   value that is neither new nor known in its version is not stored. @default all are new
   * @returns The config of the stored checkpoint.
   * @throws CheckpointError `NOT_SERIALIZABLE` with the `path` of the value; `CONFLICT` with
   *   `fence: "head"`; `FENCED` with a claim. Nothing is stored then.
   */
  async put(
    config: CheckpointConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions?: ChannelVersions,
  ): Promise<CheckpointConfig> {
    return storeCheckpoint(this.#engine, config, checkpoint, metadata, newVersions);
  }

  /**
   * Stores writes of a task. The checkpoint need not be stored yet. A write that is there already
   * stays, but for errors, interrupts and resume values, where the last one counts.
   *
   * @param config `checkpoint_id` says to which checkpoint the writes belong.
   * @param taskPath Where the task is in the graph; decides the order of pending writes. @default ""
   * @throws CheckpointError `NOT_SERIALIZABLE` with the `path` of the value. Nothing is stored then.
   */
  async putWrites(
    config: CheckpointConfig,
    writes: readonly PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    await storeWrites(this.#engine, config, writes, taskId, taskPath);
  }

  /** Removes a thread with all namespaces, writes and values. An unknown thread is no error. */
  async deleteThread(threadId: string): Promise<void> {
    await removeThread(this.#engine, threadId);
  }

  /**
   * What delta channels are built from: the writes along the ancestors, oldest first, and the value
   * that they start from.
   *
   * Source: `BaseCheckpointSaver.getDeltaChannelHistory`.
   */
  async getDeltaChannelHistory(options: {
    config: CheckpointConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    return readHistory(this.#engine, options.config, options.channels);
  }

  /**
   * The version after `current`: 1, 2, 3, …
   *
   * LangGraph.js calls it without `this` in places, so it must not use it.
   *
   * @throws CheckpointError `INVALID_ARGUMENT` for versions that are strings.
   */
  getNextVersion(current: number | undefined): number {
    if (typeof current === "string") {
      throw new CheckpointError(
        "INVALID_ARGUMENT",
        "versions that are strings come from another saver; this one counts numbers",
        { field: "current" },
      );
    }
    return current === undefined ? 1 : current + 1;
  }

  /** Threads, the last updated first. */
  async *listThreads(options: ListThreadsOptions = {}): AsyncGenerator<ThreadInfo> {
    yield* readThreads(this.#engine, options);
  }

  /** One thread, with its metadata and state; `undefined` when there is none. */
  async getThread(threadId: string): Promise<ThreadInfo | undefined> {
    return readThread(this.#engine, threadId);
  }

  /**
   * Changes what is known of a thread: every key of `metadata` is set, one whose value is `undefined` is removed, and
   * all others stay. `updatedAt` stays as well.
   *
   * @throws CheckpointError `THREAD_NOT_FOUND`, `NOT_SERIALIZABLE`.
   * @example
   * await saver.updateThread("1", { metadata: { title: "Holidays", draft: undefined } });
   */
  async updateThread(threadId: string, update: ThreadUpdate): Promise<void> {
    await updateThread(this.#engine, threadId, update);
  }

  /**
   * Deletes threads with all that they have, 100 at a time. If it fails, some are deleted and others are not.
   *
   * @returns How many there were.
   * @throws CheckpointError `INVALID_ARGUMENT` unless exactly one of `filter`, `threadIds` and `allThreads` is given.
   * @example
   * await saver.deleteThreads({ filter: { user: "u1" } });
   */
  async deleteThreads(options: DeleteThreadsOptions): Promise<number> {
    return deleteThreads(this.#engine, options);
  }

  /**
   * Makes somebody the only one who may write to a thread with `configurable.__threadmark_claim`, for a time that
   * claiming again renews. Whoever lost it gets `FENCED` for every write that carries it. Writes without one are not
   * held up.
   */
  async claimThread(threadId: string, options: ClaimOptions): Promise<ClaimResult> {
    return claimThread(this.#engine, threadId, options);
  }

  /** Gives a claim back, and returns whether it was still there. */
  async releaseThread(threadId: string, claim: string): Promise<boolean> {
    return releaseThread(this.#engine, threadId, claim);
  }

  /**
   * Copies a thread with all namespaces, writes and values; ids stay the same.
   *
   * @throws CheckpointError `THREAD_NOT_FOUND`, or `THREAD_EXISTS` when `to` is taken.
   */
  async copyThread(from: string, to: string): Promise<void> {
    await copyThread(this.#engine, from, to);
  }

  /**
   * Removes old checkpoints, their writes and the values that nothing else holds. In every namespace
   * the newest stay, and so do ancestors that a delta channel of a survivor is built from. Safe
   * beside running graphs.
   *
   * @throws CheckpointError `INVALID_ARGUMENT` when neither `keepLatest` nor `olderThan` is given.
   * @example
   * await saver.prune({ olderThan: new Date(Date.now() - 30 * 24 * 3600 * 1000), keepLatest: 1 });
   */
  async prune(options: PruneOptions): Promise<RemovalReport> {
    return pruneThreads(this.#engine, options);
  }

  /**
   * Removes the checkpoints that runs have stored. Their children get the nearest ancestor that is
   * left as parent; what a delta channel of a survivor is built from stays.
   *
   * @param runIds As in `config.metadata.run_id`, which LangGraph.js sets from `config.runId`.
   */
  async deleteForRuns(runIds: readonly string[]): Promise<RemovalReport> {
    return deleteRuns(this.#engine, runIds);
  }

  /**
   * Gives a thread a time to live of its own, counted from now and renewed by every write. `null`:
   * it never expires. `undefined`: the saver's option applies again, from the next write on.
   *
   * @throws CheckpointError `THREAD_NOT_FOUND`.
   */
  async setThreadTtl(threadId: string, ttl: { readonly seconds: number } | null | undefined): Promise<void> {
    await expireThread(this.#engine, threadId, ttl);
  }

  /**
   * Removes expired threads, in batches. Reads do not see them even before.
   *
   * @returns How many threads were removed.
   */
  async sweep(): Promise<number> {
    return sweepThreads(this.#engine);
  }

  /**
   * LangGraph.js puts the saver into the config of every run, and configs are printed and traced.
   *
   * Source: `BaseCheckpointSaver.toJSON`.
   */
  toJSON(): string {
    return `[${this.constructor.name}]`;
  }

  get #engine(): Engine {
    if (this.#closed) throw new CheckpointError("CLOSED", "the saver was closed; make a new one");
    return this.#parts;
  }
}
