import {
  idBytes,
  type AncestorsRequest,
  type BlobsRequest,
  type GetRequest,
  type OutlineRequest,
} from "@threadmark/core/storage";
import type { Statement } from "../pg.ts";
import { CHECKPOINT, jsonSql, OUTLINE, WRITE } from "../record-json.ts";
import type { Tables } from "../schema.ts";
import { statement, variants } from "../sql.ts";
import { alive, idsIn, isNode, renewed } from "./clauses.ts";
import { damageRows, damageOfThread } from "./marks.ts";
import { isRight } from "./thread-row.ts";

/** Writes as a JSON array of arrays; NULL for none. */
export const WRITES_JSON: string = `json_agg(${jsonSql(WRITE)})`;

/**
 * A CTE that finds all blobs at and below the `refs` in `found (number, refs)`, as `reached (thread, id, list)`, where
 * `thread` is the number of a thread. Needs WITH RECURSIVE. It starts from lists of ids that are not in any blob; those
 * rows have no `id`. OFFSET 0 keeps each list from being looked up for each id in it.
 *
 * @param isNew Whether a blob `child.id` of a thread `parent.thread` is not one that the caller has.
 */
export function reachedIf(isNew: string): string {
  return `reached (thread, id, list) AS (
  SELECT number, NULL::bytea, refs FROM found
  UNION
  SELECT parent.thread, child.id, NULL
  FROM (
    SELECT thread, coalesce(list, (SELECT bytes FROM {blobs} AS b WHERE b.thread = r.thread AND b.id = r.id)) AS ids
    FROM reached AS r WHERE id IS NULL OR ${isNode("id")} OFFSET 0
  ) AS parent
  CROSS JOIN LATERAL ${idsIn("parent.ids")} AS child
  WHERE ${isNew}
)`;
}

/** The same, without the blobs in `:have`. */
const REACHED = `have AS MATERIALIZED ${idsIn(":have")},
${reachedIf("child.id NOT IN (SELECT id FROM have)")}`;

/** A row of the part `blob`. */
export const BLOB = "'blob', encode(id, 'hex'), encode(bytes, 'base64')";

/** The same when threads can have blobs in common. The number of a blob's thread follows its id. */
const BLOB_OF_ANY = "DISTINCT ON (id) 'blob', encode(id, 'hex') || ' ' || thread, encode(bytes, 'base64')";

/**
 * The rows of the blobs in `reached`. A sub-select is looked up by key. In a join, a wrong estimate of the number of
 * blobs would lead to reading the whole table.
 */
export function blobRows(columns: string, reached = "reached"): string {
  return `SELECT ${columns}
FROM (
  SELECT id, thread, (SELECT bytes FROM {blobs} AS b WHERE b.thread = r.thread AND b.id = r.id) AS bytes
  FROM ${reached} AS r WHERE id IS NOT NULL OFFSET 0
) AS blob
WHERE bytes IS NOT NULL`;
}

/**
 * A CTE of the checkpoints in `hits`, which have the numbers and epochs of their threads. Each checkpoint is a JSON
 * array, followed by an array of its writes.
 *
 * @param others More columns of `hits`.
 */
export function foundIn(hits: string, others = ""): string {
  return `found AS MATERIALIZED (
  SELECT number, epoch, json_build_array(${jsonSql(CHECKPOINT)}, writes)::text AS data,
    refs || coalesce(refs_of_writes, '') AS refs${others}
  FROM ${hits} AS h CROSS JOIN LATERAL (
    SELECT ${WRITES_JSON} AS writes, string_agg(refs, '') AS refs_of_writes FROM {writes} AS w
    WHERE w.thread = h.thread AND w.namespace = h.namespace AND w.checkpoint = h.id
  ) AS w
)`;
}

/** CTEs and rows for everything that belongs to the checkpoints in `hits`. */
export function belongings(
  hits: string,
  { severalThreads }: { readonly severalThreads: boolean },
): { readonly ctes: string; readonly rows: string } {
  return {
    ctes: `${foundIn(hits)}, ${REACHED}`,
    rows: `SELECT 'checkpoint' AS part, data, epoch AS bytes FROM found
UNION ALL
${blobRows(severalThreads ? BLOB_OF_ANY : BLOB)}`,
  };
}

/**
 * One checkpoint with its writes and blobs.
 *
 * - Out: rows of the parts `checkpoint`, with the epoch as `bytes`, `blob`, and `damage`.
 * - Atomic: one snapshot. The epoch too is the snapshot's, not that of the renewed row, which may be newer: blobs of
 *   this snapshot may then be gone.
 */
export function getStatement(tables: Tables, request: GetRequest): Statement {
  const { thread, namespace, id, have, ttl } = request;
  const place = { thread, namespace, id: id ?? null };
  return statement(tables, getSql(request), { ...place, have: idBytes(have), ttl: ttl ?? null }, true);
}

const getSql = variants<GetRequest>(({ id, ttl }) => `${id === undefined} ${ttl === undefined}`, buildGet);

function buildGet({ id, ttl }: GetRequest): string {
  const hits = `(
    SELECT 1 AS rank, t.number, t.epoch, c.* FROM {threads} AS t CROSS JOIN LATERAL (
      SELECT * FROM {checkpoints}
      WHERE thread = :thread AND namespace = :namespace ${id === undefined ? "" : "AND id = :id"}
      ORDER BY id DESC LIMIT 1
    ) AS c
    WHERE t.thread = :thread AND ${alive("t")}
  )`;
  const { ctes, rows } = belongings(hits, { severalThreads: false });
  const renew = `, renewed AS (
  UPDATE {threads} AS t SET expires = ${renewed("t", ":ttl")}
  WHERE t.thread = :thread AND ${alive("t")} AND ${isRight("t")} AND EXISTS (SELECT FROM found)
)`;
  // A checkpoint that was found by its id is the one.
  const hidden = id === undefined ? {} : { checkpointsIf: "NOT EXISTS (SELECT FROM found)" };
  return `WITH RECURSIVE ${ctes}${ttl === undefined ? "" : renew}
${rows}
UNION ALL
${damageRows(damageOfThread(hidden))}`;
}

/**
 * Everything at and below some blobs.
 *
 * - Out: rows of the part `blob`.
 * - Atomic: one snapshot.
 */
export function blobsStatement(tables: Tables, { thread, refs, have }: BlobsRequest): Statement {
  const sql = `WITH RECURSIVE found AS MATERIALIZED (
  SELECT t.number, :refs AS refs FROM {threads} AS t WHERE t.thread = :thread AND ${alive("t")}
), ${REACHED}
SELECT part, data, bytes FROM (${blobRows(BLOB)}) AS b (part, data, bytes)`;
  return statement(tables, sql, { thread, refs: idBytes(refs), have: idBytes(have) });
}

/**
 * A checkpoint and its ancestors, found by parent and not by id.
 *
 * - Out: rows of the parts `checkpoint`: without metadata and refs, then the writes; and `damage`.
 * - Atomic: one snapshot.
 */
export function ancestorsStatement(tables: Tables, request: AncestorsRequest): Statement {
  const { thread, namespace, id, limit } = request;
  return statement(tables, ancestorsSql(request), { thread, namespace, id: id ?? null, limit }, true);
}

const ancestorsSql = variants<AncestorsRequest>(({ id }) => `${id === undefined}`, buildAncestors);

function buildAncestors({ id }: AncestorsRequest): string {
  const columns = "thread, namespace, id, parent, parent_seal, run, header, seal";
  return `WITH RECURSIVE line AS (
  (SELECT 1 AS rank, ${columns} FROM {checkpoints}
  WHERE thread = :thread AND namespace = :namespace ${id === undefined ? "" : "AND id = :id"}
    AND EXISTS (SELECT FROM {threads} AS t WHERE t.thread = :thread AND ${alive("t")})
  ORDER BY id DESC LIMIT 1)
  UNION ALL
  SELECT l.rank + 1, c.* FROM line AS l CROSS JOIN LATERAL (
    SELECT ${columns} FROM {checkpoints} AS c
    WHERE c.thread = :thread AND c.namespace = :namespace AND c.id = l.parent OFFSET 0
  ) AS c
  WHERE l.rank < :limit
)
SELECT 'checkpoint' AS part, json_build_array(l.data, w.data)::text AS data, NULL AS bytes
FROM (SELECT id, ${jsonSql(OUTLINE)} AS data FROM line) AS l CROSS JOIN LATERAL (
  SELECT ${WRITES_JSON} AS data FROM (
    SELECT * FROM {writes} AS w
    WHERE w.thread = :thread AND w.namespace = :namespace AND w.checkpoint = l.id OFFSET 0
  ) AS w
) AS w
UNION ALL
${damageRows(damageOfThread())}`;
}

/**
 * A page of the checkpoints of a thread, without metadata and refs.
 *
 * - Out: rows of the parts `checkpoint`, one more than the limit when there are more, and `damage`.
 * - Atomic: one snapshot.
 */
export function outlineStatement(tables: Tables, { thread, after, limit }: OutlineRequest): Statement {
  const behind = "AND (c.id < :afterId OR (c.id = :afterId AND c.namespace > :afterNamespace))";
  const sql = `SELECT 'checkpoint' AS part, json_build_array(${jsonSql(OUTLINE)})::text AS data, NULL AS bytes
FROM (
  SELECT row_number() OVER (ORDER BY id DESC, namespace) AS rank, c.* FROM (
    SELECT * FROM {checkpoints} AS c
    WHERE c.thread = :thread ${after ? behind : ""}
      AND EXISTS (SELECT FROM {threads} AS t WHERE t.thread = :thread AND ${alive("t")})
    OFFSET 0
  ) AS c
  ORDER BY id DESC, namespace LIMIT :limit + 1
) AS c
UNION ALL
${damageRows(damageOfThread())}`;
  const place = after && { afterId: after.id, afterNamespace: after.namespace };
  return statement(tables, sql, { thread, limit, ...place });
}
