import type { CheckpointTuple } from "../contract.ts";
import { configOf } from "../ids.ts";
import { movedFrom } from "./moved.ts";
import type { OldSaver } from "./old-saver.ts";
import type { Directory, ThreadSource } from "./thread-source.ts";

/** Tuples per page of a listing. */
const PAGE = 25;

/**
 * A source over a directory: the checkpoints of each namespace page by page, through the saver's own `list`. Within a
 * namespace ids are unique, so `before` neither skips nor repeats one.
 */
export function pagedSource(saver: OldSaver, directory: Directory): ThreadSource {
  return {
    threadIds: () => directory.threadIds(),
    has: async (threadId) => (await directory.namespaces(threadId)).length > 0,
    async *checkpoints(threadId) {
      for (const namespace of await directory.namespaces(threadId)) {
        for await (const tuple of pagesOf(saver, threadId, namespace)) yield movedFrom(tuple);
      }
    },
  };
}

async function* pagesOf(
  saver: OldSaver,
  threadId: string,
  namespace: string,
): AsyncGenerator<CheckpointTuple> {
  const config = { configurable: { thread_id: threadId, checkpoint_ns: namespace } };
  let last: string | undefined;
  for (;;) {
    const before = last === undefined ? {} : { before: configOf(threadId, namespace, last) };
    let count = 0;
    for await (const tuple of saver.list(config, { limit: PAGE, ...before })) {
      count++;
      last = tuple.checkpoint.id;
      yield tuple;
    }
    if (count < PAGE) return;
  }
}
