import type { ThreadMetadata } from "../saver/thread-metadata.ts";
import type { MovedCheckpoint } from "./moved.ts";

/** Where threads are moved from. The only change that it makes is to delete a thread. */
export interface ThreadSource {
  /** The ids of all threads, each once. */
  threadIds(): AsyncIterable<string>;
  /** Whether anything of a thread exists. */
  has(threadId: string): Promise<boolean>;
  /** Everything of a thread, in any order, with a bounded part of it in memory at a time. */
  checkpoints(threadId: string): AsyncIterable<MovedCheckpoint>;
  /** The metadata of the thread itself, if the saver keeps such metadata and has any. */
  metadata?(threadId: string): Promise<ThreadMetadata | undefined>;
}

/** How a saver that is known by its fields lists what it has, without reading state. */
export interface Directory {
  threadIds(): AsyncIterable<string>;
  namespaces(threadId: string): Promise<readonly string[]>;
}
