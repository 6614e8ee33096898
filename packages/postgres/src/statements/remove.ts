import type { CopyRequest, ExpireRequest, RemoveRequest, SweepRequest } from "@threadmark/core/storage";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { alive, idsIn, isNode, NEVER, NOW } from "./clauses.ts";

/*
 * A statement that deletes finds its rows in its snapshot. What another writer committed while the
 * lock of the thread was waited for is not in there, and would be left behind. So these run in scripts:
 * the first statement takes the lock, and the next has a snapshot that no writer can outdate.
 */

/** Locks a thread for the statements that follow. */
export function lockThread({ threads }: Tables, thread: string): Statement {
  return { text: `SELECT FROM ${threads} WHERE thread = $1 FOR UPDATE`, params: [thread] };
}

/**
 * Removes checkpoints, their writes, and the blobs that nothing refers to any more.
 *
 * - In: `$1` thread, `$2` new epoch, `$3` `$4` namespaces and ids of the checkpoints, `$5` `$6` `$7`
 *   namespaces, ids and parents of those that get another parent.
 * - Out: `outcome`, and as `detail` how many blobs went.
 * - Atomic: one statement behind {@link lockThread}. All of its parts see what there was before it, so
 *   what is deleted has to be left out where the rest is read.
 */
export function removeStatement(tables: Tables, request: RemoveRequest): Statement {
  const { thread, newEpoch, checkpoints, relink } = request;
  return {
    text: removeText(tables),
    params: [
      thread,
      newEpoch,
      checkpoints.map((key) => key.namespace),
      checkpoints.map((key) => key.id),
      relink.map((key) => key.namespace),
      relink.map((key) => key.id),
      JSON.stringify(relink.map((key) => key.parent ?? null)),
    ],
  };
}

function removeText({ threads, checkpoints, writes, blobs }: Tables): string {
  return `WITH RECURSIVE numbered AS MATERIALIZED (
  SELECT number FROM ${threads} WHERE thread = $1
), gone AS MATERIALIZED (
  SELECT DISTINCT namespace, id FROM unnest($3::text[], $4::text[]) AS given (namespace, id)
), relinked AS MATERIALIZED (
  SELECT namespace, id, $7::text::jsonb ->> (n - 1)::int AS parent
  FROM unnest($5::text[], $6::text[]) WITH ORDINALITY AS given (namespace, id, n)
), staying AS MATERIALIZED (
  SELECT c.namespace, c.id, c.parent, c.refs FROM ${checkpoints} AS c
  WHERE c.thread = $1 AND NOT EXISTS (SELECT FROM gone AS g WHERE g.namespace = c.namespace AND g.id = c.id)
), state AS MATERIALIZED (
  SELECT EXISTS (SELECT FROM ${threads} AS t WHERE t.thread = $1 AND ${alive("t")}) AS exists,
    EXISTS (SELECT FROM staying) AS stays,
    EXISTS (
      SELECT FROM staying AS s JOIN gone AS g ON g.namespace = s.namespace AND g.id = s.parent
      WHERE NOT EXISTS (SELECT FROM relinked AS r WHERE r.namespace = s.namespace AND r.id = s.id)
    ) AS conflict
), go AS MATERIALIZED (
  SELECT stays FROM state WHERE exists AND NOT conflict
), kept_thread AS (
  UPDATE ${threads} SET epoch = $2 FROM go WHERE thread = $1 AND go.stays
), removed_thread AS (
  DELETE FROM ${threads} USING go WHERE thread = $1 AND NOT go.stays
), removed_checkpoints AS (
  DELETE FROM ${checkpoints} AS c USING go, gone AS g
  WHERE c.thread = $1 AND c.namespace = g.namespace AND c.id = g.id
), relinked_checkpoints AS (
  UPDATE ${checkpoints} AS c SET parent = r.parent FROM go, relinked AS r
  WHERE c.thread = $1 AND c.namespace = r.namespace AND c.id = r.id
    AND NOT EXISTS (SELECT FROM gone AS g WHERE g.namespace = r.namespace AND g.id = r.id)
), staying_writes AS MATERIALIZED (
  SELECT w.refs FROM ${writes} AS w
  WHERE w.thread = $1
    AND NOT EXISTS (SELECT FROM gone AS g WHERE g.namespace = w.namespace AND g.id = w.checkpoint)
), removed_writes AS (
  DELETE FROM ${writes} AS w USING go
  WHERE w.thread = $1 AND (NOT go.stays OR (w.namespace, w.checkpoint) IN (SELECT namespace, id FROM gone))
), live (id) AS (
  (SELECT ref.id FROM staying AS s CROSS JOIN LATERAL ${idsIn("s.refs")} AS ref
  UNION
  SELECT ref.id FROM staying_writes AS w CROSS JOIN LATERAL ${idsIn("w.refs")} AS ref)
  UNION
  SELECT child.id
  FROM (SELECT id FROM live WHERE ${isNode("id")}) AS node
  CROSS JOIN LATERAL (
    SELECT bytes FROM ${blobs} AS b WHERE b.thread = (SELECT number FROM numbered) AND b.id = node.id OFFSET 0
  ) AS list
  CROSS JOIN LATERAL ${idsIn("list.bytes")} AS child
), removed_blobs AS (
  DELETE FROM ${blobs} AS b USING go
  WHERE b.thread = (SELECT number FROM numbered)
    AND (NOT go.stays OR NOT EXISTS (SELECT FROM live WHERE live.id = b.id))
  RETURNING b.id
)
SELECT CASE WHEN exists AND conflict THEN 'conflict' ELSE 'removed' END AS outcome,
  (SELECT count(*) FROM removed_blobs)::text AS detail
FROM state`;
}

/** Marks a thread for {@link deleteMarked}. */
export function markThread({ threads }: Tables, thread: string, mark: string): Statement {
  return { text: `UPDATE ${threads} SET epoch = $2 WHERE thread = $1`, params: [thread, mark] };
}

/** Marks a thread for {@link deleteMarked} if it has expired. */
function markExpiredThread({ threads }: Tables, thread: string, mark: string): Statement {
  return {
    text: `UPDATE ${threads} SET epoch = $2 WHERE thread = $1 AND expires <= ${NOW}`,
    params: [thread, mark],
  };
}

/** Marks the target of a copy if it has expired, and if there is something to copy. */
export function markExpiredTarget({ threads }: Tables, { from, to }: CopyRequest, mark: string): Statement {
  return {
    text: `UPDATE ${threads} AS t SET epoch = $2 WHERE t.thread = $1 AND t.expires <= ${NOW}
AND EXISTS (SELECT FROM ${threads} AS source WHERE source.thread = $3 AND ${alive("source")})`,
    params: [to, mark, from],
  };
}

/*
 * The clock moves within a statement, so an index cannot be searched by it; by a sub-select, which is run
 * once, it can. And a list of keys in an array is looked up key by key, which a join need not be.
 */

/**
 * Marks expired threads for {@link deleteMarked}, as many as `$1` allows. It leaves out those that
 * somebody else is at work on: another sweep, most likely.
 */
function markExpired({ threads }: Tables, limit: number, mark: string): Statement {
  return {
    text: `UPDATE ${threads} SET epoch = $2 WHERE thread = ANY (ARRAY(
  SELECT thread FROM ${threads} WHERE expires <= (SELECT ${NOW}) ORDER BY expires LIMIT $1 FOR UPDATE SKIP LOCKED
))`,
    params: [limit, mark],
  };
}

/** How a sweep finds what it may remove. */
export function markForSweep(tables: Tables, { thread, limit }: SweepRequest, mark: string): Statement {
  return thread === undefined ? markExpired(tables, limit, mark) : markExpiredThread(tables, thread, mark);
}

/**
 * Deletes all that belongs to the threads that were marked in the same script.
 *
 * - In: `$1` the mark, which no other script has; `$2` the thread, or NULL for expired ones.
 * - Out: as `detail` how many threads went.
 * - Atomic: one statement, and the threads are locked by their mark. Without a marked thread it deletes
 *   nothing: what somebody stored just now belongs to a thread that was not there to be locked.
 */
export function deleteMarked(tables: Tables, mark: string, thread: string | undefined): Statement {
  const { threads, checkpoints, writes, blobs } = tables;
  const place = thread === undefined ? `expires <= (SELECT ${NOW})` : "thread = $2";
  return {
    text: `WITH marked AS MATERIALIZED (
  SELECT thread, number FROM ${threads} WHERE ${place} AND epoch = $1
), a AS (
  DELETE FROM ${writes} WHERE thread = ANY (ARRAY(SELECT thread FROM marked))
), b AS (
  DELETE FROM ${checkpoints} WHERE thread = ANY (ARRAY(SELECT thread FROM marked))
), c AS (
  DELETE FROM ${blobs} WHERE thread = ANY (ARRAY(SELECT number FROM marked))
), d AS (
  DELETE FROM ${threads} WHERE thread = ANY (ARRAY(SELECT thread FROM marked))
)
SELECT count(*)::text AS detail FROM marked`,
    params: thread === undefined ? [mark] : [mark, thread],
  };
}

/**
 * Copies a thread with all that belongs to it.
 *
 * - In: `$1` from, `$2` to, `$3` new epoch.
 * - Out: `outcome`.
 * - Atomic: one statement. Creating the target locks it; the source is read in one snapshot. When the
 *   target has the new epoch already, an attempt whose answer was lost has done it.
 */
export function copyStatement(tables: Tables, { from, to, newEpoch }: CopyRequest): Statement {
  const { threads, checkpoints, writes, blobs } = tables;
  const copy = (table: string, columns: string) => `INSERT INTO ${table} (thread, ${columns})
  SELECT $2, ${columns} FROM ${table} WHERE thread = $1 AND EXISTS (SELECT FROM created)`;
  return {
    text: `WITH source AS MATERIALIZED (
  SELECT * FROM ${threads} AS t WHERE t.thread = $1 AND ${alive("t")}
), created AS (
  INSERT INTO ${threads} (thread, epoch, created, updated, expires, own_ttl)
  SELECT $2, $3, ${NOW}, ${NOW}, expires, own_ttl FROM source
  ON CONFLICT DO NOTHING
  RETURNING number
), a AS (
  ${copy(checkpoints, "namespace, id, parent, run, header, metadata, tokens, refs")}
), b AS (
  ${copy(writes, "namespace, checkpoint, task, idx, path, channel, value, refs")}
), c AS (
  INSERT INTO ${blobs} (thread, id, bytes)
  SELECT created.number, b.id, b.bytes FROM created CROSS JOIN ${blobs} AS b
  WHERE b.thread = (SELECT number FROM source)
)
SELECT CASE
  WHEN EXISTS (SELECT FROM created) THEN 'copied'
  WHEN NOT EXISTS (SELECT FROM source) THEN 'missing'
  WHEN EXISTS (SELECT FROM ${threads} WHERE thread = $2 AND epoch = $3) THEN 'copied'
  ELSE 'exists'
END AS outcome`,
    params: [from, to, newEpoch],
  };
}

/**
 * Gives a thread a time to live of its own.
 *
 * - In: `$1` thread, `$2` milliseconds, -1 for never, NULL for none.
 * - Out: a row if the thread exists.
 * - Atomic: one row.
 */
export function expireStatement({ threads }: Tables, { thread, ttl }: ExpireRequest): Statement {
  return {
    text: `UPDATE ${threads} AS t SET own_ttl = $2::bigint, expires = CASE
  WHEN $2::bigint = ${NEVER} THEN NULL
  WHEN $2::bigint IS NULL THEN t.expires
  ELSE ${NOW} + $2::bigint
END
WHERE t.thread = $1::text AND ${alive("t")}
RETURNING t.thread`,
    params: [thread, ttl === null ? NEVER : (ttl ?? null)],
  };
}
