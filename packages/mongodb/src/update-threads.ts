import type { UpdateThreadRequest } from "@threadmark/core/storage";
import type { UpdateOp } from "./driver.ts";
import { anyOf, only, threadKey, type Key } from "./keys.ts";
import type { Session } from "./session.ts";
import { changedEntries } from "./entries.ts";
import { ALIVE } from "./thread.ts";

/** Changes the metadata of threads, and returns whether each of them exists. */
export async function updateThreads(
  session: Session,
  requests: readonly UpdateThreadRequest[],
): Promise<boolean[]> {
  const ops = requests.map(({ thread, set, remove }): UpdateOp => ({
    updateOne: {
      filter: { ...only(threadKey(thread)), ...ALIVE },
      update: [{ $set: changedEntries(set, remove) }],
      upsert: false,
    },
  }));
  const { matchedCount } = await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
  if (matchedCount === 0 || matchedCount === ops.length) return requests.map(() => matchedCount > 0);
  const filter = { ...anyOf(requests.map(({ thread }) => threadKey(thread))), ...ALIVE };
  const found = await session.find(filter, { projection: { _id: 1 } });
  const there = new Set(found.map(({ _id }) => (_id as Key).t));
  return requests.map(({ thread }) => there.has(thread));
}
