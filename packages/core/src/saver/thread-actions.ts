import { sealShift } from "../codec/seals.ts";
import { CheckpointError } from "../errors.ts";
import { threadIdOf } from "../ids.ts";
import { randomId } from "../runtime.ts";
import { ttlMilliseconds, type Engine } from "./engine.ts";
import { encodeEntries, type ThreadMetadata } from "./thread-metadata.ts";

const SWEEP_BATCH = 100;

/** Removes a thread. */
export async function removeThread({ storage, cache }: Engine, threadId: string): Promise<void> {
  const thread = threadIdOf(threadId);
  await storage.deleteThreads([thread]);
  cache.forget(thread);
}

/** Copies a thread that exists to one that does not. */
export async function copyThread({ storage, cache }: Engine, source: string, target: string): Promise<void> {
  const from = threadIdOf(source);
  const to = threadIdOf(target);
  const outcome = await storage.copyThread({
    from,
    to,
    newEpoch: randomId(),
    sealShift: sealShift(from, to),
  });
  cache.forget(to);
  if (outcome === "missing") throw notFound(from);
  if (outcome === "copied") return;
  throw new CheckpointError("THREAD_EXISTS", `thread ${JSON.stringify(to)} exists already; delete it first`, {
    threadId: to,
  });
}

/** What to change of a thread. */
export interface ThreadUpdate {
  /** Keys to set; a key whose value is `undefined` is removed, all others stay as they are. */
  readonly metadata: ThreadMetadata;
}

/** Changes the metadata of a thread. */
export async function updateThread(
  { storage, codec }: Engine,
  threadId: string,
  update: ThreadUpdate,
): Promise<void> {
  const thread = threadIdOf(threadId);
  const change = await encodeEntries(codec, thread, update?.metadata, "metadata");
  if (!(await storage.updateThread({ thread, ...change }))) throw notFound(thread);
}

/** Sets or removes a thread's own time to live. */
export async function expireThread(
  { storage }: Engine,
  threadId: string,
  ttl: { readonly seconds: number } | null | undefined,
): Promise<void> {
  const thread = threadIdOf(threadId);
  const milliseconds = ttl && ttlMilliseconds(ttl, "ttl");
  if (!(await storage.expire({ thread, ttl: milliseconds }))) throw notFound(thread);
}

/** Removes expired threads batch by batch. */
export async function sweepThreads({ storage }: Engine): Promise<number> {
  let total = 0;
  for (;;) {
    const removed = await storage.sweep({ thread: undefined, limit: SWEEP_BATCH });
    total += removed;
    if (removed < SWEEP_BATCH) return total;
  }
}

function notFound(threadId: string): CheckpointError {
  return new CheckpointError("THREAD_NOT_FOUND", `thread ${JSON.stringify(threadId)} does not exist`, {
    threadId,
  });
}
