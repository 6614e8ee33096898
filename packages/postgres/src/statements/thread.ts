import type { ClaimRequest, ReleaseRequest, UpdateThreadRequest } from "@threadmark/core/storage";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../sql.ts";
import { alive, NOW, renewed } from "./clauses.ts";
import { damageOfThread, damageRows, NO_ENTRIES, threadMarks } from "./marks.ts";
import { entriesJson, setEntries } from "./open-thread.ts";

/**
 * Changes the metadata of a thread.
 *
 * - Out: a row if the thread exists.
 * - Atomic: one row.
 */
export function updateThreadStatement(
  tables: Tables,
  { thread, set, remove }: UpdateThreadRequest,
): Statement {
  const sql = `UPDATE {threads} AS t SET ${setEntries("(t.entries - :removedKeys) || :entries")}
WHERE t.thread = :thread AND ${alive("t")}
RETURNING t.thread`;
  return statement(tables, sql, { thread, entries: entriesJson(set), removedKeys: remove });
}

/**
 * Makes somebody the owner of a thread.
 *
 * - Out: a row if it worked.
 * - Atomic: one row, whose newest version is checked once it is locked.
 */
export function claimStatement(tables: Tables, request: ClaimRequest): Statement {
  const { thread, claim, ttl, newEpoch, threadTtl } = request;
  const sql = `INSERT INTO {threads} AS t (thread, epoch, created, updated, expires, claim, claim_until, mark, entries_mark)
VALUES (:thread, :newEpoch, ${NOW}, ${NOW}, ${NOW} + :threadTtl, :claim, ${NOW} + :ttl,
  ${threadMarks(":thread", NO_ENTRIES)})
ON CONFLICT (thread) DO UPDATE SET
  claim = :claim, claim_until = ${NOW} + :ttl, expires = ${renewed("t", ":threadTtl")}
WHERE ${alive("t")} AND (t.claim IS NULL OR t.claim = :claim OR t.claim_until <= ${NOW})
RETURNING t.thread`;
  return statement(tables, sql, { thread, claim, ttl, newEpoch, threadTtl: threadTtl ?? null });
}

/**
 * Lets the owner of a thread keep it for longer.
 *
 * - Out: a row if the thread has this claim.
 * - Atomic: one row.
 */
export function renewStatement(tables: Tables, { thread, claim, ttl, threadTtl }: ClaimRequest): Statement {
  const sql = `UPDATE {threads} AS t
SET claim_until = ${NOW} + :ttl, expires = ${renewed("t", ":threadTtl")}
WHERE t.thread = :thread AND t.claim = :claim AND ${alive("t")}
RETURNING t.thread`;
  return statement(tables, sql, { thread, claim, ttl, threadTtl: threadTtl ?? null });
}

/**
 * Finds out why a claim was refused; this runs afterwards, as with writes.
 *
 * - Out: `outcome`, and as `detail` the time until which somebody else has the thread: none if nobody has it any more.
 */
export function claimRefusalStatement(tables: Tables, { thread }: ClaimRequest): Statement {
  const sql = `SELECT CASE WHEN ${alive("t")} THEN 'held' ELSE 'expired' END AS outcome, t.claim_until::text AS detail
FROM (SELECT) AS always LEFT JOIN {threads} AS t ON t.thread = :thread`;
  return statement(tables, sql, { thread });
}

/**
 * Removes a claim from a thread.
 *
 * - Out: a row if the thread had it.
 * - Atomic: one row.
 */
export function releaseStatement(tables: Tables, { thread, claim }: ReleaseRequest): Statement {
  const sql = `UPDATE {threads} AS t SET claim = NULL, claim_until = NULL
WHERE t.thread = :thread AND t.claim = :claim AND ${alive("t")}
RETURNING t.thread`;
  return statement(tables, sql, { thread, claim });
}

/**
 * How much is stored for a thread. Lengths are read without the bytes where these are stored outside their row.
 *
 * - Out: a row of the part `stats` if the thread exists: `data`, the number of checkpoints, and `bytes`; and `damage`.
 * - Atomic: one snapshot.
 */
export function statsStatement(tables: Tables, thread: string): Statement {
  const sql = `SELECT 'stats' AS part, c.count::text AS data, (c.bytes + w.bytes + b.bytes)::text AS bytes
FROM {threads} AS t
CROSS JOIN LATERAL (
  SELECT count(*) AS count,
    coalesce(sum(length(header) + length(metadata) + length(refs) + pg_column_size(tokens)), 0) AS bytes
  FROM {checkpoints} WHERE thread = t.thread
) AS c
CROSS JOIN LATERAL (
  SELECT coalesce(sum(length(value) + length(refs)), 0) AS bytes FROM {writes} WHERE thread = t.thread
) AS w
CROSS JOIN LATERAL (
  SELECT coalesce(sum(length(id) + length(bytes)), 0) AS bytes FROM {blobs} WHERE thread = t.number
) AS b
WHERE t.thread = :thread AND ${alive("t")}
UNION ALL
${damageRows(damageOfThread())}`;
  return statement(tables, sql, { thread });
}
