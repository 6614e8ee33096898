import { checkOldSaver } from "./check-savers.ts";
import { isHidden } from "./hidden-threads.ts";
import type { OldSaver } from "./old-saver.ts";
import { sourceOf } from "./source-of.ts";

/**
 * The ids of all threads of a saver, in any order: of LangGraph.js's own by one cheap query for each page, of others by
 * listing their checkpoints.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` when it is not a saver.
 * @example
 * for await (const threadId of threadIdsOf(saver)) console.log(threadId);
 */
export async function* threadIdsOf(saver: OldSaver): AsyncGenerator<string> {
  checkOldSaver(saver, "saver");
  for await (const threadId of sourceOf(saver).threadIds()) {
    if (!isHidden(threadId)) yield threadId;
  }
}
