import type { Doc } from "../driver.ts";
import { newGeneration } from "../generation.ts";
import { isDuplicateKey } from "../failure.ts";
import { blobsOf, contentOf, only, threadKey, wholeOf } from "../keys.ts";
import type { Session } from "../session.ts";
import { findThread, GONE, neverThere, onlyOf, type ThreadDoc } from "../thread.ts";

/** What a purge did. */
export interface Purged {
  /** Whether this very call removed the thread. */
  readonly done: boolean;
  readonly blobs: number;
}

/**
 * Removes a thread with everything of it.
 *
 * 1. _mark_: the thread gets a new generation, no valid one, and is gone from here on. Of several at once,
 *    the last one to mark goes on, and the others stop.
 * 2. Which generations are there? The range is read in the order of `_id`, so the thread's own document comes
 *    last. If it still has the mark, no thread of that name was made meanwhile, and all that was seen is old.
 * 3. Everything of these generations is removed. A slow purge that goes on when there is a new thread of that
 *    name does it no harm: the documents of that have another generation.
 * 4. The thread's own document is removed, if it still has the mark.
 *
 * After a crash the thread is gone, and the next `sweep` or purge starts again.
 *
 * @param when Which thread: a condition on its document, for example that it has expired.
 */
export async function purge(
  session: Session,
  thread: string,
  when: Doc,
  countBlobs = false,
): Promise<Purged | undefined> {
  const key = only(threadKey(thread));
  const mark = newGeneration(thread);
  const before = (await session.write((collection) =>
    collection.findOneAndUpdate(
      { ...key, ...when },
      { $set: { g: mark, ...GONE }, $currentDate: { gone: true }, $unset: { busy: 1 } },
      { returnDocument: "before", includeResultMetadata: false },
    ),
  )) as ThreadDoc | null;
  if (!before) return undefined;
  const seen = await generationsIn(session, wholeOf(thread));
  if (!seen.includes(mark)) return { done: false, blobs: 0 };
  // Those of the thread too: a write that was under way may add to them after they were looked for.
  const old = [...new Set([...seen, ...before.valid, before.g])].filter((g) => g !== mark);
  const gone = onlyOf(old);
  const blobs = countBlobs
    ? await session.write((collection) => collection.deleteMany({ ...blobsOf(thread), ...gone }))
    : undefined;
  await session.write((collection) => collection.deleteMany({ ...contentOf(thread), ...gone }));
  const last = await session.write((collection) => collection.deleteOne({ ...key, g: mark }));
  return { done: last.deletedCount > 0, blobs: blobs?.deletedCount ?? 0 };
}

/**
 * Removes what is left of a thread that is not there: of writes that came after it was removed, and whose
 * process ended before it could take them back.
 */
export async function purgeLeftovers(session: Session, thread: string): Promise<void> {
  const [left] = await session.find(contentOf(thread), { limit: 1, projection: { _id: 1 } });
  const mark = newGeneration(thread);
  if (left && (await reserve(session, thread, mark))) await purge(session, thread, { g: mark });
}

/** Puts a thread that is gone in the place of one that is not there. Whether it was not. */
export async function reserve(session: Session, thread: string, mark: string): Promise<boolean> {
  const update = { $setOnInsert: { writes: 0, ...neverThere(thread) }, $currentDate: { gone: true } };
  const filter = { ...only(threadKey(thread)), g: mark };
  try {
    await session.write((collection) => collection.updateOne(filter, update, { upsert: true }));
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}

/** Milliseconds between looks at a thread that somebody else removes or copies. */
const SHORT_WAITS = [2, 5, 10, 20, 50, 100, 200];
/** Copies take longer, and one that is taken from its owner has been for nothing. */
export const LONG_WAITS: readonly number[] = [...SHORT_WAITS, 400, 800, 1600, 3200];

/** Waits for what somebody does with a thread that is gone, and removes what is there when that takes long. */
export async function awaitPurge(
  session: Session,
  { thread, g }: ThreadDoc,
  waits: readonly number[] = SHORT_WAITS,
): Promise<void> {
  for (const wait of waits) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const now = await findThread(session, thread);
    // What was copied keeps its generation when it appears.
    if (now?.g !== g || !now.gone) return;
  }
  await purge(session, thread, { g, gone: { $exists: true } });
}

/** The generations of the documents in a range. */
export async function generationsIn(session: Session, range: Doc): Promise<string[]> {
  const stages = [{ $match: range }, { $sort: { _id: 1 } }, { $group: { _id: "$g" } }];
  const groups = await session.write((collection) => collection.aggregate(stages).toArray());
  return [...new Set(groups.flatMap(({ _id }) => _id as string | string[]))];
}
