import type {
  ChannelVersions,
  Checkpoint,
  CheckpointConfig,
  CheckpointListOptions,
  CheckpointMetadata,
  CheckpointTuple,
  PendingWrite,
} from "@threadmark/core";

/**
 * What a workflow needs of a checkpointer. Every saver of Threadmark and of LangGraph.js has it.
 */
export interface WorkflowSaver {
  getTuple(config: CheckpointConfig): Promise<CheckpointTuple | undefined>;
  list(config: CheckpointConfig, options?: CheckpointListOptions): AsyncIterable<CheckpointTuple>;
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
  // oxlint-disable-next-line typescript/no-explicit-any -- number or string, as the saver counts
  getNextVersion(current: any): any;
}
