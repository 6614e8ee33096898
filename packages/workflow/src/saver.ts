import type {
  Checkpointer,
  CheckpointConfig,
  CheckpointListOptions,
  CheckpointTuple,
  ThreadInfo,
} from "@threadmark/core";

/**
 * What a workflow needs from a checkpointer. Every saver of Threadmark and of LangGraph.js provides it.
 */
export interface WorkflowSaver extends Pick<Checkpointer, "getTuple" | "put" | "putWrites"> {
  list(config: CheckpointConfig, options?: CheckpointListOptions): AsyncIterable<CheckpointTuple>;
  // oxlint-disable-next-line typescript/no-explicit-any -- number or string, as the saver counts
  getNextVersion(current: any): any;
}

/** A checkpointer that makes one process the owner of a thread. Every saver of Threadmark is one. */
export interface ClaimingSaver extends WorkflowSaver {
  claimThread(
    threadId: string,
    options: { readonly claim: string; readonly ttl: { readonly seconds: number } },
  ): Promise<{ readonly claimed: boolean }>;
  renewThread(
    threadId: string,
    options: { readonly claim: string; readonly ttl: { readonly seconds: number } },
  ): Promise<boolean>;
  releaseThread(threadId: string, claim: string): Promise<boolean>;
}

/** Which threads are listed. */
interface ThreadQuery {
  readonly filter?: Readonly<Record<string, unknown>>;
  readonly run?: "finished" | "unfinished";
}

/** A checkpointer that lists its threads. Every saver of Threadmark is one. */
export interface ListingSaver extends WorkflowSaver {
  listThreads(options: ThreadQuery): AsyncIterable<ThreadInfo>;
}

export function canList(saver: WorkflowSaver): saver is ListingSaver {
  return typeof (saver as Partial<ListingSaver>).listThreads === "function";
}

export function canClaim(saver: WorkflowSaver): saver is ClaimingSaver {
  return ["claimThread", "renewThread", "releaseThread"].every(
    (method) => typeof (saver as unknown as Record<string, unknown>)[method] === "function",
  );
}
