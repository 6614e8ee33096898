import type { Doc, UpdateOp } from "../driver.ts";
import { newGeneration } from "../generation.ts";
import { isDuplicateKey } from "../failure.ts";
import { anyOf, contentOf, either, KIND, only, threadKey, wholeOf } from "../keys.ts";
import { ALL, type Session } from "../session.ts";
import { findThread, GONE, onlyOf, type ThreadDoc } from "../thread.ts";

/** What a purge found of a thread, and did with it. */
export interface Purged {
  /** Whether this call removed the thread. */
  readonly done: boolean;
  /** Whether it existed before. */
  readonly wasThere: boolean;
  readonly blobs: number;
}

/**
 * Removes threads with everything in them, in a number of commands that does not grow with the number of threads.
 *
 * 1. _mark_: a thread gets a new generation and no valid one, and is gone from here on. Of several purges at
 *    once, the last one to mark continues, and the others stop.
 * 2. The generations are collected. The ranges are read in the order of `_id`, so the thread's own document comes
 *    last. If it still has the mark, no thread of that name was made meanwhile, and all that was seen is old.
 * 3. Everything of these generations is removed. A slow purge does no harm to a new thread of
 *    that name, whose documents have another generation.
 * 4. The thread's own document is removed, if it still has the mark.
 *
 * After a crash the thread is gone, and the next `sweep` or purge starts again.
 *
 * @param when Which threads: for each name, a condition on its document, for example that it has expired.
 * @returns What was found, for threads that met the condition and for those that did not.
 */
export async function purgeAll(
  session: Session,
  when: ReadonlyMap<string, Doc>,
): Promise<ReadonlyMap<string, Purged>> {
  if (when.size === 0) return new Map();
  const marks = new Map([...when.keys()].map((thread) => [thread, newGeneration(thread)]));
  const ops = [...marks].map(([thread, mark]) => markGone(thread, mark, when.get(thread)!));
  await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
  const found = await findMarked(session, marks);
  const content = found
    .filter(({ done, old }) => done && old.length > 0)
    .map(({ thread, old }) => ({ ...contentOf(thread), ...onlyOf(old) }));
  if (content.length > 0) {
    await session.write((collection) => collection.deleteMany(either(content)));
  }
  const keys = found.filter(({ done }) => done).map(({ thread }) => threadKey(thread));
  if (keys.length > 0) {
    const last = { ...anyOf(keys), g: { $in: [...marks.values()] } };
    await session.write((collection) => collection.deleteMany(last));
  }
  return new Map(found.map((one) => [one.thread, one]));
}

/** Removes a thread with everything in it, if its document meets a condition. */
export async function purge(session: Session, thread: string, when: Doc): Promise<void> {
  await purgeAll(session, new Map([[thread, when]]));
}

function markGone(thread: string, mark: string, when: Doc): UpdateOp {
  // What it had is kept in it: a write that was under way may add to that after it was looked for.
  const valid = { $cond: [{ $isArray: "$valid" }, "$valid", []] };
  const was = { $setUnion: [{ $ifNull: ["$was", []] }, valid, ["$g"]] };
  const left = { $gt: ["$gone", null] };
  const set = { g: mark, was, left, ...GONE, gone: "$$NOW", busy: "$$REMOVE" };
  const filter = { ...only(threadKey(thread)), g: { $ne: mark }, ...when };
  return { updateOne: { filter, update: [{ $set: set }], upsert: false } };
}

interface Marked extends Purged {
  readonly thread: string;
  /** The generations of everything but the mark. */
  readonly old: readonly string[];
}

/** What is stored of threads, and whether they still have their marks. */
async function findMarked(session: Session, marks: ReadonlyMap<string, string>): Promise<Marked[]> {
  const isBlob = { $in: ["$_id.k", [KIND.leaf, KIND.node]] };
  const stages = [
    { $match: either([...marks.keys()].map(wholeOf)) },
    { $sort: { _id: 1 } },
    {
      $group: {
        _id: { t: "$_id.t", g: "$g", was: "$was", left: "$left" },
        blobs: { $sum: { $cond: [isBlob, 1, 0] } },
      },
    },
  ];
  const groups = (await session.write((collection) =>
    collection.aggregate(stages, { batchSize: ALL }).toArray(),
  )) as unknown as {
    readonly _id: {
      readonly t: string;
      readonly g: string | readonly string[];
      readonly was?: readonly string[];
      readonly left?: boolean;
    };
    readonly blobs: number;
  }[];
  const found = new Map<string, { seen: string[]; wasThere: boolean; blobs: number }>();
  for (const { _id, blobs } of groups) {
    const before = found.get(_id.t) ?? { seen: [], wasThere: true, blobs: 0 };
    found.set(_id.t, {
      seen: [...before.seen, ...[_id.g].flat(), ...(_id.was ?? [])],
      wasThere: before.wasThere && !_id.left,
      blobs: before.blobs + blobs,
    });
  }
  return [...found].map(([thread, { seen, wasThere, blobs }]) => {
    const mark = marks.get(thread)!;
    const old = [...new Set(seen)].filter((g) => g !== mark);
    return { thread, done: seen.includes(mark), wasThere, blobs, old };
  });
}

/**
 * Removes what is left of a thread that does not exist: what was stored by writes that came after it was removed, and
 * whose process ended before it could take them back.
 */
export async function purgeLeftovers(session: Session, thread: string): Promise<void> {
  const [left] = await session.find(contentOf(thread), { limit: 1, projection: { _id: 1 } });
  const mark = newGeneration(thread);
  if (left && (await reserve(session, thread, mark))) await purge(session, thread, { g: mark });
}

/** Puts a thread that is gone in the place of one that does not exist. Returns whether it did not exist. */
export async function reserve(session: Session, thread: string, mark: string): Promise<boolean> {
  const update = { $setOnInsert: { writes: 0, thread, ...GONE }, $currentDate: { gone: true } };
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

/** Waits while somebody works on a thread that is gone; if that takes too long, removes what is left of it. */
export async function awaitPurge(
  session: Session,
  { thread, g }: ThreadDoc,
  waits: readonly number[] = SHORT_WAITS,
): Promise<void> {
  for (const wait of waits.filter((one) => one <= session.patience)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const now = await findThread(session, thread);
    // What was copied keeps its generation when it appears.
    if (now?.g !== g || !now.gone) return;
  }
  await purge(session, thread, { g, gone: { $exists: true } });
}

/** The generations of the documents in some ranges, by thread. */
export async function generationsIn(
  session: Session,
  ranges: readonly Doc[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const stages = [
    { $match: either(ranges) },
    { $sort: { _id: 1 } },
    { $group: { _id: { t: "$_id.t", g: "$g" } } },
  ];
  const groups = (await session.write((collection) =>
    collection.aggregate(stages, { batchSize: ALL }).toArray(),
  )) as unknown as {
    readonly _id: { readonly t: string; readonly g: string | readonly string[] };
  }[];
  const found = new Map<string, Set<string>>();
  for (const { _id } of groups) {
    const own = found.get(_id.t) ?? new Set();
    for (const g of [_id.g].flat()) own.add(g);
    found.set(_id.t, own);
  }
  return new Map([...found].map(([thread, own]) => [thread, [...own]]));
}
