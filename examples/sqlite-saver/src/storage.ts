import {
  hasUnknownChild,
  shiftCheckpoint,
  shiftSeal,
  type Blob,
  type BlobsRequest,
  type CheckpointStorage,
  type ClaimOutcome,
  type ClaimRequest,
  type CopyOutcome,
  type CopyRequest,
  type ExpireRequest,
  type GetRequest,
  type GetResult,
  type PutRequest,
  type PutWritesRequest,
  type ReleaseRequest,
  type RemoveOutcome,
  type RemoveRequest,
  type ScanPage,
  type ScanRequest,
  type StorageCapabilities,
  type SweepRequest,
  type ThreadPage,
  type ThreadsRequest,
  type UpdateThreadRequest,
  type WriteOutcome,
  type WriteRecord,
  type WriteRequest,
} from "@threadmark/core/storage";
import { readCheckpoint, readThreads, scanCheckpoints } from "./reading.ts";
import { checkpointOf, entryOf, threadOf, writeOf } from "./rows.ts";
import { NEVER, Tables } from "./tables.ts";

/** The storage port on SQLite. Every call is one transaction. */
export class SqliteStorage implements CheckpointStorage {
  readonly port = 2;
  readonly capabilities: StorageCapabilities = { persistent: true, shared: true, scanAllThreads: true };
  readonly #tables: Tables;

  constructor(file: string) {
    this.#tables = new Tables(file);
  }

  async setup(): Promise<void> {
    this.#tables.setup();
  }

  async close(): Promise<void> {
    this.#tables.close();
  }

  async put(request: PutRequest): Promise<WriteOutcome> {
    const { thread, checkpoint, keepParent, fence } = request;
    return this.#tables.atomic(() => {
      const refused = this.#refuse(request);
      if (refused) return refused;
      const head = this.#tables.head(thread, checkpoint.namespace);
      if (fence && head !== checkpoint.parent && head !== checkpoint.id) return { outcome: "conflict", head };
      const existing = keepParent
        ? this.#tables.checkpoint(thread, checkpoint.namespace, checkpoint.id)
        : undefined;
      const { parent, parentSeal } = existing ?? checkpoint;
      const epoch = this.#tables.touch(request);
      this.#tables.setCheckpoint(thread, { ...checkpoint, parent, parentSeal });
      return { outcome: "stored", epoch };
    });
  }

  async putWrites(request: PutWritesRequest): Promise<WriteOutcome> {
    return this.#tables.atomic(() => {
      const refused = this.#refuse(request);
      if (refused) return refused;
      const epoch = this.#tables.touch(request);
      for (const write of request.writes) this.#addWrite(request.thread, request, write);
      return { outcome: "stored", epoch };
    });
  }

  /** Why nothing may be written, if so. The order is the port's. */
  #refuse({ thread, claim, epoch, relies }: WriteRequest): WriteOutcome | undefined {
    if (this.#tables.isExpired(thread)) return { outcome: "expired" };
    const row = this.#tables.thread(thread);
    if (claim !== undefined && row?.claim !== claim) return { outcome: "fenced" };
    if (epoch === undefined) return undefined;
    const holds = row?.epoch === epoch && relies.every((id) => this.#tables.hasBlob(thread, id));
    return holds ? undefined : { outcome: "stale" };
  }

  /** The first write of an index stays; one with a negative index replaces. */
  #addWrite(thread: string, at: { namespace: string; checkpoint: string }, write: WriteRecord): void {
    const { task, path, idx, channel, value, refs, seal } = write;
    const how = idx < 0 ? "REPLACE" : "IGNORE";
    const sql = `INSERT OR ${how} INTO writes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
    const key = [thread, at.namespace, at.checkpoint, task, idx] as const;
    this.#tables.run(sql, ...key, path, channel, value, JSON.stringify(refs), seal);
  }

  async get(request: GetRequest): Promise<GetResult | undefined> {
    return this.#tables.atomic(() => readCheckpoint(this.#tables, request));
  }

  async scan(request: ScanRequest): Promise<ScanPage> {
    return this.#tables.atomic(() => scanCheckpoints(this.#tables, request));
  }

  async threads(request: ThreadsRequest): Promise<ThreadPage> {
    return this.#tables.atomic(() => readThreads(this.#tables, request));
  }

  async blobs({ thread, refs, have }: BlobsRequest): Promise<readonly Blob[]> {
    return this.#tables.atomic(() => {
      const found = this.#tables.thread(thread)
        ? this.#tables.reachable(thread, refs, new Set(have))
        : new Map();
      return [...(found.values() as Iterable<Blob>)];
    });
  }

  async remove(request: RemoveRequest): Promise<RemoveOutcome> {
    const { thread, checkpoints, relink, newEpoch } = request;
    const tables = this.#tables;
    return tables.atomic((): RemoveOutcome => {
      if (!tables.thread(thread)) return { outcome: "removed", blobs: 0 };
      const all = tables.all("SELECT * FROM checkpoints WHERE thread = ?", thread).map(checkpointOf);
      if (hasUnknownChild(all, request)) return { outcome: "conflict" };
      for (const { namespace, id } of checkpoints) {
        tables.run(
          "DELETE FROM checkpoints WHERE thread = ? AND namespace = ? AND id = ?",
          thread,
          namespace,
          id,
        );
        tables.run(
          "DELETE FROM writes WHERE thread = ? AND namespace = ? AND checkpoint = ?",
          thread,
          namespace,
          id,
        );
      }
      for (const { namespace, id, parent, parentSeal } of relink) {
        const sql =
          "UPDATE checkpoints SET parent = ?, parent_seal = ? WHERE thread = ? AND namespace = ? AND id = ?";
        tables.run(sql, parent ?? null, parentSeal, thread, namespace, id);
      }
      tables.update(thread, { epoch: newEpoch });
      return { outcome: "removed", blobs: this.#collect(thread) };
    });
  }

  /** Removes every blob that nothing refers to; the thread itself when it has no checkpoint left. */
  #collect(thread: string): number {
    const tables = this.#tables;
    const kept = tables.all("SELECT * FROM checkpoints WHERE thread = ?", thread).map(checkpointOf);
    const writes = tables.all("SELECT * FROM writes WHERE thread = ?", thread).map(writeOf);
    const live = tables.wholeBelow(
      thread,
      [...kept, ...writes].flatMap((record) => record.refs),
    );
    const stored = tables
      .all("SELECT id FROM blobs WHERE thread = ?", thread)
      .map((row) => row["id"] as string);
    if (kept.length === 0) {
      tables.deleteThread(thread);
      return stored.length;
    }
    const dead = live ? stored.filter((id) => !live.has(id)) : [];
    for (const id of dead) tables.run("DELETE FROM blobs WHERE thread = ? AND id = ?", thread, id);
    return dead.length;
  }

  async deleteThreads(threads: readonly string[]): Promise<number> {
    return this.#tables.atomic(() =>
      threads.reduce((sum, thread) => sum + this.#tables.deleteThread(thread), 0),
    );
  }

  async copyThread({ from, to, newEpoch, sealShift }: CopyRequest): Promise<CopyOutcome> {
    const tables = this.#tables;
    return tables.atomic((): CopyOutcome => {
      const source = tables.thread(from);
      if (!source) return "missing";
      const present = tables.thread(to);
      if (present) return present.epoch === newEpoch ? "copied" : "exists";
      tables.deleteThread(to);
      tables.make(to, newEpoch, undefined);
      tables.update(to, { expires: source.expires, own_ttl: source.own_ttl });
      tables.run("INSERT INTO blobs SELECT ?, id, bytes FROM blobs WHERE thread = ?", to, from);
      const shifted = <T extends { readonly seal: number }>(record: T): T => ({
        ...record,
        seal: shiftSeal(record.seal, sealShift),
      });
      tables.setEntries(
        to,
        tables.all("SELECT * FROM entries WHERE thread = ?", from).map(entryOf).map(shifted),
      );
      for (const row of tables.all("SELECT * FROM checkpoints WHERE thread = ?", from)) {
        tables.setCheckpoint(to, shiftCheckpoint(checkpointOf(row), sealShift));
      }
      for (const row of tables.all("SELECT * FROM writes WHERE thread = ?", from)) {
        const at = { namespace: row["namespace"] as string, checkpoint: row["checkpoint"] as string };
        this.#addWrite(to, at, shifted(writeOf(row)));
      }
      return "copied";
    });
  }

  async updateThread({ thread, set, remove }: UpdateThreadRequest): Promise<boolean> {
    return this.#tables.atomic(() => {
      if (!this.#tables.thread(thread)) return false;
      this.#tables.setEntries(thread, set);
      for (const key of remove)
        this.#tables.run("DELETE FROM entries WHERE thread = ? AND key = ?", thread, key);
      return true;
    });
  }

  async claim({ thread, claim, renews, ttl, newEpoch, threadTtl }: ClaimRequest): Promise<ClaimOutcome> {
    return this.#tables.atomic((): ClaimOutcome => {
      if (this.#tables.isExpired(thread)) return { outcome: "expired" };
      const now = Date.now();
      const row = this.#tables.thread(thread);
      if (renews && row?.claim !== claim) return { outcome: "lost" };
      const owner = row?.claim ?? claim;
      const until = row?.claim_until ?? 0;
      if (owner !== claim && until > now) return { outcome: "held", until };
      this.#tables.make(thread, newEpoch, threadTtl);
      this.#tables.update(thread, { claim, claim_until: now + ttl });
      return { outcome: "claimed" };
    });
  }

  async release({ thread, claim }: ReleaseRequest): Promise<boolean> {
    return this.#tables.atomic(() => {
      if (this.#tables.thread(thread)?.claim !== claim) return false;
      this.#tables.update(thread, { claim: null, claim_until: null });
      return true;
    });
  }

  async expire({ thread, ttl }: ExpireRequest): Promise<boolean> {
    return this.#tables.atomic(() => {
      if (!this.#tables.thread(thread)) return false;
      const own = ttl === null ? NEVER : (ttl ?? null);
      this.#tables.update(thread, { own_ttl: own });
      if (ttl !== undefined) this.#tables.renew(thread, undefined);
      return true;
    });
  }

  async sweep({ thread, limit }: SweepRequest): Promise<number> {
    const sql = "SELECT * FROM threads WHERE expires <= ?1 AND (?2 IS NULL OR thread = ?2) LIMIT ?3";
    return this.#tables.atomic(() => {
      const expired = this.#tables.all(sql, Date.now(), thread ?? null, limit).map(threadOf);
      for (const row of expired) this.#tables.deleteThread(row.thread);
      return expired.length;
    });
  }
}
