import type { PutRequest, PutWritesRequest } from "@threadmark/core/storage";
import { idBytes, pack } from "../bytes.ts";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { NOW, openThread, writeParams } from "./clauses.ts";

/**
 * Stores a checkpoint.
 *
 * - In: as `openThread`; `$9` namespace, `$10` id, `$11` parent, `$12` run, `$13` header, `$14` metadata,
 *   `$15` tokens, `$16` refs, `$17` keep the parent.
 * - Out: `epoch`, or no row when it was refused.
 * - Atomic: one statement, under the lock of the thread. With the fence it reads the newest checkpoint
 *   from its snapshot, and must therefore run in a script behind {@link lockForPut}.
 */
export function putStatement(tables: Tables, request: PutRequest): Statement {
  const { namespace, id, parent, run, header, metadata, index, refs } = request.checkpoint;
  const tokens = JSON.stringify(Object.fromEntries(index.map(({ key, token }) => [key, token])));
  const place = [namespace, id, parent ?? null, run ?? null];
  const content = [header, metadata, tokens, idBytes(refs), request.keepParent];
  const params = [...writeParams(request), ...place, ...content];
  return { text: putText(tables, request), params, frequent: true };
}

function putText(tables: Tables, request: PutRequest): string {
  const head = `(SELECT id FROM ${tables.checkpoints}
    WHERE thread = $1::text AND namespace = $9::text ORDER BY id DESC LIMIT 1)`;
  const fence = `(${head} IS NOT DISTINCT FROM $11::text OR ${head} IS NOT DISTINCT FROM $10::text)`;
  return `WITH ${openThread(tables, request, request.fence ? fence : "true")}, stored_checkpoint AS (
  INSERT INTO ${tables.checkpoints} AS c
    (thread, namespace, id, parent, run, header, metadata, tokens, refs)
  SELECT $1::text, $9::text, $10::text, $11::text, $12::text, $13::bytea, $14::bytea, $15::text::jsonb, $16::bytea
  FROM opened
  ON CONFLICT (thread, namespace, id) DO UPDATE SET
    parent = CASE WHEN $17::boolean THEN c.parent ELSE excluded.parent END,
    run = excluded.run, header = excluded.header, metadata = excluded.metadata,
    tokens = excluded.tokens, refs = excluded.refs
)
SELECT epoch FROM opened`;
}

/** Creates the thread, or locks it: what follows in the script sees everything stored before. */
export function lockForPut({ threads }: Tables, { thread, newEpoch }: PutRequest): Statement {
  return {
    text: `INSERT INTO ${threads} AS t (thread, epoch, created, updated) VALUES ($1, $2, ${NOW}, 0)
ON CONFLICT (thread) DO UPDATE SET thread = excluded.thread`,
    params: [thread, newEpoch],
  };
}

/** Removes the thread again if it was created for a put that was then refused. */
export function undoLockForPut({ threads }: Tables, { thread, newEpoch }: PutRequest): Statement {
  return {
    text: `DELETE FROM ${threads} WHERE thread = $1 AND epoch = $2 AND updated = 0`,
    params: [thread, newEpoch],
  };
}

/**
 * Stores writes of a task.
 *
 * - In: as `openThread`; `$9` namespace, `$10` checkpoint, `$11` task, `$12` paths, `$13` indexes,
 *   `$14` channels, `$15` values with `$16` starts and `$17` lengths, `$18` refs with `$19` and `$20`.
 * - Out: `epoch`, or no row when it was refused.
 * - Atomic: one statement, under the lock of the thread. A write with an index of 0 or more that is
 *   there already stays; others are replaced.
 */
export function putWritesStatement(tables: Tables, request: PutWritesRequest): Statement {
  const { namespace, checkpoint, writes } = request;
  const values = pack(writes.map((write) => write.value));
  const refs = pack(writes.map((write) => idBytes(write.refs)));
  const params = [
    ...writeParams(request),
    namespace,
    checkpoint,
    writes[0]?.task ?? "",
    writes.map((write) => write.path),
    writes.map((write) => write.idx),
    writes.map((write) => write.channel),
    values.bytes,
    values.starts,
    values.lengths,
    refs.bytes,
    refs.starts,
    refs.lengths,
  ];
  return { text: putWritesText(tables, request), params, frequent: true };
}

function putWritesText(tables: Tables, request: PutWritesRequest): string {
  return `WITH ${openThread(tables, request, "true")}, stored_writes AS (
  INSERT INTO ${tables.writes} AS w
    (thread, namespace, checkpoint, task, idx, path, channel, value, refs)
  SELECT $1::text, $9::text, $10::text, $11::text, idx, path, channel,
    substring($15::bytea FROM value_at FOR value_length), substring($18::bytea FROM refs_at FOR refs_length)
  FROM opened CROSS JOIN unnest(
    $12::text[], $13::int[], $14::text[], $16::int[], $17::int[], $19::int[], $20::int[]
  ) AS given (path, idx, channel, value_at, value_length, refs_at, refs_length)
  ON CONFLICT (thread, namespace, checkpoint, task, idx) DO UPDATE SET
    path = excluded.path, channel = excluded.channel, value = excluded.value, refs = excluded.refs
  WHERE w.idx < 0
)
SELECT epoch FROM opened`;
}
