import {
  idBytes,
  type FilterTerm,
  type RunsRequest,
  type ScanRequest,
  type ThreadsRequest,
} from "@threadmark/core/storage";
import type { Statement } from "../pg.ts";
import { jsonSql, THREAD } from "../record-json.ts";
import type { Tables } from "../schema.ts";
import { statement, type Values } from "../sql.ts";
import { alive, passes } from "./clauses.ts";
import { damage, damageRows } from "./marks.ts";
import { belongings, WRITES_JSON } from "./read.ts";
import { timeIn } from "./sealed-time.ts";
import { isWronglyUpdated } from "./thread-row.ts";

/**
 * A page of checkpoints with their writes and blobs, newest first.
 *
 * - Out: rows of the parts `checkpoint`, `blob` and `damage`, and `more` when there are more.
 * - Atomic: one snapshot.
 */
export function scanStatement(tables: Tables, request: ScanRequest): Statement {
  const { thread, namespace, id, before, filter, after, limit, have } = request;
  const { ctes, rows } = belongings("hits", { severalThreads: thread === undefined });
  const sql = `WITH RECURSIVE page AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY c.id DESC, c.thread, c.namespace) AS rank, c.*
  FROM (
    SELECT * FROM ${sourceOf(request)}
    WHERE ${conditionOf(request)}
    ORDER BY c.id DESC, c.thread, c.namespace LIMIT :limit + 1
  ) AS c
), hits AS MATERIALIZED (
  SELECT p.*, (SELECT number FROM {threads} AS t WHERE t.thread = p.thread) AS number, NULL AS epoch
  FROM page AS p WHERE rank <= :limit
), ${ctes}
${rows}
UNION ALL
SELECT 'more', NULL, NULL FROM page WHERE rank > :limit
UNION ALL
${damageRows(damage(thread))}`;
  const place = { thread, namespace, id, before, limit, have: idBytes(have) };
  const start = after && { afterId: after.id, afterThread: after.thread, afterNamespace: after.namespace };
  const values = { ...place, ...start, ...filterValues(filter) };
  // For all threads, how much is read depends on the parameters.
  return statement(tables, sql, values, thread !== undefined);
}

/**
 * The index on (id, thread, namespace) serves all threads, the primary key one namespace. For a whole thread, OFFSET 0
 * keeps the planner from walking the former through the checkpoints of all threads.
 */
function sourceOf({ thread, namespace }: ScanRequest): string {
  if (thread === undefined || namespace !== undefined) return "{checkpoints} AS c";
  return "(SELECT * FROM {checkpoints} WHERE thread = :thread OFFSET 0) AS c";
}

function conditionOf({ thread, namespace, id, before, filter, after }: ScanRequest): string {
  const behind = `c.id <= :afterId
        AND (c.id < :afterId OR (c.thread, c.namespace) > (:afterThread, :afterNamespace))`;
  const conditions = [
    "(SELECT " + alive("t") + " FROM {threads} AS t WHERE t.thread = c.thread)",
    thread !== undefined && "c.thread = :thread",
    namespace !== undefined && "c.namespace = :namespace",
    id !== undefined && "c.id = :id",
    before !== undefined && "c.id < :before",
    after !== undefined && behind,
    filter.length > 0 && passes("c.tokens"),
  ];
  return conditions.filter(Boolean).join("\n      AND ");
}

/** Parameters of {@link passes}. */
function filterValues(filter: readonly FilterTerm[]): Values {
  const wanted = filter.filter(({ token }) => token !== undefined);
  const absent = filter.filter(({ token }) => token === undefined);
  return {
    wantedTokens: JSON.stringify(Object.fromEntries(wanted.map(({ key, token }) => [key, token]))),
    absentKeys: absent.map(({ key }) => key),
  };
}

/** The wanted writes of the head of a thread in `page`; NULL if there are none. */
const PENDING = `
  SELECT ${WRITES_JSON} AS pending FROM (
    SELECT * FROM {writes} AS w
    WHERE w.thread = page.thread AND w.namespace = '' AND w.checkpoint = head.head OFFSET 0
  ) AS w
  WHERE channel = ANY (:channels) OR idx < 0
`;

/** Without the remainder, which would order threads of the same moment. */
const UPDATED = timeIn("t.updated");

/**
 * Of the threads among which a page is chosen, those whose last update is wrong, so that the page may be: no index finds
 * them. A minute of threads is read as a whole to be put in order, so this reads little else.
 */
function wronglyOrdered({ thread, after }: ThreadsRequest, byEntries: boolean): string {
  const minutes = `t.updated_minute >= (SELECT min(updated_minute) FROM page)${
    after === undefined ? "" : " AND t.updated_minute <= :afterUpdated / 60000"
  }`;
  const among = byEntries ? "true" : thread === undefined ? minutes : "t.thread = :thread";
  return `SELECT t.number FROM ${byEntries ? "matching" : "{threads}"} AS t WHERE ${among} AND ${isWronglyUpdated("t")}`;
}

/**
 * A page of threads, the most recently updated first.
 *
 * - Out: rows of the parts `thread`, one more than the limit when there are more, and `damage`.
 * - Atomic: one snapshot.
 */
export function threadsStatement(tables: Tables, request: ThreadsRequest): Statement {
  const { thread, filter, after, limit, pendingChannels } = request;
  const wanted = filter.flatMap(({ key, token }) => (token === undefined ? [] : [[key, { token }]]));
  const absentKeys = filter.flatMap(({ key, token }) => (token === undefined ? [key] : []));
  const behind = `t.updated_minute <= :afterUpdated / 60000
    AND (${UPDATED} < :afterUpdated OR (${UPDATED} = :afterUpdated AND t.thread > :afterThread))`;
  const conditions = [
    alive("t"),
    thread !== undefined && "t.thread = :thread",
    after !== undefined && behind,
    wanted.length > 0 && "t.entries @> :wantedTokens",
    absentKeys.length > 0 && "NOT t.entries ?| :absentKeys",
  ].filter(Boolean);
  // Matching threads are found by the index on entries, and then sorted: a walk through all threads in order might
  // find none.
  const byEntries = wanted.length > 0 && thread === undefined;
  const matching = "matching AS MATERIALIZED (SELECT * FROM {threads} WHERE entries @> :wantedTokens), ";
  const sql = `WITH ${byEntries ? matching : ""}page AS MATERIALIZED (
  SELECT t.*, ${UPDATED} AS moment FROM ${byEntries ? "matching" : "{threads}"} AS t
  WHERE ${conditions.join("\n    AND ")}
  ORDER BY t.updated_minute DESC, ${UPDATED} DESC, t.thread LIMIT :limit + 1
)
SELECT part, data FROM (
SELECT 'thread' AS part, ${jsonSql(THREAD)}::text AS data, row_number() OVER (ORDER BY moment DESC, thread) AS rank
FROM page LEFT JOIN LATERAL (
  SELECT id AS head, parent AS head_parent, parent_seal AS head_seal FROM {checkpoints} AS c
  WHERE c.thread = page.thread AND c.namespace = '' ORDER BY id DESC LIMIT 1
) AS head ON true CROSS JOIN LATERAL (${pendingChannels.length > 0 ? PENDING : "SELECT NULL AS pending"}) AS pending
UNION ALL
${damageRows(`${damage(thread)}\nUNION ALL\n(${wronglyOrdered(request, byEntries)})`)}
) AS answer ORDER BY rank`;
  const values = {
    thread,
    limit,
    absentKeys,
    channels: pendingChannels,
    wantedTokens: JSON.stringify(Object.fromEntries(wanted)),
    ...(after && { afterUpdated: after.updated, afterThread: after.thread }),
  };
  return statement(tables, sql, values, thread !== undefined && filter.length === 0);
}

/**
 * A page of the threads that have a checkpoint from any of the given runs.
 *
 * - Out: rows of the parts `thread`, one more than the limit when there are more, and `damage`.
 * - Atomic: one snapshot.
 */
export function runsStatement(tables: Tables, { runs, after, limit }: RunsRequest): Statement {
  const sql = `SELECT part, data FROM (
(SELECT 'thread' AS part, json_build_array(thread)::text AS data, row_number() OVER (ORDER BY thread) AS rank
FROM (
  SELECT DISTINCT c.thread FROM {checkpoints} AS c
  WHERE c.run = ANY (:runs) ${after === undefined ? "" : "AND c.thread > :afterThread"}
    AND (SELECT ${alive("t")} FROM {threads} AS t WHERE t.thread = c.thread)
) AS found
ORDER BY thread LIMIT :limit + 1)
UNION ALL
${damageRows(damage(undefined))}
) AS answer ORDER BY rank`;
  return statement(tables, sql, { runs, afterThread: after, limit });
}
