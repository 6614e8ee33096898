/** What the suite calls on a saver. LangGraph.js's savers and Threadmark's both have this shape. */

import type {
  Checkpoint,
  CheckpointConfig,
  Checkpointer,
  ChannelVersion,
  DeltaChannelHistory,
  SerializerProtocol,
} from "@threadmark/core";

/** One thread, as `listThreads` returns it. */
export interface ThreadSummary {
  readonly threadId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly headId: string | undefined;
  readonly state: string | undefined;
  readonly run?: string | undefined;
  readonly claim?: { readonly id: string; readonly until: Date } | undefined;
  readonly cursor: string;
}

export interface ThreadListOptions {
  limit?: number;
  before?: string | Date;
  filter?: Record<string, unknown>;
  run?: "finished" | "unfinished";
}

interface DeleteThreadsOptions {
  filter?: Record<string, unknown>;
  threadIds?: string[];
  allThreads?: true;
}

export type ClaimResult = { readonly claimed: true } | { readonly claimed: false; readonly until: Date };

export interface PruneOptions {
  threadIds?: string[];
  allThreads?: boolean;
  keepLatest?: number;
  olderThan?: Date;
  dryRun?: boolean;
}

/** What `prune` says it did; other numbers may follow. */
export interface PruneResult {
  readonly threads: number;
  readonly checkpoints: number;
}

/** The saver under test. Methods with `?` belong to the extended part of the contract. */
export interface TestedSaver extends Checkpointer {
  get(config: CheckpointConfig): Promise<Checkpoint | undefined>;
  getNextVersion(current: ChannelVersion | undefined): ChannelVersion;
  toJSON?(): unknown;
  getDeltaChannelHistory?(options: {
    config: CheckpointConfig;
    channels: string[];
  }): Promise<Record<string, DeltaChannelHistory>>;
  setup?(): Promise<unknown>;
  close?(): Promise<unknown>;
  end?(): Promise<unknown>;
  listThreads?(options?: ThreadListOptions): AsyncIterable<ThreadSummary>;
  getThread?(threadId: string): Promise<ThreadSummary | undefined>;
  updateThread?(threadId: string, update: { metadata: Record<string, unknown> }): Promise<unknown>;
  deleteThreads?(options: DeleteThreadsOptions): Promise<number>;
  claimThread?(threadId: string, options: { claim: string; ttl: { seconds: number } }): Promise<ClaimResult>;
  renewThread?(threadId: string, options: { claim: string; ttl: { seconds: number } }): Promise<boolean>;
  releaseThread?(threadId: string, claim: string): Promise<boolean>;
  copyThread?(from: string, to: string): Promise<unknown>;
  prune?(options: PruneOptions): Promise<PruneResult>;
  deleteForRuns?(runIds: string[]): Promise<unknown>;
  setThreadTtl?(threadId: string, ttl: { seconds: number } | null | undefined): Promise<unknown>;
  sweep?(): Promise<unknown>;
}

/** Options that some clauses need. A harness that cannot give one returns `undefined` from `open`. */
export interface OpenOptions {
  readonly serde?: SerializerProtocol;
  readonly ttl?: { readonly seconds: number; readonly refreshOnRead?: boolean };
  readonly fence?: "head";
  readonly threadMetadata?: (config: CheckpointConfig) => Record<string, unknown> | undefined;
  readonly keepLatest?: number;
  readonly adopt?: TestedSaver;
  /** Whether values that cannot be stored exactly are converted or refused. */
  readonly onUnknown?: "convert" | "refuse";
}

/** A store with a saver on it. */
export interface OpenedStore {
  readonly saver: TestedSaver;
  /** Another saver on the same data and with the same options, as in another process. */
  readonly reopen?: () => Promise<TestedSaver>;
  /** Closes the savers and removes the store. */
  close(): Promise<void>;
}

/** Opens a fresh, empty store; `undefined` says that the options are not supported. */
export type OpenStore = (options?: OpenOptions) => Promise<OpenedStore | undefined>;
