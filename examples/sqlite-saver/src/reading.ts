import {
  comparePositions,
  compareThreads,
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
import { checkpointOf, entryOf, isOver, threadOf, type ThreadRow } from "./rows.ts";
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
  return { ...stored, blobs: [...blobs.values()], epoch: row.epoch };
}

function refsOf({ checkpoint, writes }: StoredCheckpoint): BlobId[] {
  return [...checkpoint.refs, ...writes.flatMap(({ refs }) => refs)];
}

/** Rows in the order of the port. SQL finds those of the thread and namespace, and the rest is decided here. */
export function scanCheckpoints(tables: Tables, request: ScanRequest): ScanPage {
  const { thread, namespace, id, before, filter, after, limit, have } = request;
  const isAlive = new Map<unknown, boolean>();
  for (const row of tables.all("SELECT * FROM threads WHERE ?1 IS NULL OR thread = ?1", thread ?? null)) {
    isAlive.set(row["thread"], !isOver(threadOf(row)));
  }
  const rows = tables
    .all(
      `SELECT * FROM checkpoints
       WHERE (?1 IS NULL OR thread = ?1) AND (?2 IS NULL OR namespace = ?2)
         AND (?3 IS NULL OR id = ?3) AND (?4 IS NULL OR id < ?4) AND (?5 IS NULL OR id <= ?5)
       ORDER BY id DESC, thread, namespace`,
      thread ?? null,
      namespace ?? null,
      id ?? null,
      before ?? null,
      after?.id ?? null,
    )
    .filter((row) => isAlive.get(row["thread"]))
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

/**
 * Threads. A term with a token is answered from the index of entries; what is left of the request is decided here, after
 * the rows are checked: a damaged time must not hide a thread.
 */
export function readThreads(tables: Tables, request: ThreadsRequest): ThreadPage {
  const { thread, filter, after, limit, pendingChannels } = request;
  const indexed = filter.find(({ token }) => token !== undefined);
  const rows = tables
    .all(
      `SELECT * FROM threads
       WHERE (?1 IS NULL OR thread = ?1)
         AND (?2 IS NULL OR thread IN (SELECT thread FROM entries WHERE key = ?2 AND token = ?3))
       ORDER BY updated DESC, thread`,
      thread ?? null,
      indexed?.key ?? null,
      indexed?.token ?? null,
    )
    .map(threadOf)
    .filter((row) => !isOver(row) && (!after || compareThreads(after, row) < 0))
    .filter((row) => passesFilter(entriesOf(tables, row), filter));
  const threads = rows.slice(0, limit).map((row) => recordOf(tables, row, pendingChannels));
  return { threads, more: rows.length > limit };
}

function entriesOf(tables: Tables, { thread }: ThreadRow): ReturnType<typeof entryOf>[] {
  return tables.all("SELECT * FROM entries WHERE thread = ?", thread).map(entryOf);
}

function recordOf(tables: Tables, row: ThreadRow, channels: readonly string[]): ThreadRecord {
  const { thread, created, updated, expires, claim, claim_until: until } = row;
  return {
    thread,
    created,
    updated,
    expires: expires ?? undefined,
    entries: entriesOf(tables, row),
    head: headOf(tables, thread, channels),
    claim: claim === null ? undefined : { id: claim, until: until! },
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
