import type { ThreadStats } from "@threadmark/core/storage";
import { KIND, wholeOf } from "../keys.ts";
import { ALL, type Session } from "../session.ts";
import { isValid } from "../thread.ts";
import { readSteadily } from "./read-steadily.ts";

interface Group {
  readonly _id: { readonly k: number; readonly g: string | null };
  readonly count: number;
  readonly bytes: number;
}

/** Checkpoints by generation, and everything else by kind: the server measures documents and sends none. */
const BY_KIND = {
  $group: {
    _id: { k: "$_id.k", g: { $cond: [{ $eq: ["$_id.k", KIND.checkpoint] }, "$g", null] } },
    count: { $sum: 1 },
    bytes: { $sum: { $bsonSize: "$$ROOT" } },
  },
};

/** How much is stored of a thread. What an interrupted write has left takes space, too. */
export async function readStats(session: Session, name: string): Promise<ThreadStats | undefined> {
  return readSteadily(session, name, async (_, { thread, valid }) => {
    const groups = (await session.read((collection) =>
      collection.aggregate([{ $match: wholeOf(thread) }, BY_KIND], { batchSize: ALL }).toArray(),
    )) as unknown as Group[];
    const checkpoints = groups.filter(
      ({ _id }) => _id.k === KIND.checkpoint && isValid(thread, valid, { g: _id.g }),
    );
    return {
      checkpoints: checkpoints.reduce((sum, { count }) => sum + count, 0),
      bytes: groups.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  });
}
