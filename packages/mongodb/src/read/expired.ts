import type { Doc } from "../driver.ts";
import type { Session } from "../session.ts";

/** Threads that seem to have expired at a time of the server. The deletion itself decides. */
export async function findExpired(session: Session, limit: number, at: Date): Promise<string[]> {
  const stuck = new Date(at.getTime() - session.patience);
  const filter = { expires: { $lte: at }, $or: [{ gone: null }, { gone: { $lte: stuck } }] };
  const options: Doc = { sort: { expires: 1 }, limit, projection: { thread: 1 } };
  const docs = await session.find(filter, options);
  return docs.map((doc) => doc["thread"] as string);
}
