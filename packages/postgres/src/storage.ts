import {
  damaged,
  type Ancestor,
  type AncestorsRequest,
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
  type OutlinePage,
  type OutlineRequest,
  type PutRequest,
  type PutWritesRequest,
  type ReleaseRequest,
  type RemoveOutcome,
  type RemoveRequest,
  type RunsPage,
  type RunsRequest,
  type ScanPage,
  type ScanRequest,
  type StorageCapabilities,
  type SweepRequest,
  type ThreadPage,
  type ThreadStats,
  type ThreadsRequest,
  type UpdateThreadRequest,
  type WriteOutcome,
  type WriteRequest,
} from "@threadmark/core/storage";
import { damagedKey, namingDamaged } from "./damage.ts";
import { packBlobs } from "./leaf-packing.ts";
import type { Row, Statement } from "./pg.ts";
import { ancestorsOf, blobsOf, jsonOf, outlinesOf, partOf, resultOf, storedOf, threadsOf } from "./rows.ts";
import type { Tables } from "./schema.ts";
import { Session, type SessionOptions } from "./session.ts";
import { SharedReads } from "./shared-reads.ts";
import { SharedWrites } from "./shared-writes.ts";
import { runsStatement, scanStatement, threadsStatement } from "./statements/list.ts";
import { damagedThreads, nameStatement } from "./statements/marks.ts";
import { refusalStatement, type Fence } from "./statements/open-thread.ts";
import { lockForPut, putStatement, putWritesStatement, undoLockForPut } from "./statements/put.ts";
import { ancestorsStatement, blobsStatement, getStatement, outlineStatement } from "./statements/read.ts";
import {
  copyStatement,
  deleteMarked,
  lockThread,
  markExpiredTarget,
  markForSweep,
  markThreads,
  newMark,
  removeStatement,
} from "./statements/remove.ts";
import { sharedStatement } from "./statements/shared-write.ts";
import {
  claimRefusalStatement,
  claimStatement,
  damagedStatement,
  expireStatement,
  releaseStatement,
  renewStatement,
  statsStatement,
  updateThreadStatement,
} from "./statements/thread.ts";

/** What the storage needs to know about its database. */
export interface PostgresStorageOptions extends SessionOptions {
  readonly capabilities: StorageCapabilities;
}

/** The storage port over SQL. Every method is one round trip. */
export class PostgresStorage implements CheckpointStorage {
  readonly port = 2;
  readonly capabilities: StorageCapabilities;
  readonly #session: Session;
  readonly #tables: Tables;
  readonly #writes: SharedWrites;
  readonly #reads: SharedReads;

  constructor({ capabilities, ...options }: PostgresStorageOptions) {
    this.capabilities = capabilities;
    this.#session = new Session(options);
    this.#tables = options.tables;
    this.#writes = new SharedWrites(
      () => this.#session.isPool,
      async (batch) => {
        const rows = await this.#session.attempt(sharedStatement(this.#tables, batch));
        return new Map(rows.map(({ thread, epoch }) => [thread!, epoch!]));
      },
    );
    this.#reads = new SharedReads(this.#session, this.#tables);
  }

  async setup(): Promise<void> {
    await this.#session.setup();
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  put(request: PutRequest): Promise<WriteOutcome> {
    return namingDamaged(request.thread, async () => {
      const packed = await packBlobs(request.blobs);
      if (!request.fence) return this.#write(request, packed);
      const put = putStatement(this.#tables, request, packed);
      // The head that the fence compares must be read only after the thread is locked.
      const [lock, undo] = [lockForPut(this.#tables, request), undoLockForPut(this.#tables, request)];
      const [, rows] = await this.#session.script([lock, put, undo]);
      return this.#outcome(rows!, request, request.checkpoint);
    });
  }

  putWrites(request: PutWritesRequest): Promise<WriteOutcome> {
    return namingDamaged(request.thread, async () => {
      const packed = await packBlobs(request.blobs);
      return this.#write(request, packed);
    });
  }

  #write(request: PutRequest | PutWritesRequest, packed: readonly Uint8Array[]): Promise<WriteOutcome> {
    return this.#writes.write({
      request,
      packed,
      alone: async () => {
        const one =
          "writes" in request
            ? putWritesStatement(this.#tables, request, packed)
            : putStatement(this.#tables, request, packed);
        return this.#outcome(await this.#session.query(one), request);
      },
    });
  }

  async #outcome(rows: readonly Row[], request: WriteRequest, fence?: Fence): Promise<WriteOutcome> {
    const epoch = rows[0]?.["epoch"];
    if (epoch) return { outcome: "stored", epoch };
    const [refusal] = await this.#session.query(refusalStatement(this.#tables, request, fence));
    const { outcome, detail } = refusal!;
    if (outcome === "damaged") throw damaged(request.thread, "the record");
    if (outcome === "conflict") return { outcome, head: detail ?? undefined };
    return { outcome: outcome as "expired" | "fenced" | "stale" };
  }

  /** The rows of an answer, unless a damaged key may hide something from it. */
  async #read(statement: Statement, thread: string | undefined): Promise<readonly Row[]> {
    const rows = await this.#session.query(statement);
    const [damage] = partOf(rows, "damage");
    if (damage) throw await this.#damaged(thread, damage["data"]!);
    return rows;
  }

  /** The error for damage of a thread with a number. */
  async #damaged(thread: string | undefined, number: string): Promise<Error> {
    return damagedKey(thread ?? (await this.#nameOf(number)));
  }

  /** The name of the thread with a number. */
  async #nameOf(number: string): Promise<string | undefined> {
    const [row] = await this.#session.query(nameStatement(this.#tables, number));
    return row?.["thread"] ?? undefined;
  }

  get(request: GetRequest): Promise<GetResult | undefined> {
    const one = async () => resultOf(await this.#read(getStatement(this.#tables, request), request.thread));
    return this.#reads.read(request, () => namingDamaged(request.thread, one));
  }

  scan(request: ScanRequest): Promise<ScanPage> {
    const nameOf = (number: string) => this.#nameOf(number);
    return namingDamaged(
      request.thread,
      async () => {
        const rows = await this.#read(scanStatement(this.#tables, request), request.thread);
        return { checkpoints: storedOf(rows), blobs: blobsOf(rows), more: partOf(rows, "more").length > 0 };
      },
      nameOf,
    );
  }

  ancestors(request: AncestorsRequest): Promise<readonly Ancestor[]> {
    return namingDamaged(request.thread, async () =>
      ancestorsOf(await this.#read(ancestorsStatement(this.#tables, request), request.thread)),
    );
  }

  blobs(request: BlobsRequest): Promise<readonly Blob[]> {
    return namingDamaged(request.thread, async () =>
      blobsOf(await this.#session.query(blobsStatement(this.#tables, request))),
    );
  }

  outline(request: OutlineRequest): Promise<OutlinePage> {
    return namingDamaged(request.thread, async () => {
      const rows = await this.#read(outlineStatement(this.#tables, request), request.thread);
      const found = outlinesOf(rows);
      return { checkpoints: found.slice(0, request.limit), more: found.length > request.limit };
    });
  }

  remove(request: RemoveRequest): Promise<RemoveOutcome> {
    return namingDamaged(request.thread, async () => {
      const lock = lockThread(this.#tables, request.thread);
      const [, rows] = await this.#session.script([lock, removeStatement(this.#tables, request)]);
      const { outcome, detail } = rows![0]!;
      if (outcome === "damaged") throw damaged(request.thread, "the record");
      return outcome === "conflict" ? { outcome } : { outcome: "removed", blobs: Number(detail) };
    });
  }

  async deleteThreads(threads: readonly string[]): Promise<number> {
    const mark = newMark();
    const [, rows] = await this.#session.script([
      markThreads(this.#tables, threads, mark),
      deleteMarked(this.#tables, mark, threads),
    ]);
    return Number(rows![0]!["detail"]);
  }

  copyThread(request: CopyRequest): Promise<CopyOutcome> {
    return namingDamaged(request.from, async () => {
      const mark = newMark();
      const [, , rows] = await this.#session.script([
        markExpiredTarget(this.#tables, request, mark),
        deleteMarked(this.#tables, mark, [request.to]),
        copyStatement(this.#tables, request),
      ]);
      const { outcome } = rows![0]!;
      if (outcome === "damaged") throw damaged(request.from, "a key");
      if (outcome === "damaged target") throw damaged(request.to, "the record");
      return outcome as CopyOutcome;
    });
  }

  threads(request: ThreadsRequest): Promise<ThreadPage> {
    return namingDamaged(request.thread, async () => {
      const found = threadsOf(await this.#read(threadsStatement(this.#tables, request), request.thread));
      return { threads: found.slice(0, request.limit), more: found.length > request.limit };
    });
  }

  updateThread(request: UpdateThreadRequest): Promise<boolean> {
    return this.#changes(updateThreadStatement(this.#tables, request), request.thread);
  }

  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    const take = request.renews ? renewStatement : claimStatement;
    if ((await this.#session.query(take(this.#tables, request))).length > 0) return { outcome: "claimed" };
    const [refusal] = await this.#session.query(claimRefusalStatement(this.#tables, request));
    const { outcome, detail } = refusal!;
    if (outcome === "damaged") throw damaged(request.thread, "the record");
    if (outcome !== "held") return { outcome: "expired" };
    return request.renews ? { outcome: "lost" } : { outcome, until: Number(detail ?? 0) };
  }

  release(request: ReleaseRequest): Promise<boolean> {
    return this.#changes(releaseStatement(this.#tables, request), request.thread);
  }

  /** Whether a statement found its thread, unless damage may hide it. */
  async #changes(statement: Statement, thread: string): Promise<boolean> {
    if ((await this.#session.query(statement)).length > 0) return true;
    const [found] = await this.#session.query(damagedStatement(this.#tables, thread));
    if (found) throw damaged(thread, "the record");
    return false;
  }

  async runs(request: RunsRequest): Promise<RunsPage> {
    const rows = await this.#read(runsStatement(this.#tables, request), undefined);
    const found = jsonOf(rows, "thread").map(([thread]) => thread as string);
    return { threads: found.slice(0, request.limit), more: found.length > request.limit };
  }

  expire(request: ExpireRequest): Promise<boolean> {
    return this.#changes(expireStatement(this.#tables, request), request.thread);
  }

  async stats(thread: string): Promise<ThreadStats | undefined> {
    const [row] = await this.#read(statsStatement(this.#tables, thread), thread);
    return row && { checkpoints: Number(row["data"]), bytes: Number(row["bytes"]) };
  }

  async sweep(request: SweepRequest): Promise<number> {
    const mark = newMark();
    const [, rows, wrong] = await this.#session.script([
      markForSweep(this.#tables, request, mark),
      deleteMarked(this.#tables, mark, request.thread === undefined ? undefined : [request.thread]),
      damagedThreads(this.#tables, request.thread),
    ]);
    if (wrong![0]) throw await this.#damaged(request.thread, wrong![0]["number"]!);
    return Number(rows![0]!["detail"]);
  }
}
