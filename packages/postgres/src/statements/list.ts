import type { FilterTerm, RunsRequest, ScanRequest, ThreadsRequest } from "@threadmark/core/storage";
import { idBytes } from "../bytes.ts";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { alive } from "./clauses.ts";
import { belongings } from "./read.ts";

/**
 * A page of checkpoints with their writes and blobs, newest first.
 *
 * - In: `$1` thread, `$2` namespace, `$3` id, `$4` before, `$5` `$6` `$7` id, thread and namespace to start
 *   behind, each or NULL; `$8` tokens, `$9` keys that must be absent; `$10` limit; `$11` blobs that the
 *   caller has.
 * - Out: rows of the parts `checkpoint` and `blob`, and `more` when there are more.
 * - Atomic: one snapshot.
 */
export function scanStatement(tables: Tables, request: ScanRequest): Statement {
  const { thread, namespace, id, before, after, limit, have } = request;
  const { ctes, rows } = belongings(tables, {
    hits: "hits",
    have: "$11::bytea",
    severalThreads: thread === undefined,
  });
  return {
    text: `WITH RECURSIVE page AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY c.id DESC, c.thread, c.namespace) AS rank, c.*
  FROM (
    SELECT * FROM ${sourceOf(tables, request)}
    WHERE ${conditionOf(tables)}
    ORDER BY c.id DESC, c.thread, c.namespace LIMIT $10::int + 1
  ) AS c
), hits AS MATERIALIZED (
  SELECT p.*, (SELECT number FROM ${tables.threads} AS t WHERE t.thread = p.thread) AS number, NULL AS epoch
  FROM page AS p WHERE rank <= $10::int
), ${ctes}
${rows}
UNION ALL
SELECT 'more', NULL, NULL FROM page WHERE rank > $10::int`,
    params: [
      ...[thread, namespace, id, before, after?.id, after?.thread, after?.namespace].map((x) => x ?? null),
      ...filterParams(request.filter),
      limit,
      idBytes(have),
    ],
  };
}

/**
 * The index on (id, thread, namespace) serves all threads, the primary key one namespace. For a whole
 * thread OFFSET 0 keeps the planner from walking the former through everybody's checkpoints.
 */
function sourceOf({ checkpoints }: Tables, { thread, namespace }: ScanRequest): string {
  if (thread === undefined || namespace !== undefined) return `${checkpoints} AS c`;
  return `(SELECT * FROM ${checkpoints} WHERE thread = $1::text OFFSET 0) AS c`;
}

function conditionOf({ threads }: Tables): string {
  return `($1::text IS NULL OR c.thread = $1::text)
      AND ($2::text IS NULL OR c.namespace = $2::text)
      AND ($3::text IS NULL OR c.id = $3::text)
      AND ($4::text IS NULL OR c.id < $4::text)
      AND ($5::text IS NULL OR (c.id <= $5::text
        AND (c.id < $5::text OR (c.thread, c.namespace) > ($6::text, $7::text))))
      AND ${passes("c.tokens", "$8", "$9")}
      AND (SELECT ${alive("t")} FROM ${threads} AS t WHERE t.thread = c.thread)`;
}

/**
 * The planner believes that next to nothing passes `@>`, and would then read and sort all there is. Of a
 * CASE it knows nothing, so it walks the index in order and stops when the page is full.
 */
function passes(tokens: string, wanted: string, absent: string): string {
  return `CASE WHEN ${tokens} @> ${wanted}::text::jsonb THEN NOT ${tokens} ?| ${absent}::text[] END`;
}

function filterParams(filter: readonly FilterTerm[]): [string, string[]] {
  const wanted = filter.filter(({ token }) => token !== undefined);
  const absent = filter.filter(({ token }) => token === undefined);
  const tokens = Object.fromEntries(wanted.map(({ key, token }) => [key, token]));
  return [JSON.stringify(tokens), absent.map(({ key }) => key)];
}

/**
 * A page of threads, the last updated first.
 *
 * - In: `$1` `$2` time and thread to start behind, or NULL; `$3` tokens and `$4` absent keys of the newest
 *   root checkpoint; `$5` whether there is a filter; `$6` limit.
 * - Out: rows of the part `thread`, one more than the limit when there are more.
 * - Atomic: one snapshot.
 */
export function threadsStatement(tables: Tables, { filter, after, limit }: ThreadsRequest): Statement {
  return {
    text: `SELECT 'thread' AS part, json_build_array(thread, created, updated, expires)::text AS data
FROM ${tables.threads} AS t
WHERE ${alive("t")}
  AND ($1::bigint IS NULL OR (t.updated_minute <= $1::bigint / 60000
    AND (t.updated < $1::bigint OR (t.updated = $1::bigint AND t.thread > $2::text))))
  AND (NOT $5::boolean OR (
    SELECT ${passes("head.tokens", "$3", "$4")} FROM (
      SELECT tokens FROM ${tables.checkpoints} AS c
      WHERE c.thread = t.thread AND c.namespace = '' ORDER BY c.id DESC LIMIT 1
    ) AS head
  ))
ORDER BY t.updated_minute DESC, t.updated DESC, t.thread LIMIT $6::int + 1`,
    params: [
      after?.updated ?? null,
      after?.thread ?? null,
      ...filterParams(filter),
      filter.length > 0,
      limit,
    ],
  };
}

/**
 * A page of the threads that have a checkpoint of one of some runs.
 *
 * - In: `$1` runs, `$2` thread to start behind or NULL, `$3` limit.
 * - Out: rows of the part `thread`, one more than the limit when there are more.
 * - Atomic: one snapshot.
 */
export function runsStatement(tables: Tables, { runs, after, limit }: RunsRequest): Statement {
  return {
    text: `SELECT 'thread' AS part, json_build_array(thread)::text AS data
FROM (
  SELECT DISTINCT c.thread FROM ${tables.checkpoints} AS c
  WHERE c.run = ANY ($1::text[]) AND ($2::text IS NULL OR c.thread > $2::text)
    AND (SELECT ${alive("t")} FROM ${tables.threads} AS t WHERE t.thread = c.thread)
) AS found
ORDER BY thread LIMIT $3::int + 1`,
    params: [runs, after ?? null, limit],
  };
}
