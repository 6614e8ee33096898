import type {
  ChannelVersions,
  Checkpoint,
  CheckpointConfig,
  CheckpointListOptions,
  CheckpointMetadata,
  CheckpointTuple,
  PendingWrite,
} from "../contract.ts";

/** What is needed of a saver to take its threads over: one of LangGraph.js's own, or any that keeps the contract. */
export interface OldSaver {
  getTuple(config: CheckpointConfig): Promise<CheckpointTuple | undefined>;
  list(
    config: CheckpointConfig,
    options?: CheckpointListOptions,
  ): AsyncGenerator<CheckpointTuple, unknown, unknown>;
  deleteThread(threadId: string): Promise<void>;
}

/** A saver that threads can be moved to. */
export interface NewSaver extends OldSaver {
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
  updateThread?(threadId: string, update: { readonly metadata: Record<string, unknown> }): Promise<unknown>;
}
