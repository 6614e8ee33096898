import type { OldSaver } from "./old-saver.ts";
import { pagedSource } from "./paged-source.ts";
import type { ThreadSource } from "./thread-source.ts";

interface Pool {
  query(text: string, values: readonly unknown[]): Promise<{ rows: { id: string }[] }>;
}

const PAGE = 1000;

/** LangGraph.js's `PostgresSaver`: it has a `pool`, and the schema in its `options`. */
export function postgresSource(saver: OldSaver): ThreadSource | undefined {
  const { pool, options } = saver as { pool?: Pool; options?: { schema?: unknown } };
  if (typeof pool?.query !== "function") return undefined;
  const schema = typeof options?.schema === "string" ? options.schema : "public";
  const table = `"${schema.replaceAll('"', '""')}".checkpoints`;
  const idsOf = async (text: string, ...values: unknown[]): Promise<string[]> =>
    (await pool.query(text, values)).rows.map(({ id }) => id);
  return pagedSource(saver, {
    async *threadIds() {
      // Goes from one thread to the next by the primary key, instead of through all checkpoints.
      const next = `WITH RECURSIVE t AS (
        (SELECT thread_id AS id, 1 AS n FROM ${table} WHERE $1::text IS NULL OR thread_id > $1 ORDER BY thread_id LIMIT 1)
        UNION ALL
        SELECT (SELECT thread_id FROM ${table} WHERE thread_id > t.id ORDER BY thread_id LIMIT 1), t.n + 1
        FROM t WHERE t.id IS NOT NULL AND t.n < ${PAGE}
      ) SELECT id FROM t WHERE id IS NOT NULL`;
      for (let last: string | null = null; ;) {
        const page: string[] = await idsOf(next, last);
        yield* page;
        if (page.length < PAGE) return;
        last = page.at(-1)!;
      }
    },
    namespaces: (threadId) =>
      idsOf(`SELECT DISTINCT checkpoint_ns AS id FROM ${table} WHERE thread_id = $1 ORDER BY 1`, threadId),
  });
}
