export { CLAIM, ERROR, INTERRUPT, RESUME, RUN, SCHEDULED, TASKS } from "./contract.ts";
export type {
  ChannelVersion,
  ChannelVersions,
  Checkpoint,
  CheckpointConfig,
  CheckpointListOptions,
  CheckpointMetadata,
  CheckpointPendingWrite,
  CheckpointTuple,
  Checkpointer,
  DeltaChannelHistory,
  PendingWrite,
  SerializerProtocol,
} from "./contract.ts";
export {
  CheckpointError,
  isCheckpointError,
  type CheckpointErrorCode,
  type CheckpointErrorDetails,
} from "./errors.ts";
export { MAX_ID_BYTES, type ThreadId } from "./ids.ts";
export {
  migrateThreads,
  type AbortSignalLike,
  type MigrateThreadsOptions,
  type MigrationFailure,
  type MigrationProgress,
  type MigrationReport,
} from "./moving/migrate.ts";
export type { NewSaver, OldSaver } from "./moving/old-saver.ts";
export { threadIdsOf } from "./moving/thread-ids.ts";
export { CheckpointSaver } from "./saver/checkpoint-saver.ts";
export type { CheckpointSaverOptions, TtlOptions } from "./saver/engine.ts";
export type { PruneOptions, RemovalReport } from "./saver/retention.ts";
export type { ClaimOptions, ClaimResult } from "./saver/claims.ts";
export type { DeleteThreadsOptions } from "./saver/delete-threads.ts";
export {
  checkpointSizes,
  threadStats,
  type CheckpointSize,
  type CheckpointSizesOptions,
} from "./saver/sizes.ts";
export type { ThreadStats } from "./storage/port.ts";
export type { ThreadMetadata, ThreadMetadataOf } from "./saver/thread-metadata.ts";
export type { RunMark } from "./saver/run-mark.ts";
export type { ListThreadsOptions, ThreadInfo, ThreadState } from "./saver/threads.ts";
export type { ThreadUpdate } from "./saver/update-thread.ts";
export * from "./serializer/index.ts";
