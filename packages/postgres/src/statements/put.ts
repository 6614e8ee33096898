import { Buffer } from "node:buffer";
import type { PutRequest, PutWritesRequest, WriteRecord } from "@threadmark/core/storage";
import { idBytes } from "../bytes.ts";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { blobParams, NOW, openParams, openThread, storedBlobs, variantOf } from "./clauses.ts";
import { textOf } from "./texts.ts";

/**
 * Stores a checkpoint.
 *
 * - In: as `openThread`; `$5` namespace, `$6` id, `$7` parent, `$8` run, `$9` header, `$10` metadata,
 *   `$11` tokens, `$12` refs, `$13` keep the parent; from `$14` on as `storedBlobs`.
 * - Out: `epoch`, or no row when it was refused.
 * - Atomic: one statement, under the lock of the thread. With the fence it reads the newest checkpoint
 *   from its snapshot, and must therefore run in a script behind {@link lockForPut}.
 */
export function putStatement(tables: Tables, request: PutRequest): Statement {
  const { namespace, id, parent, run, header, metadata, index, refs } = request.checkpoint;
  const tokens = JSON.stringify(Object.fromEntries(index.map(({ key, token }) => [key, token])));
  const place = [namespace, id, parent ?? null, run ?? null];
  const content = [header, metadata, tokens, idBytes(refs), request.keepParent];
  const params = [...openParams(request), ...place, ...content, ...blobParams(request)];
  const variant = ["put", ...variantOf(request), request.fence];
  return { text: textOf(tables, variant, () => putText(tables, request)), params, frequent: true };
}

function putText(tables: Tables, request: PutRequest): string {
  const head = `(SELECT id FROM ${tables.checkpoints}
    WHERE thread = $1::text AND namespace = $5::text ORDER BY id DESC LIMIT 1)`;
  const fence = `(${head} IS NOT DISTINCT FROM $7::text OR ${head} IS NOT DISTINCT FROM $6::text)`;
  const opened = openThread(tables, request, request.fence ? fence : "true");
  return `WITH ${opened}${storedBlobs(tables, request, 14)}, stored_checkpoint AS (
  INSERT INTO ${tables.checkpoints} AS c
    (thread, namespace, id, parent, run, header, metadata, tokens, refs)
  SELECT $1::text, $5::text, $6::text, $7::text, $8::text, $9::bytea, $10::bytea, $11::text::jsonb, $12::bytea
  FROM opened
  ON CONFLICT (thread, namespace, id) DO UPDATE SET
    parent = CASE WHEN $13::boolean THEN c.parent ELSE excluded.parent END,
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
 * - In: as `openThread`; `$5` namespace, `$6` checkpoint, `$7` task, `$8` writes, each a JSON array of index,
 *   path, channel, value and refs; from `$9` on as `storedBlobs`.
 * - Out: `epoch`, or no row when it was refused.
 * - Atomic: one statement, under the lock of the thread. A write with an index of 0 or more that is
 *   there already stays; others are replaced.
 */
export function putWritesStatement(tables: Tables, request: PutWritesRequest): Statement {
  const { namespace, checkpoint, writes } = request;
  const place = [namespace, checkpoint, writes[0]?.task ?? ""];
  const given = JSON.stringify(writes.map(jsonOf));
  const params = [...openParams(request), ...place, given, ...blobParams(request)];
  const variant = ["putWrites", ...variantOf(request)];
  return { text: textOf(tables, variant, () => putWritesText(tables, request)), params, frequent: true };
}

/** One parameter for all writes is read by the server in less time than an array for each of their columns. */
function jsonOf({ idx, path, channel, value, refs }: WriteRecord): unknown[] {
  const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  return [idx, path, channel, base64, refs.join("")];
}

function putWritesText(tables: Tables, request: PutWritesRequest): string {
  return `WITH ${openThread(tables, request, "true")}${storedBlobs(tables, request, 9)}, stored_writes AS (
  INSERT INTO ${tables.writes} AS w
    (thread, namespace, checkpoint, task, idx, path, channel, value, refs)
  SELECT $1::text, $5::text, $6::text, $7::text, (given ->> 0)::int, given ->> 1, given ->> 2,
    decode(given ->> 3, 'base64'), decode(given ->> 4, 'hex')
  FROM opened CROSS JOIN jsonb_array_elements($8::text::jsonb) AS given
  ON CONFLICT (thread, namespace, checkpoint, task, idx) DO UPDATE SET
    path = excluded.path, channel = excluded.channel, value = excluded.value, refs = excluded.refs
  WHERE w.idx < 0
)
SELECT epoch FROM opened`;
}
