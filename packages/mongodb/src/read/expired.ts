import type { Doc } from "../driver.ts";
import type { Session } from "../session.ts";
import { expired } from "../thread-times.ts";

/** Threads that seem to have expired at a time of the server. The deletion itself decides. */
export async function findExpired(session: Session, limit: number, at: Date): Promise<string[]> {
  // Damaged ones stay, and must not be in the way.
  const filter = { expires: { $lte: at }, ...expired(session.patience) };
  const options: Doc = { sort: { expires: 1 }, limit, projection: { thread: 1 } };
  const docs = await session.find(filter, options);
  return docs.map((doc) => doc["thread"] as string);
}
