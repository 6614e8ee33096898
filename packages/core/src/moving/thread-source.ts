import type { ThreadMetadata } from "../saver/thread-metadata.ts";
import type { MovedCheckpoint } from "./moved.ts";

/** Where threads are moved from. Nothing is written through it but the deletion of a thread. */
export interface ThreadSource {
  /** The ids of all threads, each once. */
  threadIds(): AsyncIterable<string>;
  /** Whether there is anything of a thread. */
  has(threadId: string): Promise<boolean>;
  /** Everything of a thread, in any order, a bounded part of it in memory at a time. */
  checkpoints(threadId: string): AsyncIterable<MovedCheckpoint>;
  /** What is known of the thread itself, where the saver keeps such a thing and there is any. */
  metadata?(threadId: string): Promise<ThreadMetadata | undefined>;
}

/** How a saver that is known by its fields tells what it has, without its state. */
export interface Directory {
  threadIds(): AsyncIterable<string>;
  namespaces(threadId: string): Promise<readonly string[]>;
}
