import { idBytes, type GetRequest } from "@threadmark/core/storage";
import { ByteStrings } from "../bytes.ts";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../sql.ts";
import { alive, idsIn, unnested } from "./clauses.ts";
import { damage, damageOfThread } from "./marks.ts";
import { BLOB, blobRows, foundIn, reachedIf } from "./read.ts";

/** Blobs in an answer, mostly of a kilobyte, at most of four. */
const MOST_BLOBS = 2000;

/**
 * The newest checkpoints of several threads, with their writes and blobs.
 *
 * - Out: rows of the parts `checkpoint`, with the `thread`, its `number`, and the epoch as `bytes`; `blob`, with the
 *   `number`; and `alone`, with the `thread`, for each that has to be read alone, because something may be
 *   damaged, or because the answer would be too large.
 * - Atomic: one snapshot.
 *
 * @param requests Each for another thread.
 */
export function sharedGetStatement(tables: Tables, requests: readonly GetRequest[]): Statement {
  const values = {
    threads: requests.map(({ thread }) => thread),
    namespaces: requests.map(({ namespace }) => namespace),
    haveOfThreads: new ByteStrings(requests.map(({ have }) => idBytes(have))),
  };
  return statement(tables, SQL, values, true);
}

// The limits of 1 change nothing. They make the planner look each thread up by key, whatever the size of the table.
const HITS = `(
    SELECT 1 AS rank, t.number, t.epoch, given.have, c.* FROM given
    CROSS JOIN LATERAL (
      SELECT number, epoch FROM {threads} AS t WHERE t.thread = given.thread AND ${alive("t")} LIMIT 1
    ) AS t
    CROSS JOIN LATERAL (
      SELECT * FROM {checkpoints}
      WHERE thread = given.thread AND namespace = given.namespace ORDER BY id DESC LIMIT 1
    ) AS c
  )`;

const DAMAGE = damageOfThread({
  thread: "given.thread",
  checkpointsIf: "NOT EXISTS (SELECT FROM found WHERE found.number = t.number)",
});

// Usually nothing is damaged anywhere, so that is asked first, and once for all threads.
const SQL = `WITH RECURSIVE given AS MATERIALIZED (
  SELECT * FROM ${unnested(":threads", ":namespaces", ":haveOfThreads")} AS given (thread, namespace, have)
), ${foundIn(HITS, ", thread, have")}, have AS MATERIALIZED (
  SELECT number, id FROM found CROSS JOIN LATERAL ${idsIn("found.have")} AS ids
), ${reachedIf("(parent.thread, child.id) NOT IN (SELECT number, id FROM have)")}, first_blobs AS MATERIALIZED (
  SELECT thread, id FROM reached WHERE id IS NOT NULL LIMIT ${MOST_BLOBS + 1}
), size AS MATERIALIZED (
  SELECT count(*) > ${MOST_BLOBS} AS is_large FROM first_blobs
)
SELECT 'checkpoint' AS part, data, epoch AS bytes, thread, number::text AS number FROM found
UNION ALL
${blobRows(`${BLOB}, NULL, thread::text`, "(SELECT * FROM first_blobs WHERE NOT (SELECT is_large FROM size))")}
UNION ALL
SELECT 'alone', NULL, NULL, thread, NULL FROM given
WHERE (SELECT is_large FROM size) OR ((SELECT EXISTS (${damage(undefined)})) AND EXISTS (${DAMAGE}))`;
