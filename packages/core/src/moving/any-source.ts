import { movedFrom, textOf } from "./moved.ts";
import type { OldSaver } from "./old-saver.ts";
import type { ThreadSource } from "./thread-source.ts";

interface ListsThreads {
  listThreads?(): AsyncIterable<{ readonly threadId: string }>;
}

/** Any saver that follows the contract. Without `listThreads`, finding all threads means reading everything. */
export function anySource(saver: OldSaver): ThreadSource {
  return {
    async *threadIds() {
      const { listThreads } = saver as ListsThreads;
      if (listThreads) {
        for await (const { threadId } of listThreads.call(saver)) yield threadId;
        return;
      }
      const seen = new Set<string>();
      for await (const { config } of saver.list({ configurable: {} })) {
        const threadId = textOf(config, "thread_id");
        if (threadId === undefined || seen.has(threadId)) continue;
        seen.add(threadId);
        yield threadId;
      }
    },
    async has(threadId) {
      const listing = saver.list({ configurable: { thread_id: threadId } }, { limit: 1 });
      const first = await listing.next();
      await listing.return(undefined);
      return first.done !== true;
    },
    async *checkpoints(threadId) {
      for await (const tuple of saver.list({ configurable: { thread_id: threadId } })) yield movedFrom(tuple);
    },
  };
}
