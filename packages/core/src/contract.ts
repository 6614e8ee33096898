/**
 * The types of the checkpoint contract, structurally identical to those of
 * `@langchain/langgraph-checkpoint`, so that a saver is one of LangGraph.js's savers in types too.
 */

/** A channel version: a number, or a string that grows, as the saver's `getNextVersion` makes it. */
export type ChannelVersion = number | string;

/** Channel name → version. */
export type ChannelVersions = Record<string, ChannelVersion>;

/** The state of a thread after one step. */
export interface Checkpoint<N extends string = string, C extends string = string> {
  /** Version of LangGraph's checkpoint format; 4 today. */
  v: number;
  /** Unique in its thread and namespace; later checkpoints have greater ids, compared as bytes. */
  id: string;
  /** When it was created, ISO 8601. */
  ts: string;
  channel_values: Record<C, unknown>;
  channel_versions: Record<C, ChannelVersion>;
  versions_seen: Record<N, Record<C, ChannelVersion>>;
}

/** What is known about how a checkpoint came to be. Applications may add keys; all are kept. */
export type CheckpointMetadata<ExtraProperties extends object = object> = {
  source: "input" | "loop" | "update" | "fork";
  /** −1 for the first input, then one more with every checkpoint. */
  step: number;
  /** Namespace → id of the checkpoint of the graph around this one. */
  parents: Record<string, string>;
  counters_since_delta_snapshot?: Record<string, [number, number]>;
} & ExtraProperties;

/** `[channel, value]`, as given to `putWrites`. */
export type PendingWrite<Channel = string> = [Channel, unknown];

/** `[taskId, channel, value]`, as found in a tuple. */
export type CheckpointPendingWrite<TaskId = string> = [TaskId, string, unknown];

/**
 * The part of LangChain's `RunnableConfig` that a saver reads. Everything else in it is ignored and
 * never kept.
 */
export interface CheckpointConfig {
  // oxlint-disable-next-line typescript/no-explicit-any -- LangChain declares it so, and users' own interfaces must fit
  configurable?: Record<string, any>;
  metadata?: Record<string, unknown>;
}

/** A checkpoint with everything that belongs to it. */
export interface CheckpointTuple {
  /** `{ configurable: { thread_id, checkpoint_ns, checkpoint_id } }` and nothing else. */
  config: CheckpointConfig;
  checkpoint: Checkpoint;
  metadata?: CheckpointMetadata;
  /** Absent for the first checkpoint of a namespace. */
  parentConfig?: CheckpointConfig;
  /** In order of task path, task id and index, strings compared by code point; `[]` when there are none. */
  pendingWrites?: CheckpointPendingWrite[];
}

/** Options of `list`. */
export interface CheckpointListOptions {
  /** The maximum number of tuples to yield. @default no limit; 0 yields nothing */
  limit?: number;
  /** Only checkpoints whose id is smaller than its `configurable.checkpoint_id`. */
  before?: CheckpointConfig;
  /** Only checkpoints whose metadata matches every key of the filter. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as LangGraph declares it
  filter?: Record<string, any>;
}

/** What one channel gathered along the ancestors of a checkpoint. */
export interface DeltaChannelHistory {
  /** Oldest first. */
  writes: CheckpointPendingWrite[];
  /** Value of the nearest ancestor that has one; the key is absent when there is none. */
  seed?: unknown;
}

/** What every checkpointer has, including LangGraph.js's own. */
export interface Checkpointer {
  getTuple(config: CheckpointConfig): Promise<CheckpointTuple | undefined>;
  list(
    config: CheckpointConfig,
    options?: CheckpointListOptions,
  ): AsyncGenerator<CheckpointTuple, unknown, unknown>;
  put(
    config: CheckpointConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<CheckpointConfig>;
  putWrites(
    config: CheckpointConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath?: string,
  ): Promise<void>;
  deleteThread(threadId: string): Promise<void>;
}

/**
 * LangGraph's serializer interface.
 *
 * Source: `SerializerProtocol` of `@langchain/langgraph-checkpoint`.
 */
export interface SerializerProtocol {
  // oxlint-disable-next-line typescript/no-explicit-any -- as LangGraph declares it
  dumpsTyped(data: any): Promise<[string, Uint8Array]>;
  // oxlint-disable-next-line typescript/no-explicit-any -- as LangGraph declares it
  loadsTyped(type: string, data: Uint8Array | string): Promise<any>;
}

/** Channels that LangGraph writes for itself. */
export const ERROR = "__error__";
export const SCHEDULED = "__scheduled__";
export const INTERRUPT = "__interrupt__";
export const RESUME = "__resume__";
export const TASKS = "__pregel_tasks";

/** Key of `configurable` with the id of the claim that a write is made under; see `CheckpointSaver.claimThread`. */
export const CLAIM = "__threadmark_claim";

/**
 * Key of `configurable` that is `true` when a workflow stores, so that its thread can be found by whether its last run
 * has ended; see `ListThreadsOptions.run`.
 */
export const RUN = "__threadmark_run";
