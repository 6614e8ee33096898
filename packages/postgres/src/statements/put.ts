import { Buffer } from "node:buffer";
import { idBytes, type PutRequest, type PutWritesRequest, type WriteRecord } from "@threadmark/core/storage";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { statement, variants } from "../sql.ts";
import { checkpointMark, writeMark } from "./marks.ts";
import { HEAD, openThread, openValues, openVariant, storedBlobs } from "./open-thread.ts";
import { lockThread } from "./remove.ts";
import { isTime } from "./sealed-time.ts";
import { newThread } from "./thread-row.ts";

/**
 * Stores a checkpoint.
 *
 * - Out: `epoch`, or no row when it was refused.
 * - Atomic: one statement, under the lock of the thread. With the fence it reads the newest checkpoint
 *   from its snapshot, and must therefore run in a script after {@link lockForPut}.
 */
export function putStatement(tables: Tables, request: PutRequest, packed: readonly Uint8Array[]): Statement {
  const { parent, run, index, refs, ...checkpoint } = request.checkpoint;
  const tokens = JSON.stringify(Object.fromEntries(index.map(({ key, token }) => [key, token])));
  const values = {
    ...checkpoint,
    parent: parent ?? null,
    run: run ?? null,
    tokens,
    refs: idBytes(refs),
    keepParent: request.keepParent,
  };
  return statement(tables, putSql(request), { ...openValues(request, packed), ...values }, true);
}

const putSql = variants<PutRequest>((request) => `${openVariant(request)} ${request.fence}`, buildPut);

function buildPut(request: PutRequest): string {
  const fence = `(${HEAD} IS NOT DISTINCT FROM :parent OR ${HEAD} IS NOT DISTINCT FROM :id)`;
  return `WITH ${openThread(request, request.fence ? fence : "true")}${storedBlobs(request)}, stored_checkpoint AS (
  INSERT INTO {checkpoints} AS c
    (thread, namespace, id, parent, parent_seal, run, header, seal, metadata, tokens, refs, owner, mark)
  SELECT :thread, :namespace, :id, :parent, :parentSeal, :run, :header, :seal, :metadata, :tokens, :refs,
    opened.number, ${checkpointMark((name) => `:${name}`)}
  FROM opened
  ON CONFLICT (thread, namespace, id) DO UPDATE SET
    parent = CASE WHEN :keepParent THEN c.parent ELSE excluded.parent END,
    parent_seal = CASE WHEN :keepParent THEN c.parent_seal ELSE excluded.parent_seal END,
    run = excluded.run, header = excluded.header, seal = excluded.seal, metadata = excluded.metadata,
    tokens = excluded.tokens, refs = excluded.refs, owner = excluded.owner, mark = excluded.mark
)
SELECT epoch FROM opened`;
}

/** Creates the thread, or locks it: what follows in the script sees everything that was stored before. */
export function lockForPut(tables: Tables, { thread, newEpoch, epoch, claim }: PutRequest): Statement {
  // These need a thread that exists.
  if (epoch !== undefined || claim !== undefined) return lockThread(tables, thread);
  const sql = `INSERT INTO {threads} AS t ${newThread({ updated: "0" })}
ON CONFLICT (thread) DO UPDATE SET thread = excluded.thread`;
  return statement(tables, sql, { thread, newEpoch });
}

/** Removes the thread again if it was created for a put that was then refused. */
export function undoLockForPut(tables: Tables, { thread, newEpoch }: PutRequest): Statement {
  const sql = `DELETE FROM {threads} WHERE thread = :thread AND epoch = :newEpoch AND NOT ${isTime("updated")}`;
  return statement(tables, sql, { thread, newEpoch });
}

/**
 * Stores the writes of a task.
 *
 * - Out: `epoch`, or no row when it was refused.
 * - Atomic: one statement, under the lock of the thread.
 */
export function putWritesStatement(
  tables: Tables,
  request: PutWritesRequest,
  packed: readonly Uint8Array[],
): Statement {
  const { namespace, checkpoint, writes } = request;
  const place = { namespace, id: checkpoint, task: writes[0]?.task ?? "" };
  const values = { ...openValues(request, packed), ...place, writes: JSON.stringify(writes.map(jsonOf)) };
  return statement(tables, putWritesSql(request), values, true);
}

/** The server reads one parameter for all writes faster than an array for each column. */
function jsonOf({ idx, path, channel, value, refs, seal }: WriteRecord): unknown[] {
  const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  return [idx, path, channel, base64, refs.join(""), seal];
}

const putWritesSql = variants<PutWritesRequest>(openVariant, buildPutWrites);

function buildPutWrites(request: PutWritesRequest): string {
  return `WITH ${openThread(request, "true")}${storedBlobs(request)}, stored_writes AS (
  INSERT INTO {writes} AS w
    (thread, namespace, checkpoint, task, idx, path, channel, value, refs, seal, owner, mark)
  SELECT :thread, :namespace, :id, :task, (given ->> 0)::int, given ->> 1, given ->> 2,
    decode(given ->> 3, 'base64'), decode(given ->> 4, 'hex'), (given ->> 5)::bigint,
    opened.number, ${writeMark((name) => (name === "checkpoint" ? ":id" : `:${name}`))}
  FROM opened CROSS JOIN jsonb_array_elements(:writes) AS given
  ON CONFLICT (thread, namespace, checkpoint, task, idx) DO UPDATE SET
    path = excluded.path, channel = excluded.channel, value = excluded.value, refs = excluded.refs,
    seal = excluded.seal
  WHERE w.idx < 0
)
SELECT epoch FROM opened`;
}
