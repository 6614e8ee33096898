import { CheckpointError, type RemoveRequest } from "@threadmark/core/storage";
import type { UpdateOp } from "../driver.ts";
import { newGeneration } from "../generation.ts";
import { only, threadKey } from "../keys.ts";
import type { Session } from "../session.ts";
import { twice } from "../twice.ts";
import { ALIVE, findThreads, isSettled, type SeenThread, type ThreadDoc } from "../thread.ts";

const MAX_ATTEMPTS = 100;

/** A removal that is not done. */
export interface Pending {
  readonly request: RemoveRequest;
  readonly epoch: string;
  readonly attempt: number;
}

/** A removal that has begun, with the thread as step 1 left it; see `remove.ts`. */
export interface Begun {
  readonly request: RemoveRequest;
  readonly thread: ThreadDoc;
}

/** The next attempt of a removal that another one took over. */
export function again({ request, attempt }: Pending): Pending {
  // An epoch stands for one generation only: writers may know what is stored under it.
  return { request, epoch: newGeneration(request.thread), attempt: attempt + 1 };
}

/** Whether a removal that is under way is to be taken for dead. */
export function isStuck({ patience }: Session, { busy, now }: SeenThread): boolean {
  // One that begins in the future has a damaged time.
  return !busy || Math.abs(now.getTime() - busy.getTime()) >= patience;
}

/**
 * Step 1, for the threads that nobody else removes from.
 *
 * @param seen The threads as they were just read. All of them exist.
 */
export async function begin(
  session: Session,
  pending: readonly Pending[],
  seen: ReadonlyMap<string, SeenThread>,
): Promise<ReadonlyMap<string, Begun>> {
  const marks = new Map<string, string>();
  const ops: UpdateOp[] = [];
  for (const { request, epoch, attempt } of pending) {
    const thread = seen.get(request.thread)!;
    if (!isSettled(thread) && !isStuck(session, thread)) continue;
    if (attempt > MAX_ATTEMPTS) throw takenTooOften(request.thread);
    const g = newGeneration(request.thread);
    marks.set(request.thread, g);
    ops.push(beginOne(thread, g, epoch));
  }
  if (ops.length === 0) return new Map();
  await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
  // The result is read, not taken from the counts: the reply to the first of two attempts may have been lost.
  const found = await findThreads(session, [...marks.keys()]);
  const begun = new Map<string, Begun>();
  for (const { request } of pending) {
    const thread = found.get(request.thread);
    if (thread && thread.g === marks.get(request.thread)) begun.set(request.thread, { request, thread });
  }
  return begun;
}

function beginOne({ thread, g: before, valid }: ThreadDoc, g: string, epoch: string): UpdateOp {
  const filter = { ...only(threadKey(thread)), g: before, ...ALIVE };
  const set = {
    g,
    epoch: { $literal: epoch },
    valid: [...valid, g],
    busy: "$$NOW",
    ...twice({ open: "$$REMOVE" }),
  };
  return { updateOne: { filter, update: [{ $set: set }], upsert: false } };
}

function takenTooOften(thread: string): CheckpointError {
  return new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(thread)} lost checkpoints to other removals ${MAX_ATTEMPTS} times; try again later`,
    { threadId: thread },
  );
}
