import type { AncestorsRequest, BlobsRequest, GetRequest, OutlineRequest } from "@threadmark/core/storage";
import { idBytes } from "../bytes.ts";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { alive, idsIn, isNode, renewed } from "./clauses.ts";
import { textOf } from "./texts.ts";

/** Writes as a JSON array of arrays; NULL for none. */
const WRITES_JSON =
  "json_agg(json_build_array(task, path, idx, channel, encode(value, 'base64'), encode(refs, 'hex')))";

/**
 * A CTE that finds all blobs at and below the `refs` in `found (number, refs)`, but for those in `have`, as
 * `reached (thread, id, list)`, where `thread` is the number of a thread. Needs WITH RECURSIVE. It begins with lists
 * of ids that no blob holds; those rows have no `id`. OFFSET 0 keeps each list from being looked up for each id in it.
 */
function reachedFrom({ blobs }: Tables, have: string): string {
  return `have AS MATERIALIZED ${idsIn(have)},
reached (thread, id, list) AS (
  SELECT number, NULL::bytea, refs FROM found
  UNION
  SELECT parent.thread, child.id, NULL
  FROM (
    SELECT thread, coalesce(list, (${bytesOf(blobs)})) AS ids FROM reached AS r
    WHERE id IS NULL OR ${isNode("id")} OFFSET 0
  ) AS parent
  CROSS JOIN LATERAL ${idsIn("parent.ids")} AS child
  WHERE child.id NOT IN (SELECT id FROM have)
)`;
}

/** A sub-select is looked up by key. As a join, a wrong guess at the number of blobs would read the whole table. */
function bytesOf(blobs: string): string {
  return `SELECT bytes FROM ${blobs} AS b WHERE b.thread = r.thread AND b.id = r.id`;
}

/** The rows of the blobs in `reached`. Those of several threads can have blobs in common. */
function blobRows({ blobs }: Tables, severalThreads: boolean): string {
  return `SELECT ${severalThreads ? "DISTINCT ON (id)" : ""} 'blob', encode(id, 'hex'), encode(bytes, 'base64')
FROM (SELECT id, (${bytesOf(blobs)}) AS bytes FROM reached AS r WHERE id IS NOT NULL OFFSET 0) AS blob
WHERE bytes IS NOT NULL`;
}

/**
 * CTEs and rows of everything that belongs to the checkpoints in `hits`, which have the numbers and epochs of
 * their threads. Each checkpoint is a JSON array with its writes as last item.
 */
export function belongings(
  tables: Tables,
  { hits, have, severalThreads }: { hits: string; have: string; severalThreads: boolean },
): { readonly ctes: string; readonly rows: string } {
  return {
    ctes: `found AS MATERIALIZED (
  SELECT h.rank, h.number, h.epoch, json_build_array(h.rank, h.thread, h.namespace, h.id, h.parent, h.run,
    encode(h.header, 'base64'), encode(h.metadata, 'base64'), h.tokens, encode(h.refs, 'hex'), w.data)::text AS data,
    h.refs || coalesce(w.refs, '') AS refs
  FROM ${hits} AS h CROSS JOIN LATERAL (
    SELECT ${WRITES_JSON} AS data, string_agg(refs, '') AS refs FROM ${tables.writes} AS w
    WHERE w.thread = h.thread AND w.namespace = h.namespace AND w.checkpoint = h.id
  ) AS w
), ${reachedFrom(tables, have)}`,
    rows: `SELECT 'checkpoint' AS part, data, epoch AS bytes FROM found
UNION ALL
${blobRows(tables, severalThreads)}`,
  };
}

/**
 * One checkpoint with its writes and blobs.
 *
 * - In: `$1` thread, `$2` namespace, `$3` id or NULL for the newest, `$4` blobs that the caller has;
 *   with a time to live `$5`.
 * - Out: rows of the parts `checkpoint`, with the epoch as `bytes`, and `blob`.
 * - Atomic: one snapshot. The epoch is the snapshot's too, and not that of the row that is renewed:
 *   this may be newer, and blobs of this snapshot may then be gone.
 */
export function getStatement(tables: Tables, request: GetRequest): Statement {
  const { thread, namespace, id, have, ttl } = request;
  const variant = ["get", id === undefined, ttl === undefined];
  return {
    text: textOf(tables, variant, () => getText(tables, request)),
    params: [thread, namespace, id ?? null, idBytes(have), ...(ttl === undefined ? [] : [ttl])],
    frequent: true,
  };
}

function getText(tables: Tables, { id, ttl }: GetRequest): string {
  const hits = `(
    SELECT 1 AS rank, t.number, t.epoch, c.* FROM ${tables.threads} AS t CROSS JOIN LATERAL (
      SELECT * FROM ${tables.checkpoints}
      WHERE thread = $1::text AND namespace = $2::text AND ${id === undefined ? "$3::text IS NULL" : "id = $3::text"}
      ORDER BY id DESC LIMIT 1
    ) AS c
    WHERE t.thread = $1::text AND ${alive("t")}
  )`;
  const { ctes, rows } = belongings(tables, { hits, have: "$4::bytea", severalThreads: false });
  const renew = `, renewed AS (
  UPDATE ${tables.threads} AS t SET expires = ${renewed("t", "$5::bigint")}
  WHERE t.thread = $1::text AND ${alive("t")} AND EXISTS (SELECT FROM found)
)`;
  return `WITH RECURSIVE ${ctes}${ttl === undefined ? "" : renew}
${rows}`;
}

/**
 * Everything at and below some blobs.
 *
 * - In: `$1` thread, `$2` ids, `$3` blobs that the caller has.
 * - Out: rows of the part `blob`.
 * - Atomic: one snapshot.
 */
export function blobsStatement(tables: Tables, { thread, refs, have }: BlobsRequest): Statement {
  return {
    text: `WITH RECURSIVE found AS MATERIALIZED (
  SELECT t.number, $2::bytea AS refs FROM ${tables.threads} AS t WHERE t.thread = $1::text AND ${alive("t")}
), ${reachedFrom(tables, "$3::bytea")}
SELECT part, data, bytes FROM (${blobRows(tables, false)}) AS b (part, data, bytes)`,
    params: [thread, idBytes(refs), idBytes(have)],
  };
}

/**
 * A checkpoint and its ancestors, by parent and not by id.
 *
 * - In: `$1` thread, `$2` namespace, `$3` id or NULL for the newest, `$4` channels, `$5` limit.
 * - Out: rows of the part `checkpoint`, without metadata and refs.
 * - Atomic: one snapshot.
 */
export function ancestorsStatement(tables: Tables, request: AncestorsRequest): Statement {
  const { thread, namespace, id, channels, limit } = request;
  const { threads, checkpoints, writes } = tables;
  return {
    text: `WITH RECURSIVE line AS (
  (SELECT 1 AS rank, thread, namespace, id, parent, run, header FROM ${checkpoints}
  WHERE thread = $1::text AND namespace = $2::text AND ($3::text IS NULL OR id = $3::text)
    AND EXISTS (SELECT FROM ${threads} AS t WHERE t.thread = $1::text AND ${alive("t")})
  ORDER BY id DESC LIMIT 1)
  UNION ALL
  SELECT l.rank + 1, c.* FROM line AS l CROSS JOIN LATERAL (
    SELECT thread, namespace, id, parent, run, header FROM ${checkpoints} AS c
    WHERE c.thread = $1::text AND c.namespace = $2::text AND c.id = l.parent OFFSET 0
  ) AS c
  WHERE l.rank < $5::int
)
SELECT 'checkpoint' AS part,
  json_build_array(rank, thread, namespace, id, parent, run, encode(header, 'base64'), w.data)::text AS data
FROM line AS l CROSS JOIN LATERAL (
  SELECT ${WRITES_JSON} AS data FROM (
    SELECT * FROM ${writes} AS w
    WHERE w.thread = $1::text AND w.namespace = $2::text AND w.checkpoint = l.id OFFSET 0
  ) AS w
  WHERE w.channel = ANY ($4::text[])
) AS w`,
    params: [thread, namespace, id ?? null, channels, limit],
  };
}

/**
 * A page of the checkpoints of a thread, without metadata and refs.
 *
 * - In: `$1` thread, `$2` and `$3` id and namespace to start behind or NULL, `$4` limit.
 * - Out: rows of the part `checkpoint`, one more than the limit when there are more.
 * - Atomic: one snapshot.
 */
export function outlineStatement(tables: Tables, { thread, after, limit }: OutlineRequest): Statement {
  return {
    text: `SELECT 'checkpoint' AS part,
  json_build_array(0, thread, namespace, id, parent, run, encode(header, 'base64'))::text AS data
FROM (
  SELECT * FROM ${tables.checkpoints} AS c
  WHERE c.thread = $1::text
    AND ($2::text IS NULL OR c.id < $2::text OR (c.id = $2::text AND c.namespace > $3::text))
    AND EXISTS (SELECT FROM ${tables.threads} AS t WHERE t.thread = $1::text AND ${alive("t")})
  OFFSET 0
) AS c
ORDER BY id DESC, namespace LIMIT $4::int + 1`,
    params: [thread, after?.id ?? null, after?.namespace ?? null, limit],
  };
}
