import {
  comparePositions,
  passesFilter,
  pendingOf,
  type Blob,
  type BlobId,
  type GetRequest,
  type GetResult,
  type ScanPage,
  type ScanRequest,
  type StoredCheckpoint,
  type ThreadHead,
  type ThreadPage,
  type ThreadRecord,
  type ThreadsRequest,
} from "@threadmark/core/storage";
import { checkpointOf, entryOf, type Row } from "./rows.ts";
import type { Tables } from "./tables.ts";

export function readCheckpoint(tables: Tables, request: GetRequest): GetResult | undefined {
  const { thread, namespace, have, ttl } = request;
  const row = tables.thread(thread);
  const id = row && (request.id ?? tables.head(thread, namespace));
  const checkpoint = id === undefined ? undefined : tables.checkpoint(thread, namespace, id);
  if (!row || !checkpoint) return undefined;
  if (ttl !== undefined) tables.renew(thread, ttl);
  const stored = { thread, checkpoint, writes: tables.writes(thread, checkpoint) };
  const blobs = tables.reachable(thread, refsOf(stored), new Set(have));
  return { ...stored, blobs: [...blobs.values()], epoch: row["epoch"] as string };
}

function refsOf({ checkpoint, writes }: StoredCheckpoint): BlobId[] {
  return [...checkpoint.refs, ...writes.flatMap(({ refs }) => refs)];
}

/** Rows in the order of the port. SQL finds those of the thread and namespace, and the rest is decided here. */
export function scanCheckpoints(tables: Tables, request: ScanRequest): ScanPage {
  const { thread, namespace, id, before, filter, after, limit, have } = request;
  const rows = tables
    .all(
      `SELECT c.* FROM checkpoints c JOIN threads t USING (thread)
       WHERE (t.expires IS NULL OR t.expires > ?1) AND (?2 IS NULL OR thread = ?2) AND (?3 IS NULL OR namespace = ?3)
         AND (?4 IS NULL OR id = ?4) AND (?5 IS NULL OR id < ?5) AND (?6 IS NULL OR id <= ?6)
       ORDER BY id DESC, thread, namespace`,
      Date.now(),
      thread ?? null,
      namespace ?? null,
      id ?? null,
      before ?? null,
      after?.id ?? null,
    )
    .map((row) => ({ thread: row["thread"] as string, checkpoint: checkpointOf(row) }))
    .filter(
      ({ checkpoint, thread: name }) =>
        !after || comparePositions({ ...checkpoint, thread: name }, after) > 0,
    )
    .filter(({ checkpoint }) => passesFilter(checkpoint.index, filter));
  const checkpoints = rows.slice(0, limit).map(({ thread: name, checkpoint }) => ({
    thread: name,
    checkpoint,
    writes: tables.writes(name, checkpoint),
  }));
  const blobs = new Map<BlobId, Blob>();
  for (const stored of checkpoints) {
    const except = new Set([...have, ...blobs.keys()]);
    for (const [key, blob] of tables.reachable(stored.thread, refsOf(stored), except)) blobs.set(key, blob);
  }
  return { checkpoints, blobs: [...blobs.values()], more: rows.length > limit };
}

/** Threads. A term with a token is answered from the index of entries; what is left of the filter is decided here. */
export function readThreads(tables: Tables, request: ThreadsRequest): ThreadPage {
  const { thread, filter, after, limit, pendingChannels } = request;
  const indexed = filter.find(({ token }) => token !== undefined);
  const rows = tables
    .all(
      `SELECT t.* FROM threads t
       WHERE (expires IS NULL OR expires > ?1) AND (?2 IS NULL OR thread = ?2)
         AND (?3 IS NULL OR thread IN (SELECT thread FROM entries WHERE key = ?3 AND token = ?4))
         AND (?5 IS NULL OR updated < ?5 OR (updated = ?5 AND thread > ?6))
       ORDER BY updated DESC, thread`,
      Date.now(),
      thread ?? null,
      indexed?.key ?? null,
      indexed?.token ?? null,
      after?.updated ?? null,
      after?.thread ?? null,
    )
    .filter((row) => passesFilter(entriesOf(tables, row), filter));
  const threads = rows.slice(0, limit).map((row) => recordOf(tables, row, pendingChannels));
  return { threads, more: rows.length > limit };
}

function entriesOf(tables: Tables, row: Row): ReturnType<typeof entryOf>[] {
  return tables.all("SELECT * FROM entries WHERE thread = ?", row["thread"] as string).map(entryOf);
}

function recordOf(tables: Tables, row: Row, channels: readonly string[]): ThreadRecord {
  const thread = row["thread"] as string;
  return {
    thread,
    created: row["created"] as number,
    updated: row["updated"] as number,
    expires: (row["expires"] as number | null) ?? undefined,
    entries: entriesOf(tables, row),
    head: headOf(tables, thread, channels),
    claim:
      row["claim"] === null ? undefined : { id: row["claim"] as string, until: row["claim_until"] as number },
  };
}

function headOf(tables: Tables, thread: string, channels: readonly string[]): ThreadHead | undefined {
  const id = tables.head(thread, "");
  if (id === undefined) return undefined;
  const { parent, parentSeal } = tables.checkpoint(thread, "", id)!;
  return {
    id,
    parent,
    parentSeal,
    pending: pendingOf(tables.writes(thread, { namespace: "", id }), channels),
  };
}
