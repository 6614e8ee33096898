import type { Doc, UpdateOp } from "../driver.ts";
import { newGeneration } from "../generation.ts";
import { anyOf, contentOf, only, threadKey, wholeOf } from "../keys.ts";
import type { Session } from "../session.ts";
import { GONE, onlyOf } from "../thread.ts";
import { purgeLeftovers } from "./purge.ts";

/** What was found of a thread after it was marked. */
interface Marked {
  readonly thread: string;
  /** Whether its own document still has our mark. */
  readonly isOurs: boolean;
  /** Whether it was not gone already. */
  readonly wasThere: boolean;
  /** The generations of everything else. */
  readonly old: readonly string[];
}

/**
 * Removes threads with everything of them, as `purge` does with one, in a number of commands that does not grow
 * with the number of threads.
 *
 * @param when Which of them: a condition on their documents.
 * @returns How many this very call removed.
 */
export async function deleteThreads(
  session: Session,
  threads: readonly string[],
  when: Doc = {},
): Promise<number> {
  const marks = new Map(threads.map((thread) => [thread, newGeneration(thread)]));
  const ops = [...marks].map(([thread, mark]) => markGone(thread, mark, when));
  await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
  const found = await findMarked(session, marks);
  const ours = found.filter(({ isOurs, old }) => isOurs && old.length > 0);
  if (ours.length > 0) {
    const content = ours.map(({ thread, old }) => ({ ...contentOf(thread), ...onlyOf(old) }));
    await session.write((collection) => collection.deleteMany({ $or: content }));
  }
  const keys = found.filter(({ isOurs }) => isOurs).map(({ thread }) => threadKey(thread));
  if (keys.length > 0) {
    const last = { ...anyOf(keys), g: { $in: [...marks.values()] } };
    await session.write((collection) => collection.deleteMany(last));
  }
  for (const { thread, isOurs } of found) if (!isOurs) await purgeLeftovers(session, thread);
  return found.filter(({ isOurs, wasThere }) => isOurs && wasThere).length;
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

/** What there is of threads. The ranges are read in order, so that a thread's own document comes last. */
async function findMarked(session: Session, marks: ReadonlyMap<string, string>): Promise<Marked[]> {
  const stages = [
    { $match: { $or: [...marks.keys()].map(wholeOf) } },
    { $sort: { _id: 1 } },
    { $group: { _id: { t: "$_id.t", g: "$g", was: "$was", left: "$left" } } },
  ];
  const groups = (await session.write((collection) => collection.aggregate(stages).toArray())) as unknown as {
    readonly _id: {
      readonly t: string;
      readonly g: string | readonly string[];
      readonly was?: readonly string[];
      readonly left?: boolean;
    };
  }[];
  const found = new Map<string, { seen: string[]; wasThere: boolean }>();
  for (const { _id } of groups) {
    const { seen, wasThere } = found.get(_id.t) ?? { seen: [], wasThere: true };
    found.set(_id.t, {
      seen: [...seen, ...[_id.g].flat(), ...(_id.was ?? [])],
      wasThere: wasThere && !_id.left,
    });
  }
  return [...found].map(([thread, { seen, wasThere }]) => {
    const mark = marks.get(thread)!;
    return {
      thread,
      isOurs: seen.includes(mark),
      wasThere,
      old: [...new Set(seen)].filter((g) => g !== mark),
    };
  });
}
