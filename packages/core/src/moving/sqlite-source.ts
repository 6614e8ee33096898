import type { OldSaver } from "./old-saver.ts";
import { pagedSource } from "./paged-source.ts";
import type { ThreadSource } from "./thread-source.ts";

interface Statement {
  all(...values: unknown[]): { id: string }[];
}

/** LangGraph.js's `SqliteSaver`: its `db` is a database of better-sqlite3, and `setup` makes the tables. */
export function sqliteSource(saver: OldSaver): ThreadSource | undefined {
  const { db, setup } = saver as { db?: { prepare?(text: string): Statement }; setup?: () => unknown };
  if (typeof db?.prepare !== "function") return undefined;
  const prepare = db.prepare.bind(db);
  const idsOf = async (text: string, ...values: unknown[]): Promise<string[]> => {
    await setup?.call(saver);
    return prepare(text)
      .all(...values)
      .map(({ id }) => id);
  };
  return pagedSource(saver, {
    async *threadIds() {
      yield* await idsOf("SELECT DISTINCT thread_id AS id FROM checkpoints ORDER BY 1");
    },
    namespaces: (threadId) =>
      idsOf("SELECT DISTINCT checkpoint_ns AS id FROM checkpoints WHERE thread_id = ? ORDER BY 1", threadId),
  });
}
