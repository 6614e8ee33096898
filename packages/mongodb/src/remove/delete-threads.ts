import type { Doc } from "../driver.ts";
import { purgeAll, purgeLeftovers } from "./purge.ts";
import type { Session } from "../session.ts";

/**
 * Removes threads, and what is left of those that no longer exist.
 *
 * @param when A condition on their documents.
 * @returns How many this call removed.
 */
export async function deleteThreads(
  session: Session,
  threads: readonly string[],
  when: Doc = {},
): Promise<number> {
  const found = await purgeAll(session, new Map(threads.map((thread) => [thread, when])));
  for (const [thread, { done }] of found) if (!done) await purgeLeftovers(session, thread);
  return [...found.values()].filter(({ done, wasThere }) => done && wasThere).length;
}
