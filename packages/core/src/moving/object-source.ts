import { movedFrom } from "./moved.ts";
import type { OldSaver } from "./old-saver.ts";
import type { ThreadSource } from "./thread-source.ts";

/** Thread → namespace → checkpoint id. */
type Stored = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
/** JSON of thread, namespace and id → `task,idx` → task, channel, bytes, path. */
type Writes = Readonly<
  Record<
    string,
    Readonly<Record<string, readonly [task: string, channel: string, bytes: unknown, path?: string]>>
  >
>;

/** LangGraph.js's `MemorySaver`: plain objects called `storage` and `writes`. */
export function objectSource(saver: OldSaver): ThreadSource | undefined {
  const { storage, writes } = saver as { storage?: Stored; writes?: Writes };
  if (typeof storage !== "object" || typeof writes !== "object" || "port" in storage) return undefined;
  return {
    async *threadIds() {
      yield* Object.keys(storage);
    },
    async has(threadId) {
      return Object.hasOwn(storage, threadId);
    },
    async *checkpoints(threadId) {
      if (!Object.hasOwn(storage, threadId)) return;
      for await (const tuple of saver.list({ configurable: { thread_id: threadId } })) {
        const { checkpoint_ns: namespace, checkpoint_id: id } = tuple.config.configurable ?? {};
        const stored = Object.values(writes[JSON.stringify([threadId, namespace, id])] ?? {});
        yield movedFrom(tuple, {
          paths: new Map(stored.map((row) => [row[0], row[3] ?? ""])),
        });
      }
    },
  };
}
