import type { WriteRequest } from "@threadmark/core/storage";
import { idBytes, pack } from "../bytes.ts";
import { packBlobs } from "../leaf-packing.ts";
import type { Param, Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";

/** Milliseconds since 1970, by the server's clock. */
export const NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/** `own_ttl` of a thread that never expires. */
export const NEVER = -1;

/** Whether a thread has not expired. */
export function alive(thread: string): string {
  return `(${thread}.expires IS NULL OR ${thread}.expires > ${NOW})`;
}

/** The new expiry of a thread: by its own time to live, or by the given one, or as it is. */
export function renewed(thread: string, ttl: string): string {
  return `CASE
    WHEN ${thread}.own_ttl = ${NEVER} THEN NULL
    WHEN coalesce(${thread}.own_ttl, ${ttl}) IS NULL THEN ${thread}.expires
    ELSE ${NOW} + coalesce(${thread}.own_ttl, ${ttl})
  END`;
}

/**
 * The ids of 16 bytes each in a `bytea`, as `id`. The condition is always true. It makes the planner
 * expect 5 ids in place of 1,000, on the strength of which it would compile every read with its JIT, which
 * takes a second.
 */
export function idsIn(bytes: string): string {
  return `(
  SELECT substring(${bytes} FROM at FOR 16) AS id FROM generate_series(1, length(${bytes}), 16) AS at
  WHERE at % 16 = 1
)`;
}

/** Whether a blob is a node, by the last bit of its id. A damaged id may have any length. */
export function isNode(id: string): string {
  return `CASE length(${id}) WHEN 16 THEN get_byte(${id}, 15) & 1 = 1 ELSE false END`;
}

/** `$1` to `$4` of {@link openThread}. */
export function openParams({ thread, epoch, newEpoch, ttl }: WriteRequest): Param[] {
  return [thread, epoch ?? null, newEpoch, ttl ?? null];
}

/**
 * The beginning of every statement that writes.
 *
 * - In: `$1` thread, `$2` epoch or NULL, `$3` new epoch, `$4` time to live or NULL.
 * - Out: `opened`, one row with the epoch when the thread may be written to; otherwise none.
 * - Atomic: it locks the row of the thread and then judges its newest version, not that of the
 *   snapshot. So a write that waited for a prune sees the epoch that the prune has set.
 */
export function openThread(tables: Tables, request: WriteRequest, condition: string): string {
  const open = request.epoch === undefined ? openAnyThread : openNamedEpoch;
  return `opened AS (${open(tables, condition)}
  RETURNING t.epoch, t.number
)`;
}

/** What the texts of {@link openThread} and {@link storedBlobs} depend on. */
export function variantOf({ epoch, blobs }: WriteRequest): readonly boolean[] {
  return [epoch === undefined, blobs.length === 0];
}

/** The last parameters of a statement with {@link storedBlobs}; none when there are no blobs. */
export function blobParams({ blobs }: WriteRequest): Param[] {
  if (blobs.length === 0) return [];
  const { bytes, starts, lengths } = pack(packBlobs(blobs));
  return [idBytes(blobs.map((blob) => blob.id)), bytes, starts, lengths];
}

/**
 * The part that stores blobs in the thread that was `opened`. A write without blobs has no such part: the
 * server would parse and plan it for nothing.
 *
 * - In: from `$first` on the ids of blobs, their bytes, where each begins and how long it is.
 * - Atomic: a blob that a prune removed while the lock of the thread was waited for is absent for ON CONFLICT
 *   too, and is stored again when it was sent.
 */
export function storedBlobs({ blobs }: Tables, request: WriteRequest, first: number): string {
  if (request.blobs.length === 0) return "";
  const [ids, bytes, starts, lengths] = [first, first + 1, first + 2, first + 3].map((n) => `$${n}`);
  return `, stored_blobs AS (
  INSERT INTO ${blobs} (thread, id, bytes)
  SELECT opened.number, substring(${ids}::bytea FROM (16 * n - 15)::int FOR 16),
    substring(${bytes}::bytea FROM start FOR length)
  FROM opened CROSS JOIN unnest(${starts}::int[], ${lengths}::int[]) WITH ORDINALITY AS piece (start, length, n)
  ON CONFLICT DO NOTHING
)`;
}

function openAnyThread({ threads }: Tables, condition: string): string {
  return `
  INSERT INTO ${threads} AS t (thread, epoch, created, updated, expires)
  SELECT $1::text, $3::text, ${NOW}, ${NOW}, ${NOW} + $4::bigint WHERE $2::text IS NULL AND ${condition}
  ON CONFLICT (thread) DO UPDATE SET updated = ${NOW}, expires = ${renewed("t", "$4::bigint")}
  WHERE ${alive("t")}`;
}

function openNamedEpoch({ threads }: Tables, condition: string): string {
  return `
  UPDATE ${threads} AS t SET updated = ${NOW}, expires = ${renewed("t", "$4::bigint")}
  WHERE t.thread = $1::text AND t.epoch = $2::text AND $3::text IS NOT NULL AND ${alive("t")} AND ${condition}`;
}

/**
 * Why a write was refused. It is asked afterwards, and so rarely that the writes need not be slowed down by
 * the question. When all seems well by now, the answer is `stale`: the caller then sends everything again.
 *
 * - In: `$1` thread, `$2` epoch or NULL; with a fence `$3` namespace, `$4` id and `$5` parent.
 * - Out: `outcome`; with a fence as `detail` the newest checkpoint.
 */
export function refusalStatement(
  { threads, checkpoints }: Tables,
  request: WriteRequest,
  fence?: Fence,
): Statement {
  const { thread, epoch } = request;
  const head = `(SELECT id FROM ${checkpoints}
  WHERE thread = $1::text AND namespace = $3::text ORDER BY id DESC LIMIT 1)`;
  const conflict = `WHEN ${head} IS DISTINCT FROM $5::text AND ${head} IS DISTINCT FROM $4::text THEN 'conflict'`;
  return {
    text: `SELECT CASE
  WHEN NOT ${alive("t")} THEN 'expired'
  WHEN $2::text IS NOT NULL AND $2::text IS DISTINCT FROM t.epoch THEN 'stale'
  ${fence ? conflict : ""}
  ELSE 'stale'
END AS outcome, ${fence ? head : "NULL"} AS detail
FROM (SELECT) AS always LEFT JOIN ${threads} AS t ON t.thread = $1::text`,
    params: [thread, epoch ?? null, ...(fence ? [fence.namespace, fence.id, fence.parent ?? null] : [])],
  };
}

/** The checkpoint whose parent must be the newest. */
export interface Fence {
  readonly namespace: string;
  readonly id: string;
  readonly parent: string | undefined;
}
