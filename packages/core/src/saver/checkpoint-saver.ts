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
import type { ThreadId } from "../ids.ts";
import type { CheckpointStorage, StorageCapabilities } from "../storage/port.ts";
import { claimThread, releaseThread, renewThread, type ClaimOptions, type ClaimResult } from "./claims.ts";
import { deleteThreads, type DeleteThreadsOptions } from "./delete-threads.ts";
import { registerEngine, type CheckpointSaverOptions, type Engine } from "./engine.ts";
import { readHistory } from "./history.ts";
import { nextVersion } from "./next-version.ts";
import { readList, readTuple } from "./read.ts";
import { OpenCalls } from "./open-calls.ts";
import { openEngine } from "./open-engine.ts";
import { deleteRuns, pruneThreads, type PruneOptions, type RemovalReport } from "./retention.ts";
import { storeCheckpoint, storeWrites } from "./store.ts";
import { copyThread, expireThread, removeThread, sweepThreads } from "./thread-actions.ts";
import { readThread, readThreads, type ListThreadsOptions, type ThreadInfo } from "./threads.ts";
import { updateThread, type ThreadUpdate } from "./update-thread.ts";

/**
 * A checkpointer for LangGraph.js over any {@link CheckpointStorage}. It has the shape of
 * `BaseCheckpointSaver` of `@langchain/langgraph-checkpoint`, and no dependency on it.
 *
 * Every method rejects with `CheckpointError` of code `INVALID_CONFIG` for ids that cannot be used
 * and `CLOSED` after {@link close}; errors of the database are passed on unchanged.
 *
 * @example
 * const saver = new CheckpointSaver(new MyStorage());
 * const graph = builder.compile({ checkpointer: saver });
 */
export class CheckpointSaver {
  /** Turns values into bytes. */
  readonly serde: SerializerProtocol;
  readonly #parts: Engine;
  readonly #calls = new OpenCalls();
  #closing: Promise<void> | undefined;

  /**
   * @param storage Where the bytes go.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   */
  constructor(storage: CheckpointStorage, options: CheckpointSaverOptions = {}) {
    this.#parts = openEngine(storage, options);
    this.serde = this.#parts.serde;
    registerEngine(this, this.#parts);
  }

  /** What the storage can do; for tests and tools. */
  get capabilities(): StorageCapabilities {
    return this.#parts.storage.capabilities;
  }

  /** Creates or upgrades tables and indexes. Idempotent, and safe to call from many processes at once. */
  async setup(): Promise<void> {
    await this.#call((engine) => engine.storage.setup());
  }

  /**
   * Waits for calls in progress, then closes what the saver itself opened. A client or pool that was passed in stays
   * open. Later calls are refused with `CLOSED`. Idempotent.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#calls.close().then(() => this.#parts.storage.close());
    await this.#closing;
  }

  /** {@link close}, as LangGraph.js's own savers call it. */
  async end(): Promise<void> {
    await this.close();
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
   * @returns `undefined` if it does not exist, or without a `thread_id`.
   * @throws CheckpointError `INCOMPLETE`, `CORRUPT`, `UNSUPPORTED_FORMAT` when it cannot be read.
   */
  getTuple(config: CheckpointConfig): Promise<CheckpointTuple | undefined> {
    return this.#call((engine) => readTuple(engine, config));
  }

  /**
   * Lists checkpoints with everything that belongs to them, newest first by id: without `thread_id` those of all
   * threads, without `checkpoint_ns` those of all namespaces, with `checkpoint_id` only that one. Pages are read as
   * needed; the saver may be used inside the loop.
   *
   * @throws CheckpointError as {@link getTuple}, and `INVALID_ARGUMENT` for wrong options.
   */
  async *list(
    config?: CheckpointConfig | null,
    options?: CheckpointListOptions | null,
  ): AsyncGenerator<CheckpointTuple> {
    yield* this.#calls.stream(readList(this.#parts, config, options));
  }

  /**
   * Stores a checkpoint. Values are read before this returns, so they may change afterwards. Storing the same id again
   * replaces the checkpoint; with its own id as parent, it keeps its existing parent.
   *
   * @param config Where it belongs; its `checkpoint_id` is the parent.
   * @param newVersions Versions of the channels that changed since the parent. Without a parent, a value that is
   * neither new nor stored in its version is left out. @default all are new
   * @returns The config of the stored checkpoint.
   * @throws CheckpointError `NOT_SERIALIZABLE` with the `path` of the value; `CONFLICT` with
   *   `fence: "head"`; `FENCED` with a claim. Nothing is stored then.
   */
  put(
    config: CheckpointConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions?: ChannelVersions,
  ): Promise<CheckpointConfig> {
    return this.#call((engine) => storeCheckpoint(engine, config, checkpoint, metadata, newVersions));
  }

  /**
   * Stores writes of a task. The checkpoint need not be stored yet. A write that is already stored stays, except for
   * errors, interrupts and resume values, where the last one counts.
   *
   * @param config Its `checkpoint_id` is the checkpoint to which the writes belong.
   * @param taskPath Where the task is in the graph; decides the order of pending writes. @default ""
   * @throws CheckpointError `NOT_SERIALIZABLE` with the `path` of the value. Nothing is stored then.
   */
  putWrites(
    config: CheckpointConfig,
    writes: readonly PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    return this.#call((engine) => storeWrites(engine, config, writes, taskId, taskPath));
  }

  /** Removes a thread with all namespaces, writes and values. An unknown thread is not an error. */
  async deleteThread(threadId: ThreadId): Promise<void> {
    await this.#call((engine) => removeThread(engine, threadId));
  }

  /**
   * What delta channels are built from: the writes along the ancestors, oldest first, and the value they start from.
   *
   * Source: `BaseCheckpointSaver.getDeltaChannelHistory`.
   */
  async getDeltaChannelHistory(options: {
    config: CheckpointConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>> {
    return this.#call((engine) => readHistory(engine, options.config, options.channels));
  }

  /**
   * The version after `current`: 1, 2, 3, …
   *
   * LangGraph.js sometimes calls it without `this`, so it must not use `this`.
   * @throws CheckpointError `INVALID_ARGUMENT` for versions that are strings.
   */
  getNextVersion(current: number | undefined): number {
    return nextVersion(current);
  }

  /** Threads, most recently updated first. */
  async *listThreads(options: ListThreadsOptions = {}): AsyncGenerator<ThreadInfo> {
    yield* this.#calls.stream(readThreads(this.#parts, options));
  }

  /** One thread, with its metadata and state; `undefined` if it does not exist. */
  async getThread(threadId: ThreadId): Promise<ThreadInfo | undefined> {
    return this.#call((engine) => readThread(engine, threadId));
  }

  /**
   * Sets keys of a thread's metadata and removes those whose value is `undefined`; `updatedAt` stays.
   *
   * @throws CheckpointError `THREAD_NOT_FOUND`, `NOT_SERIALIZABLE`.
   * @example
   * await saver.updateThread("1", { metadata: { title: "Holidays", draft: undefined } });
   */
  async updateThread(threadId: ThreadId, update: ThreadUpdate): Promise<void> {
    await this.#call((engine) => updateThread(engine, threadId, update));
  }

  /**
   * Deletes threads and everything in them, 100 at a time, and returns how many were deleted. If it fails, some of
   * them are gone.
   *
   * @throws CheckpointError `INVALID_ARGUMENT` unless one of `filter`, `threadIds` and `allThreads` is given.
   * @example
   * await saver.deleteThreads({ filter: { user: "u1" } });
   */
  async deleteThreads(options: DeleteThreadsOptions): Promise<number> {
    return this.#call((engine) => deleteThreads(engine, options));
  }

  /**
   * Makes someone the owner of a thread for a limited time, which claiming it again renews. A write that carries
   * another claim in `configurable.__threadmark_claim` is refused with `FENCED`; one without a claim is not checked.
   */
  async claimThread(threadId: ThreadId, options: ClaimOptions): Promise<ClaimResult> {
    return this.#call((engine) => claimThread(engine, threadId, options));
  }

  /** Extends a claim if the thread still has it, and returns whether it does. Otherwise nothing changes. */
  async renewThread(threadId: ThreadId, options: ClaimOptions): Promise<boolean> {
    return this.#call((engine) => renewThread(engine, threadId, options));
  }

  /** Releases a claim, and returns whether the thread had it. */
  async releaseThread(threadId: ThreadId, claim: string): Promise<boolean> {
    return this.#call((engine) => releaseThread(engine, threadId, claim));
  }

  /**
   * Copies a thread with all namespaces, writes, values and metadata; ids stay the same.
   *
   * @throws CheckpointError `THREAD_NOT_FOUND`, or `THREAD_EXISTS` when `to` exists.
   */
  async copyThread(from: ThreadId, to: ThreadId): Promise<void> {
    await this.#call((engine) => copyThread(engine, from, to));
  }

  /**
   * Removes old checkpoints, their writes, and values that nothing else refers to. In every namespace the newest stay,
   * and so do ancestors that a delta channel of a survivor is built from. Safe while graphs run.
   *
   * @throws CheckpointError `INVALID_ARGUMENT` when neither `threadIds` nor `allThreads` is given, or neither
   *   `keepLatest` nor `olderThan`.
   * @example
   * await saver.prune({ threadIds: ["1"], keepLatest: 10 });
   * await saver.prune({ allThreads: true, olderThan: new Date(Date.now() - 30 * 24 * 3600 * 1000) });
   */
  async prune(options: PruneOptions): Promise<RemovalReport> {
    return this.#call((engine) => pruneThreads(engine, options));
  }

  /**
   * Removes the checkpoints that runs have stored. Their children get the nearest surviving ancestor as parent;
   * ancestors that a delta channel of a survivor is built from stay.
   *
   * @param runIds As in `config.metadata.run_id`, where LangGraph.js puts `config.runId`.
   */
  async deleteForRuns(runIds: readonly string[]): Promise<RemovalReport> {
    return this.#call((engine) => deleteRuns(engine, runIds));
  }

  /**
   * Gives a thread its own time to live, counted from now and renewed by every write. `null`:
   * it never expires. `undefined`: the saver's option applies again, from the next write on.
   *
   * @throws CheckpointError `THREAD_NOT_FOUND`.
   */
  async setThreadTtl(
    threadId: ThreadId,
    ttl: { readonly seconds: number } | null | undefined,
  ): Promise<void> {
    await this.#call((engine) => expireThread(engine, threadId, ttl));
  }

  /**
   * Removes expired threads, which no read sees, and returns how many. Also finishes interrupted adoptions (`adopt`).
   */
  async sweep(): Promise<number> {
    return this.#call(sweepThreads);
  }

  /**
   * LangGraph.js puts the saver into the config of every run, and configs are printed and traced.
   *
   * Source: `BaseCheckpointSaver.toJSON`.
   */
  toJSON(): string {
    return `[${this.constructor.name}]`;
  }

  /** For subclasses with other calls to the database: {@link close} waits for these too. */
  protected underWay<T>(call: () => Promise<T>): Promise<T> {
    return this.#calls.run(call, undefined);
  }

  #call<T>(call: (engine: Engine) => Promise<T>): Promise<T> {
    return this.#calls.run(call, this.#parts);
  }
}
