import type {
  ClaimRequest,
  ExpireRequest,
  ReleaseRequest,
  UpdateThreadRequest,
} from "@threadmark/core/storage";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../sql.ts";
import { alive, NEVER, renewed } from "./clauses.ts";
import { damageOfThread, damageRows, hiddenThread, isThreadDamaged } from "./marks.ts";
import { entriesJson } from "./open-thread.ts";
import { isReached, LONGEST, noTime, NOW, sealed, timeIn } from "./sealed-time.ts";
import { isRightInAll, newThread, setEntries, setState } from "./thread-row.ts";

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
  const sql = `UPDATE {threads} AS t SET ${setEntries("((t.entries - :removedKeys) || :entries)")}
WHERE t.thread = :thread AND ${alive("t")} AND ${isRightInAll("t")}
RETURNING t.thread`;
  return statement(tables, sql, { thread, entries: entriesJson(set), removedKeys: remove }, true);
}

/** Until when the owner has the thread, and its expiry. */
const OWNED = `claim_until = ${sealed(`${NOW} + :ttl`, "t.mark")}, expires = ${renewed("t", ":threadTtl")}`;

function claimTimes({ ttl, threadTtl }: ClaimRequest): {
  readonly ttl: number;
  readonly threadTtl: number | null;
} {
  return {
    ttl: Math.min(ttl, LONGEST),
    threadTtl: threadTtl === undefined ? null : Math.min(threadTtl, LONGEST),
  };
}

const NEWLY_CLAIMED = newThread({
  ttl: ":threadTtl",
  claim: { id: ":claim", ttl: ":ttl" },
  condition: `NOT EXISTS (${hiddenThread(":thread")})`,
});

/**
 * Makes someone the owner of a thread.
 *
 * - Out: a row if it worked.
 * - Atomic: one row, whose newest version is checked once it is locked.
 */
export function claimStatement(tables: Tables, request: ClaimRequest): Statement {
  const { thread, claim, newEpoch } = request;
  const sql = `INSERT INTO {threads} AS t ${NEWLY_CLAIMED}
ON CONFLICT (thread) DO UPDATE SET ${setState({ claim: ":claim" })}, ${OWNED}
WHERE ${alive("t")} AND ${isRightInAll("t")}
  AND (t.claim IS NULL OR t.claim = :claim OR ${isReached("t.claim_until")})
RETURNING t.thread`;
  return statement(tables, sql, { thread, claim, newEpoch, ...claimTimes(request) }, true);
}

/**
 * Lets the owner of a thread keep it for longer.
 *
 * - Out: a row if the thread has this claim.
 * - Atomic: one row.
 */
export function renewStatement(tables: Tables, request: ClaimRequest): Statement {
  const { thread, claim } = request;
  const sql = `UPDATE {threads} AS t
SET ${OWNED}
WHERE t.thread = :thread AND t.claim = :claim AND ${alive("t")} AND ${isRightInAll("t")}
RETURNING t.thread`;
  return statement(tables, sql, { thread, claim, ...claimTimes(request) }, true);
}

/**
 * Finds out why a claim was refused; this runs afterwards, as with writes.
 *
 * - Out: `outcome`, and as `detail` the time until which someone else has the thread, or none if it is free again.
 */
export function claimRefusalStatement(tables: Tables, { thread }: ClaimRequest): Statement {
  const sql = `SELECT CASE
  WHEN ${isThreadDamaged(":thread")} THEN 'damaged' WHEN NOT ${alive("t")} THEN 'expired' ELSE 'held'
END AS outcome, ${timeIn("t.claim_until")}::text AS detail
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
  const sql = `UPDATE {threads} AS t SET ${setState({ claim: "NULL::text" })}, claim_until = ${noTime("t.mark")}
WHERE t.thread = :thread AND t.claim = :claim AND ${alive("t")} AND ${isRightInAll("t")}
RETURNING t.thread`;
  return statement(tables, sql, { thread, claim }, true);
}

/**
 * Sets a thread's own time to live.
 *
 * - Out: a row if the thread exists.
 * - Atomic: one row.
 */
export function expireStatement(tables: Tables, { thread, ttl }: ExpireRequest): Statement {
  const expires = `CASE
  WHEN :ttl = ${NEVER} THEN ${noTime("t.mark")}
  WHEN :ttl IS NULL THEN t.expires
  ELSE ${sealed(`${NOW} + :ttl`, "t.mark")}
END`;
  const sql = `UPDATE {threads} AS t SET ${setState({ own_ttl: ":ttl" })}, expires = ${expires}
WHERE t.thread = :thread AND ${alive("t")} AND ${isRightInAll("t")}
RETURNING t.thread`;
  const own = ttl === undefined ? null : ttl === null ? NEVER : Math.min(ttl, LONGEST);
  return statement(tables, sql, { thread, ttl: own });
}

/**
 * Why a change of a thread found no row.
 *
 * - Out: a row if the thread is damaged.
 */
export function damagedStatement(tables: Tables, thread: string): Statement {
  return statement(tables, `SELECT :thread AS thread WHERE ${isThreadDamaged(":thread")}`, { thread });
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
