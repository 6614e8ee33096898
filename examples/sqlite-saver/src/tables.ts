import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import {
  childrenOf,
  type Blob,
  type BlobId,
  type CheckpointKey,
  type CheckpointRecord,
  type ThreadEntry,
  type WriteRecord,
  type WriteRequest,
} from "@threadmark/core/storage";
import { blobOf, checkpointOf, isOver, sumOf, threadOf, writeOf, type Row, type ThreadRow } from "./rows.ts";
import { schema } from "./schema.ts";

/** `own_ttl` of a thread that never expires. */
export const NEVER = -1;

/** The file, and small steps on its tables that several calls of the port need. */
export class Tables {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 10_000 });
  }

  setup(): void {
    this.#db.exec(schema);
  }

  close(): void {
    this.#db.close();
  }

  /** One transaction: all of it or nothing, with nothing in between. */
  atomic<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values);
  }

  one(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  /** How many rows were changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  /** The thread, even if it has expired. */
  #row(thread: string): ThreadRow | undefined {
    const row = this.one("SELECT * FROM threads WHERE thread = ?", thread);
    return row && threadOf(row);
  }

  /** The thread, unless it has expired. */
  thread(thread: string): ThreadRow | undefined {
    const row = this.#row(thread);
    return row && !isOver(row) ? row : undefined;
  }

  isExpired(thread: string): boolean {
    const row = this.#row(thread);
    return row !== undefined && isOver(row);
  }

  /** Changes a thread, which must exist. */
  update(thread: string, changes: Partial<ThreadRow>): void {
    this.#setRow({ ...this.#row(thread)!, ...changes });
  }

  #setRow(row: ThreadRow): void {
    const { thread, epoch, created, updated, expires, own_ttl, claim, claim_until } = row;
    const values = [thread, epoch, created, updated, expires, own_ttl, claim, claim_until, sumOf(row)];
    this.run("INSERT OR REPLACE INTO threads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", ...values);
  }

  /** Makes the thread if it is not there, and moves its expiry by its own time to live or by the given one. */
  make(thread: string, newEpoch: string, ttl: number | undefined): void {
    const now = Date.now();
    const nothing = { expires: null, own_ttl: null, claim: null, claim_until: null };
    if (!this.#row(thread)) {
      this.#setRow({ thread, epoch: newEpoch, created: now, updated: now, ...nothing });
    }
    this.renew(thread, ttl);
  }

  renew(thread: string, ttl: number | undefined): void {
    const milliseconds = this.#row(thread)?.own_ttl ?? ttl;
    if (milliseconds === undefined) return;
    this.update(thread, { expires: milliseconds === NEVER ? null : Date.now() + milliseconds });
  }

  /** What every write does to its thread. */
  touch({ thread, newEpoch, ttl, entries, blobs }: WriteRequest): string {
    this.make(thread, newEpoch, ttl);
    this.update(thread, { updated: Date.now() });
    this.setEntries(thread, entries);
    for (const { id, bytes } of blobs)
      this.run("INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)", thread, id, bytes);
    return this.#row(thread)!.epoch;
  }

  setEntries(thread: string, entries: readonly ThreadEntry[]): void {
    for (const { key, token, value, seal } of entries) {
      this.run("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)", thread, key, token, value, seal);
    }
  }

  checkpoint(thread: string, namespace: string, id: string): CheckpointRecord | undefined {
    const row = this.one(
      "SELECT * FROM checkpoints WHERE thread = ? AND namespace = ? AND id = ?",
      thread,
      namespace,
      id,
    );
    return row && checkpointOf(row);
  }

  head(thread: string, namespace: string): string | undefined {
    const sql = "SELECT id FROM checkpoints WHERE thread = ? AND namespace = ? ORDER BY id DESC LIMIT 1";
    return this.one(sql, thread, namespace)?.["id"] as string | undefined;
  }

  setCheckpoint(thread: string, record: CheckpointRecord): void {
    const { namespace, id, parent, parentSeal, run, header, seal, metadata, index, refs } = record;
    const tokens = JSON.stringify(index.map(({ key, token }) => [key, token]));
    const values = [
      parent ?? null,
      parentSeal,
      run ?? null,
      header,
      seal,
      metadata,
      tokens,
      JSON.stringify(refs),
    ];
    this.run(
      "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      thread,
      namespace,
      id,
      ...values,
    );
  }

  writes(thread: string, { namespace, id }: CheckpointKey): WriteRecord[] {
    const sql = "SELECT * FROM writes WHERE thread = ? AND namespace = ? AND checkpoint = ?";
    return this.all(sql, thread, namespace, id).map(writeOf);
  }

  hasBlob(thread: string, id: BlobId): boolean {
    return this.one("SELECT 1 FROM blobs WHERE thread = ? AND id = ?", thread, id) !== undefined;
  }

  /** The blobs at and below `refs`, without those in `except` and those only below them. */
  reachable(thread: string, refs: Iterable<BlobId>, except: ReadonlySet<BlobId>): Map<BlobId, Blob> {
    const found = new Map<BlobId, Blob>();
    const open = [...refs];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (except.has(id) || found.has(id)) continue;
      const row = this.one("SELECT id, bytes FROM blobs WHERE thread = ? AND id = ?", thread, id);
      if (!row) continue;
      const blob = blobOf(row);
      found.set(id, blob);
      open.push(...childrenOf(blob));
    }
    return found;
  }

  /** The ids of the blobs at and below `refs`, or `undefined` if one of them is missing: a reference may be damaged. */
  wholeBelow(thread: string, refs: Iterable<BlobId>): ReadonlySet<BlobId> | undefined {
    const live = new Set(refs);
    // A set that grows while it is walked gives what was added, too.
    for (const id of live) {
      const row = this.one("SELECT id, bytes FROM blobs WHERE thread = ? AND id = ?", thread, id);
      if (!row) return undefined;
      for (const child of childrenOf(blobOf(row))) live.add(child);
    }
    return live;
  }

  deleteThread(thread: string): number {
    for (const table of ["entries", "checkpoints", "writes", "blobs"]) {
      this.run(`DELETE FROM ${table} WHERE thread = ?`, thread);
    }
    return this.run("DELETE FROM threads WHERE thread = ?", thread);
  }
}
