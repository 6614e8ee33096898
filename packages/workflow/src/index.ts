export {
  addMessages,
  removeMessage,
  REMOVE_ALL,
  type MessageLike,
  type RemoveMessage,
} from "./add-messages.ts";
export {
  getConfig,
  getPreviousState,
  getStore,
  getWriter,
  interrupt,
  sleep,
  waitFor,
} from "./ambient-calls.ts";
export { MemoryCache, type CachePolicy, type WorkflowCache } from "./cache.ts";
export type { Clock } from "./clock.ts";
export {
  Command,
  isInterrupted,
  isPause,
  type CommandOptions,
  type Interrupt,
  type Interrupted,
} from "./command.ts";
export type { Concurrency, RunConfig, StreamConfig } from "./config.ts";
export type { Context, RunInfo, TokenWriter } from "./context.ts";
export { entrypoint, type EntrypointFunction, type EntrypointOptions } from "./entrypoint.ts";
export { isWorkflowError, WorkflowError, type StoredError, type WorkflowErrorCode } from "./errors.ts";
export type { CheckpointEvent, TaskState } from "./events.ts";
export type { Final, SaveOf, ValueOf } from "./final.ts";
export type { Durability } from "./recorder.ts";
export type { RecoverOptions, RecoveryReport } from "./recover.ts";
export type { InterruptOptions, ResponseSchema, SchemaResult } from "./response-schema.ts";
export type { RetryPolicy } from "./retry.ts";
export type { ListRunsOptions, RunStatus, RunSummary } from "./runs.ts";
export type { WorkflowSaver } from "./saver.ts";
export type { StateSnapshot } from "./snapshot.ts";
export type { StreamMode } from "./stream.ts";
export { task, type Task, type TaskOptions } from "./task.ts";
export type { TimeoutPolicy } from "./timeout.ts";
export type { WaitOptions } from "./waiting.ts";
export { Workflow, type Chunk } from "./workflow.ts";
