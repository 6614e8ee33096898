import type { AncestorsRequest, BlobsRequest, GetRequest, OutlineRequest } from "@threadmark/core/storage";
import { idBytes } from "../bytes.ts";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { alive, idsIn, renewed } from "./clauses.ts";

/** The columns of a checkpoint as one JSON array; `rank` puts the rows in order. */
const CHECKPOINT_JSON = `json_build_array(rank, thread, namespace, id, parent, run,
  encode(header, 'base64'), encode(metadata, 'base64'), tokens, encode(refs, 'hex'))`;

const WRITE_JSON = `json_build_array(rank, task, path, idx, channel, encode(value, 'base64'), encode(refs, 'hex'))`;

/**
 * CTEs that find all blobs at and below those in `roots (thread, id)`, but for those in `have`, as
 * `reached (thread, id)`, where `thread` is the number of a thread. Needs WITH RECURSIVE. OFFSET 0 keeps each look-up by key: as a join, a wrong
 * guess at the number of blobs would read the whole table.
 */
function reachedFrom({ blobs }: Tables, have: string): string {
  return `have AS MATERIALIZED ${idsIn(have)},
reached (thread, id) AS (
  SELECT thread, id FROM roots WHERE id NOT IN (SELECT id FROM have)
  UNION
  SELECT node.thread, child.id
  FROM (SELECT thread, id FROM reached WHERE get_byte(id, 15) & 1 = 1) AS node
  CROSS JOIN LATERAL (
    SELECT bytes FROM ${blobs} AS b WHERE b.thread = node.thread AND b.id = node.id OFFSET 0
  ) AS list
  CROSS JOIN LATERAL ${idsIn("list.bytes")} AS child
  WHERE child.id NOT IN (SELECT id FROM have)
)`;
}

/** The rows of the blobs in `reached`. Those of several threads can have blobs in common. */
function blobRows({ blobs }: Tables, severalThreads: boolean): string {
  return `SELECT 'blob', encode(id, 'hex'), encode(bytes, 'base64') FROM (
  SELECT ${severalThreads ? "DISTINCT ON (r.id)" : ""} r.id, b.bytes FROM reached AS r
  CROSS JOIN LATERAL (
    SELECT bytes FROM ${blobs} AS b WHERE b.thread = r.thread AND b.id = r.id OFFSET 0
  ) AS b
) AS found`;
}

/** CTEs and rows of everything that belongs to the checkpoints in `hits`, which have the numbers of their threads. */
export function belongings(
  tables: Tables,
  have: string,
  severalThreads: boolean,
): { readonly ctes: string; readonly rows: string } {
  return {
    ctes: `pending AS MATERIALIZED (
  SELECT h.rank, h.number, w.* FROM hits AS h CROSS JOIN LATERAL (
    SELECT * FROM ${tables.writes} AS w
    WHERE w.thread = h.thread AND w.namespace = h.namespace AND w.checkpoint = h.id OFFSET 0
  ) AS w
), roots (thread, id) AS (
  SELECT h.number, ref.id FROM hits AS h CROSS JOIN LATERAL ${idsIn("h.refs")} AS ref
  UNION
  SELECT p.number, ref.id FROM pending AS p CROSS JOIN LATERAL ${idsIn("p.refs")} AS ref
), ${reachedFrom(tables, have)}`,
    rows: `SELECT 'checkpoint' AS part, ${CHECKPOINT_JSON}::text AS data, NULL AS bytes FROM hits
UNION ALL
SELECT 'write', ${WRITE_JSON}::text, NULL FROM pending
UNION ALL
${blobRows(tables, severalThreads)}`,
  };
}

/**
 * One checkpoint with its writes and blobs.
 *
 * - In: `$1` thread, `$2` namespace, `$3` id or NULL for the newest, `$4` blobs that the caller has;
 *   with a time to live `$5`.
 * - Out: rows of the parts `checkpoint`, `write`, `blob` and `epoch`.
 * - Atomic: one snapshot. The epoch is the snapshot's too, and not that of the row that is renewed:
 *   this may be newer, and blobs of this snapshot may then be gone.
 */
export function getStatement(tables: Tables, request: GetRequest): Statement {
  const { thread, namespace, id, have, ttl } = request;
  const { ctes, rows } = belongings(tables, "$4::bytea", false);
  const renew = `, renewed AS (
  UPDATE ${tables.threads} AS t SET expires = ${renewed("t", "$5::bigint")}
  WHERE t.thread = $1::text AND ${alive("t")} AND EXISTS (SELECT FROM hits)
)`;
  return {
    text: `WITH RECURSIVE existing AS MATERIALIZED (
  SELECT number, epoch FROM ${tables.threads} AS t WHERE t.thread = $1::text AND ${alive("t")}
), hits AS MATERIALIZED (
  SELECT 1 AS rank, (SELECT number FROM existing) AS number, c.* FROM ${tables.checkpoints} AS c
  WHERE c.thread = $1::text AND c.namespace = $2::text
    AND ${id === undefined ? "$3::text IS NULL" : "c.id = $3::text"} AND EXISTS (SELECT FROM existing)
  ORDER BY c.id DESC LIMIT 1
), ${ctes}${ttl === undefined ? "" : renew}
${rows}
UNION ALL
SELECT 'epoch', epoch, NULL FROM existing WHERE EXISTS (SELECT FROM hits)`,
    params: [thread, namespace, id ?? null, idBytes(have), ...(ttl === undefined ? [] : [ttl])],
    frequent: true,
  };
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
    text: `WITH RECURSIVE roots (thread, id) AS (
  SELECT t.number, ref.id FROM ${tables.threads} AS t CROSS JOIN ${idsIn("$2::bytea")} AS ref
  WHERE t.thread = $1::text AND ${alive("t")}
), ${reachedFrom(tables, "$3::bytea")}
SELECT part, data, bytes FROM (${blobRows(tables, false)}) AS b (part, data, bytes)`,
    params: [thread, idBytes(refs), idBytes(have)],
  };
}

/**
 * A checkpoint and its ancestors, by parent and not by id.
 *
 * - In: `$1` thread, `$2` namespace, `$3` id or NULL for the newest, `$4` channels, `$5` limit.
 * - Out: rows of the parts `checkpoint` and `write`; checkpoints without metadata and refs.
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
), pending AS (
  SELECT l.rank, w.* FROM line AS l CROSS JOIN LATERAL (
    SELECT * FROM ${writes} AS w
    WHERE w.thread = $1::text AND w.namespace = $2::text AND w.checkpoint = l.id OFFSET 0
  ) AS w
  WHERE w.channel = ANY ($4::text[])
)
SELECT 'checkpoint' AS part,
  json_build_array(rank, thread, namespace, id, parent, run, encode(header, 'base64'))::text AS data
FROM line
UNION ALL
SELECT 'write', ${WRITE_JSON}::text FROM pending`,
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
