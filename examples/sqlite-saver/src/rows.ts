import { crc32 } from "node:zlib";
import {
  damaged,
  isNode,
  type Blob,
  type CheckpointRecord,
  type IndexEntry,
  type ThreadEntry,
  type WriteRecord,
} from "@threadmark/core/storage";

/** A row as SQLite gives it. */
export type Row = Readonly<Record<string, string | number | bigint | Uint8Array | null>>;

/** A thread without its entries. `own_ttl` is `NEVER` for one that never expires. */
export interface ThreadRow {
  readonly thread: string;
  readonly epoch: string;
  readonly created: number;
  readonly updated: number;
  readonly expires: number | null;
  readonly own_ttl: number | null;
  readonly claim: string | null;
  readonly claim_until: number | null;
}

/** The row of a thread, if its checksum is right: core's seals do not cover times and claims. */
export function threadOf(row: Row): ThreadRow {
  const thread = row as unknown as ThreadRow;
  if (row["sum"] !== sumOf(thread)) throw damaged(thread.thread, "the row");
  return thread;
}

/** The checksum of a thread's row. */
export function sumOf(row: ThreadRow): number {
  const { thread, epoch, created, updated, expires, own_ttl, claim, claim_until } = row;
  return crc32(JSON.stringify([thread, epoch, created, updated, expires, own_ttl, claim, claim_until]));
}

/** Whether a thread has expired. */
export function isOver({ expires }: ThreadRow): boolean {
  return expires !== null && expires <= Date.now();
}

export function checkpointOf(row: Row): CheckpointRecord {
  return {
    namespace: row["namespace"] as string,
    id: row["id"] as string,
    parent: (row["parent"] as string | null) ?? undefined,
    parentSeal: row["parent_seal"] as number,
    run: (row["run"] as string | null) ?? undefined,
    header: row["header"] as Uint8Array,
    seal: row["seal"] as number,
    metadata: row["metadata"] as Uint8Array,
    index: listIn<[string, string]>(row, "tokens").map(([key, token]): IndexEntry => ({ key, token })),
    refs: listIn<string>(row, "refs"),
  };
}

export function writeOf(row: Row): WriteRecord {
  return {
    task: row["task"] as string,
    path: row["path"] as string,
    idx: row["idx"] as number,
    channel: row["channel"] as string,
    value: row["value"] as Uint8Array,
    refs: listIn<string>(row, "refs"),
    seal: row["seal"] as number,
  };
}

export function entryOf(row: Row): ThreadEntry {
  return {
    key: row["key"] as string,
    token: row["token"] as string,
    value: row["value"] as Uint8Array,
    seal: row["seal"] as number,
  };
}

export function blobOf(row: Row): Blob {
  const id = row["id"] as string;
  return { id, kind: isNode(id) ? "node" : "leaf", bytes: row["bytes"] as Uint8Array };
}

/** What is no list any more was damaged: that is said, and not passed over. */
function listIn<T>(row: Row, column: string): readonly T[] {
  try {
    const list: unknown = JSON.parse(row[column] as string);
    if (Array.isArray(list)) return list as T[];
  } catch {
    // The same error as for JSON that is no list.
  }
  throw damaged(String(row["thread"]), `a row's ${column}`);
}
