import { Buffer } from "node:buffer";
import { idBytes, type PutRequest, type PutWritesRequest } from "@threadmark/core/storage";
import { ByteStrings } from "../bytes.ts";
import type { Statement } from "../pg.ts";
import type { Tables } from "../schema.ts";
import { statement } from "../sql.ts";
import { alive, idsIn, renewed, unnested } from "./clauses.ts";
import { checkpointMark, writeMark } from "./marks.ts";
import { entriesJson, idStrings } from "./open-thread.ts";
import { LONGEST } from "./sealed-time.ts";
import { isRight, setEntries, setUpdated } from "./thread-row.ts";

/** What a put or putWrites stores, with the bytes of its blobs as the table has them. */
export interface Write {
  readonly request: PutRequest | PutWritesRequest;
  readonly packed: readonly Uint8Array[];
}

/** Writes of one thread, which agree on its epoch and its time to live. */
type Writes = readonly Write[];

/**
 * Stores checkpoints and writes of several threads. A thread is left out, and nothing of it is stored, if it does not
 * exist, has expired or another epoch, lacks a blob, is damaged or is locked: those writes have to be done alone.
 *
 * - Out: `thread` and `epoch` of each thread whose writes were stored.
 * - Atomic: one statement. It never waits for a lock: so one thread does not delay the others, and there
 *   can be no deadlock. The newest version of the thread is checked, as by `openThread`.
 */
export function sharedStatement(tables: Tables, threads: ReadonlyMap<string, Writes>): Statement {
  const checkpoints: unknown[] = [];
  const writes: unknown[] = [];
  const [places, ids, bytes]: [string[], string[], Uint8Array[]] = [[], [], []];
  for (const [thread, all] of threads) {
    for (const { request, packed } of all) {
      if ("writes" in request) writes.push(...writesJson(request));
      else checkpoints.push(checkpointJson(request));
      for (const [i, { id }] of request.blobs.entries()) {
        places.push(thread);
        ids.push(id);
        bytes.push(packed[i]!);
      }
    }
  }
  const lists = [...threads.values()];
  return statement(
    tables,
    SQL,
    {
      threads: [...threads.keys()],
      epochs: lists.map((all) => all.find(({ request }) => request.epoch !== undefined)?.request.epoch ?? ""),
      reliedOn: new ByteStrings(
        lists.map((all) => idBytes([...new Set(all.flatMap(({ request }) => request.relies))])),
      ),
      entriesOfThreads: lists.map((all) => {
        const entries = all.flatMap(({ request }) => request.entries);
        return entries.length === 0 ? "{}" : entriesJson(entries);
      }),
      ttls: lists.map(([first]) => {
        const { ttl } = first!.request;
        return ttl === undefined ? "" : String(Math.min(ttl, LONGEST));
      }),
      checkpoints: JSON.stringify(checkpoints),
      writes: JSON.stringify(writes),
      blobThreads: places,
      blobIds: idStrings(ids),
      blobBytes: new ByteStrings(bytes),
    },
    true,
  );
}

function checkpointJson({ thread, checkpoint }: PutRequest): unknown[] {
  const { namespace, id, parent, parentSeal, run, header, seal, metadata, index, refs } = checkpoint;
  const tokens = Object.fromEntries(index.map(({ key, token }) => [key, token]));
  const place = [thread, namespace, id, parent ?? null, parentSeal, run ?? null];
  return [...place, base64(header), seal, base64(metadata), tokens, refs.join("")];
}

function writesJson({ thread, namespace, checkpoint, writes }: PutWritesRequest): unknown[][] {
  return writes.map(({ task, idx, path, channel, value, refs, seal }) => [
    thread,
    namespace,
    checkpoint,
    task,
    idx,
    path,
    channel,
    base64(value),
    refs.join(""),
    seal,
  ]);
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

const CHECKPOINT_COLUMNS: Readonly<Record<string, string>> = {
  thread: "given ->> 0",
  namespace: "given ->> 1",
  id: "given ->> 2",
  parent: "given ->> 3",
  parent_seal: "(given ->> 4)::bigint",
  run: "given ->> 5",
  header: "decode(given ->> 6, 'base64')",
  seal: "(given ->> 7)::bigint",
  metadata: "decode(given ->> 8, 'base64')",
  tokens: "given -> 9",
  refs: "decode(given ->> 10, 'hex')",
};
const WRITE_COLUMNS: Readonly<Record<string, string>> = {
  thread: "given ->> 0",
  namespace: "given ->> 1",
  checkpoint: "given ->> 2",
  task: "given ->> 3",
  idx: "(given ->> 4)::int",
  path: "given ->> 5",
  channel: "given ->> 6",
  value: "decode(given ->> 7, 'base64')",
  refs: "decode(given ->> 8, 'hex')",
  seal: "(given ->> 9)::bigint",
};

const SQL = `WITH locked AS MATERIALIZED (
  SELECT given.thread, given.entries, nullif(given.ttl, '')::bigint AS ttl
  FROM ${unnested(":threads", ":epochs", ":reliedOn", ":ttls", ":entriesOfThreads")}
    AS given (thread, epoch, relied, ttl, entries)
  CROSS JOIN LATERAL (
    SELECT FROM {threads} AS t
    WHERE t.thread = given.thread AND ${alive("t")} AND ${isRight("t")} AND (given.epoch = '' OR t.epoch = given.epoch)
      AND (
        SELECT count(*) = count((SELECT true FROM {blobs} AS b WHERE b.thread = t.number AND b.id = relied.id))
        FROM ${idsIn("given.relied")} AS relied
      )
    FOR NO KEY UPDATE SKIP LOCKED
  ) AS t
), opened AS (
  UPDATE {threads} AS t SET ${setUpdated(renewed("t", "locked.ttl", "now"))},
    ${setEntries("t.entries || locked.entries::jsonb")}
  FROM locked WHERE t.thread = locked.thread
  RETURNING t.thread, t.epoch, t.number
), stored_blobs AS (
  INSERT INTO {blobs} (thread, id, bytes)
  SELECT opened.number, id, bytes
  FROM ${unnested(":blobThreads", ":blobIds", ":blobBytes")} AS blob (place, id, bytes)
  JOIN opened ON opened.thread = blob.place
  ON CONFLICT DO NOTHING
), stored_checkpoint AS (
  INSERT INTO {checkpoints} (${Object.keys(CHECKPOINT_COLUMNS).join(", ")}, owner, mark)
  SELECT ${Object.values(CHECKPOINT_COLUMNS).join(", ")}, opened.number,
    ${checkpointMark((name) => `(${CHECKPOINT_COLUMNS[name]!})`)}
  FROM jsonb_array_elements(:checkpoints) AS given JOIN opened ON opened.thread = given ->> 0
  ON CONFLICT (thread, namespace, id) DO UPDATE SET
    parent = excluded.parent, parent_seal = excluded.parent_seal,
    run = excluded.run, header = excluded.header, seal = excluded.seal, metadata = excluded.metadata,
    tokens = excluded.tokens, refs = excluded.refs, owner = excluded.owner, mark = excluded.mark
), stored_writes AS (
  INSERT INTO {writes} AS w (${Object.keys(WRITE_COLUMNS).join(", ")}, owner, mark)
  SELECT ${Object.values(WRITE_COLUMNS).join(", ")}, opened.number,
    ${writeMark((name) => `(${WRITE_COLUMNS[name]!})`)}
  FROM jsonb_array_elements(:writes) AS given JOIN opened ON opened.thread = given ->> 0
  ON CONFLICT (thread, namespace, checkpoint, task, idx) DO UPDATE SET
    path = excluded.path, channel = excluded.channel, value = excluded.value, refs = excluded.refs,
    seal = excluded.seal
  WHERE w.idx < 0
)
SELECT thread, epoch FROM opened`;
