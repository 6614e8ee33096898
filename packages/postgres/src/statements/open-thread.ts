import { Buffer } from "node:buffer";
import { idBytes, type BlobId, type ThreadEntry, type WriteRequest } from "@threadmark/core/storage";
import { ByteStrings } from "../bytes.ts";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { statement, type Values } from "../sql.ts";
import { alive, renewed, unnested } from "./clauses.ts";
import { hiddenThread, isThreadDamaged } from "./marks.ts";
import { LONGEST } from "./sealed-time.ts";
import { isRight, newThread, setEntries, setUpdated } from "./thread-row.ts";

/**
 * Parameters of {@link openThread} and {@link storedBlobs}.
 *
 * @param packed The bytes of the blobs, as the table stores them.
 */
export function openValues(request: WriteRequest, packed: readonly Uint8Array[]): Values {
  const { thread, epoch, relies, newEpoch, ttl, entries, claim, blobs } = request;
  return {
    thread,
    newEpoch,
    ttl: ttl === undefined ? null : Math.min(ttl, LONGEST),
    ...(epoch !== undefined && { epoch }),
    ...(relies.length === 1 ? { relied: idBytes(relies) } : { relies: idStrings(relies) }),
    ...(claim !== undefined && { claim }),
    ...(entries.length > 0 && { entries: entriesJson(entries) }),
    ...(blobs.length > 0 && {
      blobIds: idStrings(blobs.map((blob) => blob.id)),
      blobBytes: new ByteStrings(packed),
    }),
  };
}

/** Which text of {@link openThread} and {@link storedBlobs} a request needs. */
export function openVariant({ epoch, relies, claim, entries, blobs }: WriteRequest): string {
  const proof = epoch === undefined ? "nothing" : relies.length === 1 ? "one" : "many";
  return `${proof} ${claim !== undefined} ${entries.length > 0} ${blobs.length > 0}`;
}

/** Ids as a parameter. */
export function idStrings(ids: readonly BlobId[]): ByteStrings {
  const all = idBytes(ids);
  return new ByteStrings(ids.map((_, i) => all.subarray(16 * i, 16 * (i + 1))));
}

/** The value of the column `entries`, or what is added to it. */
export function entriesJson(entries: readonly ThreadEntry[]): string {
  return JSON.stringify(
    Object.fromEntries(
      entries.map(({ key, token, value, seal }) => [
        key,
        { token, value: Buffer.from(value).toString("base64"), seal },
      ]),
    ),
  );
}

/**
 * The beginning of every statement that writes.
 *
 * - Out: `opened`, one row with the epoch when the thread may be written to; otherwise none.
 * - Atomic: it locks the row of the thread and then checks its newest version, not that of the snapshot. So a write
 *   that waited for a prune sees the epoch that the prune set.
 *
 * @param condition Another condition, which is checked in the snapshot.
 */
export function openThread(request: WriteRequest, condition: string): string {
  const { epoch, claim } = request;
  const open = epoch === undefined && claim === undefined ? openOrCreate : openExisting;
  return `opened AS (${open(request, condition)}
  RETURNING t.epoch, t.number
)`;
}

function openOrCreate(request: WriteRequest, condition: string): string {
  const row = newThread({
    ttl: ":ttl",
    ...(request.entries.length > 0 && { entries: ":entries" }),
    condition: `${condition} AND NOT EXISTS (${hiddenThread(":thread")})`,
  });
  return `
  INSERT INTO {threads} AS t ${row}
  ON CONFLICT (thread) DO UPDATE SET ${written(request)}
  WHERE ${alive("t")} AND ${isRight("t")}`;
}

function openExisting(request: WriteRequest, condition: string): string {
  const { epoch, relies, claim } = request;
  return `
  UPDATE {threads} AS t SET ${written(request)}
  WHERE t.thread = :thread AND ${alive("t")} AND ${isRight("t")}
    AND ${claim === undefined ? "true" : "t.claim = :claim"}
    AND ${epoch === undefined ? "true" : holds("t", relies)} AND ${condition}`;
}

/** What every write changes of the thread. */
function written({ entries }: WriteRequest): string {
  const merged = entries.length > 0 ? `, ${setEntries("(t.entries || :entries)")}` : "";
  return `${setUpdated(renewed("t", ":ttl", "now"))}${merged}`;
}

/**
 * Whether a thread has the epoch and every blob that a write relies on. The blobs are looked up by key: in a join, a
 * wrong estimate of their number would read the whole table. They are read in the snapshot, which is enough: removing
 * blobs changes the epoch, and that is checked after the lock.
 */
function holds(thread: string, { length }: readonly BlobId[]): string {
  const stored = (id: string) =>
    `(SELECT true FROM {blobs} AS b WHERE b.thread = ${thread}.number AND b.id = ${id})`;
  // There is nearly always just one, and this costs a third less than a list of one.
  if (length === 1) return `${thread}.epoch = :epoch AND ${stored(":relied")}`;
  return `${thread}.epoch = :epoch AND (
    SELECT count(*) = count(${stored("relied.id")}) FROM ${unnested(":relies")} AS relied (id)
  )`;
}

/**
 * The part that stores blobs in the thread that was `opened`. A write without blobs has no such part: the
 * server would parse and plan it for nothing.
 *
 * - Atomic: a blob that a prune removed while this waited for the lock of the thread is absent for ON CONFLICT too,
 *   and is stored again if it was sent.
 */
export function storedBlobs({ blobs }: WriteRequest): string {
  if (blobs.length === 0) return "";
  return `, stored_blobs AS (
  INSERT INTO {blobs} (thread, id, bytes)
  SELECT opened.number, id, bytes FROM opened CROSS JOIN ${unnested(":blobIds", ":blobBytes")} AS blob (id, bytes)
  ON CONFLICT DO NOTHING
)`;
}

/** The checkpoint whose parent must be the newest. */
export interface Fence {
  readonly namespace: string;
  readonly id: string;
  readonly parent: string | undefined;
}

/** The newest checkpoint of a namespace. */
export const HEAD = `(SELECT id FROM {checkpoints}
    WHERE thread = :thread AND namespace = :namespace ORDER BY id DESC LIMIT 1)`;

/**
 * Finds out why a write was refused. It runs afterwards, and so rarely that it does not slow down writes. When nothing
 * is wrong any more, the answer is `stale`: the caller then sends everything again.
 *
 * - Out: `outcome`; with a fence as `detail` the newest checkpoint.
 */
export function refusalStatement(tables: Tables, request: WriteRequest, fence?: Fence): Statement {
  const { epoch, relies, claim } = request;
  const fenced = "WHEN t.claim IS DISTINCT FROM :claim THEN 'fenced'";
  const stale = `WHEN (${holds("t", relies)}) IS NOT TRUE THEN 'stale'`;
  const conflict = `WHEN ${HEAD} IS DISTINCT FROM :parent AND ${HEAD} IS DISTINCT FROM :id THEN 'conflict'`;
  const sql = `SELECT CASE
  WHEN ${isThreadDamaged(":thread")} THEN 'damaged'
  WHEN NOT ${alive("t")} THEN 'expired'
  ${claim === undefined ? "" : fenced}
  ${epoch === undefined ? "" : stale}
  ${fence ? conflict : ""}
  ELSE 'stale'
END AS outcome, ${fence ? HEAD : "NULL"} AS detail
FROM (SELECT) AS always LEFT JOIN {threads} AS t ON t.thread = :thread`;
  const place = fence && { namespace: fence.namespace, id: fence.id, parent: fence.parent ?? null };
  return statement(tables, sql, { ...openValues({ ...request, blobs: [], entries: [] }, []), ...place });
}
