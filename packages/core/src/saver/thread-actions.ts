import { sealShift } from "../codec/seals.ts";
import { CheckpointError } from "../errors.ts";
import { threadIdOf, type ThreadId } from "../ids.ts";
import { randomId } from "../runtime.ts";
import { ttlMilliseconds, type Engine } from "./engine.ts";

const SWEEP_BATCH = 100;

export async function removeThread({ storage, cache, adoption }: Engine, threadId: ThreadId): Promise<void> {
  const thread = threadIdOf(threadId);
  if (adoption) await adoption.remove(thread);
  else await storage.deleteThreads([thread]);
  cache.forget(thread);
}

/** Copies a thread that exists to one that does not. */
export async function copyThread(
  { storage, cache, adoption }: Engine,
  source: ThreadId,
  target: ThreadId,
): Promise<void> {
  const from = threadIdOf(source);
  const to = threadIdOf(target);
  await adoption?.settle(from);
  await adoption?.settle(to);
  const outcome = await storage.copyThread({
    from,
    to,
    newEpoch: randomId(),
    sealShift: sealShift(from, to),
  });
  cache.forget(to);
  if (outcome === "missing") throw notFound(from);
  if (outcome === "copied") return;
  throw new CheckpointError("THREAD_EXISTS", `thread ${JSON.stringify(to)} already exists; delete it first`, {
    threadId: to,
  });
}

/** Sets or removes a thread's own time to live. */
export async function expireThread(
  { storage, adoption }: Engine,
  threadId: ThreadId,
  ttl: { readonly seconds: number } | null | undefined,
): Promise<void> {
  const thread = threadIdOf(threadId);
  const milliseconds =
    ttl === undefined || ttl === null ? ttl : ttlMilliseconds(ttl, "ttl", { seconds: true });
  await adoption?.settle(thread);
  await adoption?.tidy(thread);
  if (!(await storage.expire({ thread, ttl: milliseconds }))) throw notFound(thread);
}

/** Removes expired threads batch by batch. */
export async function sweepThreads({ storage, adoption }: Engine): Promise<number> {
  await adoption?.finish();
  let total = 0;
  for (;;) {
    const removed = await storage.sweep({ thread: undefined, limit: SWEEP_BATCH });
    total += removed;
    if (removed < SWEEP_BATCH) return total;
  }
}

/** The error for a thread that must exist. */
export function notFound(threadId: string): CheckpointError {
  return new CheckpointError("THREAD_NOT_FOUND", `thread ${JSON.stringify(threadId)} does not exist`, {
    threadId,
  });
}
