import type { CopyRequest, RemoveRequest, SweepRequest } from "@threadmark/core/storage";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../sql.ts";
import { alive, idsIn, isNode } from "./clauses.ts";
import {
  checkpointMark,
  damageOfThread,
  deletedStrays,
  isThreadDamaged,
  strayThreads,
  writeMark,
} from "./marks.ts";
import { isReached, noTime, NOW, sealed, timeIn } from "./sealed-time.ts";
import { hash, isRight, newThread, setState } from "./thread-row.ts";

/*
 * A statement that deletes finds its rows in its snapshot. What another writer committed while it waited for the lock
 * of the thread is not in that snapshot, and would remain. So such statements run in scripts: the first one takes
 * the lock, and the next has a snapshot that no writer can outdate.
 */

/** Locks a thread for the statements that follow. */
export function lockThread(tables: Tables, thread: string): Statement {
  return statement(tables, "SELECT FROM {threads} WHERE thread = :thread FOR UPDATE", { thread });
}

/**
 * Removes checkpoints, their writes, and the blobs that nothing refers to any more. While any reference points to a
 * missing blob, no blob is removed: the reference may be damaged, and the blob that it should name is still needed.
 *
 * - Out: `outcome`, and as `detail` how many blobs were removed.
 * - Atomic: one statement after {@link lockThread}. All of its parts see the state before it, so the parts that read
 *   the rest must leave out what is deleted.
 */
export function removeStatement(tables: Tables, request: RemoveRequest): Statement {
  const { thread, newEpoch, checkpoints, relink } = request;
  return statement(tables, REMOVE, {
    thread,
    newEpoch,
    going: JSON.stringify(checkpoints.map(({ namespace, id }) => [namespace, id])),
    relinked: JSON.stringify(
      relink.map(({ namespace, id, parent, parentSeal }) => [namespace, id, parent ?? null, parentSeal]),
    ),
  });
}

const REMOVE = `WITH RECURSIVE numbered AS MATERIALIZED (
  SELECT number FROM {threads} WHERE thread = :thread
), gone AS MATERIALIZED (
  SELECT DISTINCT given ->> 0 AS namespace, given ->> 1 AS id FROM jsonb_array_elements(:going) AS given
), relinked AS MATERIALIZED (
  SELECT given ->> 0 AS namespace, given ->> 1 AS id, given ->> 2 AS parent, (given ->> 3)::bigint AS parent_seal
  FROM jsonb_array_elements(:relinked) AS given
), staying AS MATERIALIZED (
  SELECT c.namespace, c.id, c.parent, c.refs FROM {checkpoints} AS c
  WHERE c.thread = :thread AND NOT EXISTS (SELECT FROM gone AS g WHERE g.namespace = c.namespace AND g.id = c.id)
), state AS MATERIALIZED (
  SELECT EXISTS (SELECT FROM {threads} AS t WHERE t.thread = :thread AND ${alive("t")}) AS exists,
    ${isThreadDamaged(":thread")} AS damaged,
    EXISTS (SELECT FROM staying) AS stays,
    EXISTS (
      SELECT FROM staying AS s JOIN gone AS g ON g.namespace = s.namespace AND g.id = s.parent
      WHERE NOT EXISTS (SELECT FROM relinked AS r WHERE r.namespace = s.namespace AND r.id = s.id)
    ) AS conflict
), go AS MATERIALIZED (
  SELECT stays FROM state WHERE exists AND NOT damaged AND NOT conflict
), kept_thread AS (
  UPDATE {threads} AS t SET ${setState({ epoch: ":newEpoch" })} FROM go WHERE t.thread = :thread AND go.stays
), removed_thread AS (
  DELETE FROM {threads} USING go WHERE thread = :thread AND NOT go.stays
), removed_checkpoints AS (
  DELETE FROM {checkpoints} AS c USING go, gone AS g
  WHERE c.thread = :thread AND c.namespace = g.namespace AND c.id = g.id
), relinked_checkpoints AS (
  UPDATE {checkpoints} AS c SET parent = r.parent, parent_seal = r.parent_seal FROM go, relinked AS r
  WHERE c.thread = :thread AND c.namespace = r.namespace AND c.id = r.id
    AND NOT EXISTS (SELECT FROM gone AS g WHERE g.namespace = r.namespace AND g.id = r.id)
), staying_writes AS MATERIALIZED (
  SELECT w.refs FROM {writes} AS w
  WHERE w.thread = :thread
    AND NOT EXISTS (SELECT FROM gone AS g WHERE g.namespace = w.namespace AND g.id = w.checkpoint)
), removed_writes AS (
  DELETE FROM {writes} AS w USING go
  WHERE w.thread = :thread AND (NOT go.stays OR (w.namespace, w.checkpoint) IN (SELECT namespace, id FROM gone))
), live (id) AS (
  (SELECT ref.id FROM staying AS s CROSS JOIN LATERAL ${idsIn("s.refs")} AS ref
  UNION
  SELECT ref.id FROM staying_writes AS w CROSS JOIN LATERAL ${idsIn("w.refs")} AS ref)
  UNION
  SELECT child.id
  FROM (SELECT id FROM live WHERE ${isNode("id")}) AS node
  CROSS JOIN LATERAL (
    SELECT bytes FROM {blobs} AS b WHERE b.thread = (SELECT number FROM numbered) AND b.id = node.id OFFSET 0
  ) AS list
  CROSS JOIN LATERAL ${idsIn("list.bytes")} AS child
), lost AS MATERIALIZED (
  SELECT FROM live WHERE NOT EXISTS (
    SELECT FROM {blobs} AS b WHERE b.thread = (SELECT number FROM numbered) AND b.id = live.id
  ) LIMIT 1
), removed_blobs AS (
  DELETE FROM {blobs} AS b USING go
  WHERE b.thread = (SELECT number FROM numbered)
    AND (NOT go.stays OR NOT EXISTS (SELECT FROM live WHERE live.id = b.id) AND NOT EXISTS (SELECT FROM lost))
  RETURNING b.id
)
SELECT CASE WHEN damaged THEN 'damaged' WHEN exists AND conflict THEN 'conflict' ELSE 'removed' END AS outcome,
  (SELECT count(*) FROM removed_blobs)::text AS detail
FROM state`;

/** An epoch that marks threads for {@link deleteMarked}. */
export function newMark(): string {
  return globalThis.crypto.randomUUID();
}

const MARK = `UPDATE {threads} AS t SET ${setState({ epoch: ":mark" })} WHERE`;

/** Marks threads for {@link deleteMarked}, in order, so that two such statements never wait for each other. */
export function markThreads(tables: Tables, threads: readonly string[], mark: string): Statement {
  const sql = `${MARK} t.thread = ANY (ARRAY(
  SELECT thread FROM {threads}
  WHERE thread = ANY (:threads || ARRAY(SELECT thread FROM (${strayThreads(":threads")}) AS strays))
  ORDER BY thread FOR UPDATE
))`;
  return statement(tables, sql, { threads, mark });
}

/** Marks the target of a copy if it has expired and the source exists. */
export function markExpiredTarget(tables: Tables, { from, to }: CopyRequest, mark: string): Statement {
  const sql = `${MARK} t.thread = :to AND ${isReached("t.expires")} AND ${isRight("t")}
AND EXISTS (SELECT FROM {threads} AS source WHERE source.thread = :from AND ${alive("source")})`;
  return statement(tables, sql, { from, to, mark });
}

/*
 * The clock moves within a statement, so it cannot be used to search an index; a sub-select, which is run once, can.
 * And a list of keys in an array is looked up key by key, which is not certain for a join.
 */

/**
 * Marks expired threads for {@link deleteMarked}, as many as the limit allows. It leaves out those that are locked by
 * someone else, most likely another sweep, and damaged ones: their expiry may be wrong.
 */
export function markForSweep(tables: Tables, { thread, limit }: SweepRequest, mark: string): Statement {
  const one = `${MARK} t.thread = :thread AND ${isReached("t.expires")} AND ${isRight("t")}`;
  const any = `${MARK} t.thread = ANY (ARRAY(
  SELECT thread FROM {threads} AS t WHERE ${isReached("t.expires", `(SELECT ${NOW})`)} AND ${isRight("t")} ORDER BY expires LIMIT :limit FOR UPDATE SKIP LOCKED
))`;
  return statement(tables, thread === undefined ? any : one, { thread, limit, mark });
}

/**
 * Deletes everything that belongs to the threads that were marked in the same script.
 *
 * - Out: as `detail` how many threads were deleted.
 * - Atomic: one statement, and the threads are locked by their mark. Without a marked thread it deletes nothing: what
 *   someone has just stored belongs to a thread that did not exist when threads were locked.
 *
 * @param threads Those that may have been marked; `undefined` for expired ones.
 */
export function deleteMarked(
  tables: Tables,
  mark: string,
  threads: readonly string[] | undefined,
): Statement {
  const strays =
    threads === undefined
      ? `SELECT NULL COLLATE "C" AS name, NULL COLLATE "C" AS thread WHERE false`
      : strayThreads(":threads");
  const place =
    threads === undefined
      ? isReached("expires", `(SELECT ${NOW})`)
      : "thread = ANY (:threads || ARRAY(SELECT thread FROM strays))";
  const sql = `WITH strays AS MATERIALIZED (
  ${strays}
), marked AS MATERIALIZED (
  SELECT thread, number FROM {threads} WHERE ${place} AND epoch = :mark
), names AS MATERIALIZED (
  SELECT thread FROM marked UNION ALL SELECT name FROM strays
), removed_writes AS (
  DELETE FROM {writes} WHERE thread = ANY (ARRAY(SELECT thread FROM names))
), removed_checkpoints AS (
  DELETE FROM {checkpoints} WHERE thread = ANY (ARRAY(SELECT thread FROM names))
), removed_blobs AS (
  DELETE FROM {blobs} WHERE thread = ANY (ARRAY(SELECT number FROM marked))
), removed_threads AS (
  DELETE FROM {threads} WHERE thread = ANY (ARRAY(SELECT thread FROM marked))
), removed_strays AS (
  ${deletedStrays("checkpoints", "SELECT number FROM marked")}
), removed_stray_writes AS (
  ${deletedStrays("writes", "SELECT number FROM marked")}
)
SELECT count(*)::text AS detail FROM marked`;
  return statement(tables, sql, { mark, threads });
}

/**
 * Copies a thread with everything that belongs to it.
 *
 * - Out: `outcome`.
 * - Atomic: one statement. Creating the target locks it; the source is read in one snapshot. If the target already
 *   has the new epoch, it was made by an attempt whose answer was lost.
 */
export function copyStatement(tables: Tables, { from, to, newEpoch, sealShift }: CopyRequest): Statement {
  return statement(tables, COPY, { from, to, newEpoch, sealShift });
}

/** A seal of 32 bits; see the port's `shiftSeal`. */
function shifted(seal: string): string {
  return `((${seal} + :sealShift) & 4294967295)`;
}

function copied(table: string, seals: readonly string[], columns: string, mark: typeof writeMark): string {
  const markOfCopy = mark((name) => (name === "thread" ? ":to" : name));
  return `INSERT INTO {${table}} (thread, ${seals.join(", ")}, ${columns}, owner, mark)
  SELECT :to, ${seals.map(shifted).join(", ")}, ${columns}, (SELECT number FROM created), ${markOfCopy}
  FROM {${table}} WHERE thread = :from AND EXISTS (SELECT FROM created)`;
}

const SHIFTED_ENTRIES = `coalesce((
    SELECT jsonb_object_agg(key, entry || jsonb_build_object('seal', ${shifted("(entry ->> 'seal')::bigint")}))
    FROM jsonb_each(source.entries) AS each (key, entry)
  ), '{}')`;

const MARK_OF_COPY = hash(":to");
const COPIED = newThread({
  thread: ":to",
  expires: `coalesce(${sealed(timeIn("source.expires"), MARK_OF_COPY)}, ${noTime(MARK_OF_COPY)})`,
  ownTtl: "source.own_ttl",
  entries: SHIFTED_ENTRIES,
  source: "source",
});

const COPY = `WITH damage (number) AS MATERIALIZED (
${damageOfThread({ thread: ":from" })}
), target AS MATERIALIZED (
  SELECT ${isThreadDamaged(":to")} AS damaged
), source AS MATERIALIZED (
  SELECT * FROM {threads} AS t WHERE t.thread = :from AND ${alive("t")} AND NOT EXISTS (SELECT FROM damage)
    AND NOT (SELECT damaged FROM target)
), created AS (
  INSERT INTO {threads} AS t ${COPIED}
  ON CONFLICT DO NOTHING
  RETURNING number
), copied_checkpoints AS (
  ${copied("checkpoints", ["seal", "parent_seal"], "namespace, id, parent, run, header, metadata, tokens, refs", checkpointMark)}
), copied_writes AS (
  ${copied("writes", ["seal"], "namespace, checkpoint, task, idx, path, channel, value, refs", writeMark)}
), copied_blobs AS (
  INSERT INTO {blobs} (thread, id, bytes)
  SELECT created.number, b.id, b.bytes FROM created CROSS JOIN {blobs} AS b
  WHERE b.thread = (SELECT number FROM source)
)
SELECT CASE
  WHEN EXISTS (SELECT FROM damage) THEN 'damaged'
  WHEN (SELECT damaged FROM target) THEN 'damaged target'
  WHEN EXISTS (SELECT FROM created) THEN 'copied'
  WHEN NOT EXISTS (SELECT FROM source) THEN 'missing'
  WHEN EXISTS (SELECT FROM {threads} WHERE thread = :to AND epoch = :newEpoch) THEN 'copied'
  ELSE 'exists'
END AS outcome`;
