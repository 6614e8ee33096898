import { damaged } from "@threadmark/core/storage";
import type { Key } from "../keys.ts";
import type { Session } from "../session.ts";
import { isSameTwice } from "../twice.ts";

const IS_WHOLE = isSameTwice("expires");

/** Threads that seem to have expired at a time of the server. The deletion itself decides. */
export async function findExpired(session: Session, limit: number, at: Date): Promise<string[]> {
  const stuck = new Date(at.getTime() - session.patience);
  // A deletion that begins in the future is a damaged one.
  const late = new Date(at.getTime() + session.patience);
  const begun = [{ gone: null }, { gone: { $lte: stuck } }, { gone: { $gt: late } }];
  const filter = { expires: { $lte: at }, $or: begun, $expr: IS_WHOLE };
  const docs = await session.find(filter, { sort: { expires: 1 }, limit, projection: { _id: 1 } });
  return docs.map(({ _id }) => (_id as Key).t);
}

/** @throws CheckpointError `CORRUPT` if, by one copy of its expiry and not by the other, a thread seems to have expired. */
export async function refuseDamaged(session: Session, at: Date): Promise<void> {
  const either = [{ expires: { $lte: at } }, { expiresCopy: { $lte: at } }];
  const filter = { $or: either, $expr: { $not: [IS_WHOLE] } };
  const [found] = await session.find(filter, { limit: 1, projection: { _id: 1 } });
  if (found) throw damaged((found["_id"] as Key).t, "the expiry");
}
