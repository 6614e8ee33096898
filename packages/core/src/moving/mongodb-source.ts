import type { OldSaver } from "./old-saver.ts";
import { pagedSource } from "./paged-source.ts";
import type { ThreadSource } from "./thread-source.ts";

interface Collection {
  aggregate(stages: object[], options?: object): AsyncIterable<{ _id: unknown }>;
}

/** LangGraph.js's `MongoDBSaver`: it has a `db` with collections, and their names. */
export function mongoSource(saver: OldSaver): ThreadSource | undefined {
  const { db, checkpointCollectionName: name } = saver as {
    db?: { collection?(name: string): Collection };
    checkpointCollectionName?: unknown;
  };
  if (typeof db?.collection !== "function" || typeof name !== "string") return undefined;
  const collection = db.collection(name);
  async function* idsOf(field: string, match: object): AsyncGenerator<string> {
    // A cursor: `distinct` answers with one document, which cannot be longer than 16 MB.
    const stages = [{ $match: match }, { $sort: { thread_id: 1 } }, { $group: { _id: `$${field}` } }];
    for await (const { _id } of collection.aggregate(stages, { allowDiskUse: true })) {
      if (typeof _id === "string") yield _id;
    }
  }
  return pagedSource(saver, {
    threadIds: () => idsOf("thread_id", {}),
    async namespaces(threadId) {
      const found: string[] = [];
      for await (const id of idsOf("checkpoint_ns", { thread_id: threadId })) found.push(id);
      return found.toSorted();
    },
  });
}
