import type {
  Ancestor,
  AncestorsRequest,
  Blob,
  BlobsRequest,
  CheckpointStorage,
  ClaimOutcome,
  ClaimRequest,
  CopyOutcome,
  CopyRequest,
  ExpireRequest,
  GetRequest,
  GetResult,
  OutlinePage,
  OutlineRequest,
  PutRequest,
  PutWritesRequest,
  ReleaseRequest,
  RemoveOutcome,
  RemoveRequest,
  RunsPage,
  RunsRequest,
  ScanPage,
  ScanRequest,
  StorageCapabilities,
  SweepRequest,
  ThreadPage,
  ThreadStats,
  ThreadsRequest,
  UpdateThreadRequest,
  WriteOutcome,
} from "@threadmark/core/storage";
import { claimThread, releaseThread } from "./claims.ts";
import { copyThread } from "./copy.ts";
import type { Doc } from "./driver.ts";
import { newGeneration } from "./generation.ts";
import { readRuns } from "./read/runs.ts";
import { readStats } from "./read/stats.ts";
import { Gatherer } from "./read/gatherer.ts";
import { HeadReads } from "./read/by-head.ts";
import { KnownHeads } from "./read/known-heads.ts";
import { ThreadHints } from "./write/thread-hints.ts";
import { readAncestors, readBlobs } from "./read/history.ts";
import { readOutline, readOutlines } from "./read/outline.ts";
import { only, threadKey } from "./keys.ts";
import { findExpired, refuseDamaged } from "./read/expired.ts";
import { readThreads } from "./read/listing.ts";
import { deleteThreads } from "./remove/delete-threads.ts";
import { readOne, readScan, type ReadContext } from "./read/read-checkpoints.ts";
import { checkpointRecords, writeRecords } from "./write/records.ts";
import { remove, removeAll } from "./remove/remove.ts";
import { Session, type SessionOptions } from "./session.ts";
import { ALIVE, expired, findThread, ownTtl } from "./thread.ts";
import { MOST_TOGETHER, Together } from "./together.ts";
import { copyOf } from "./twice.ts";
import { updateThreads } from "./update-threads.ts";
import { SharedUpdates } from "./write/shared-updates.ts";
import { WriteQueue } from "./write/write-queue.ts";
import { write } from "./write/write.ts";

/** What the storage needs to know about its database. */
export interface MongoDBStorageOptions extends SessionOptions {
  /** Whether to read with `aggregate`; otherwise with `find` only. */
  readonly aggregates: boolean;
}

/** A blob is a document with a statement and an entry in an index; see the decisions for what was measured. */
const INLINE_BYTES = 4096;

/** The storage port over MongoDB. No transaction is needed; see `thread.ts` for why that is safe. */
export class MongoDBStorage implements CheckpointStorage {
  readonly port = 2;
  readonly capabilities: StorageCapabilities = {
    persistent: true,
    shared: true,
    scanAllThreads: true,
    inlineBytes: INLINE_BYTES,
    threadsAtOnce: MOST_TOGETHER,
  };
  readonly #session: Session;
  readonly #context: ReadContext;
  readonly #queue: WriteQueue;
  readonly #outlines: Together<OutlineRequest, OutlinePage>;
  readonly #removals: Together<RemoveRequest, RemoveOutcome>;
  readonly #updates: Together<UpdateThreadRequest, boolean>;

  constructor({ aggregates, ...options }: MongoDBStorageOptions) {
    const session = new Session(options);
    this.#session = session;
    const gatherer = new Gatherer(session, aggregates);
    this.#context = {
      session,
      hints: new ThreadHints(),
      shared: new SharedUpdates(session),
      heads: new KnownHeads(),
      fromHeads: new HeadReads(session),
      gatherer,
    };
    this.#queue = new WriteQueue(this.#context);
    this.#outlines = new Together(
      (requests) => readOutlines(session, requests),
      (request) => readOutline(session, request),
    );
    this.#removals = new Together(
      (requests) => removeAll(session, requests),
      // Writers may have learnt what is stored under the epoch of the first attempt.
      (request) => remove(session, { ...request, newEpoch: newGeneration(request.thread) }),
    );
    this.#updates = new Together(
      (requests) => updateThreads(session, requests),
      async (request) => (await updateThreads(session, [request]))[0]!,
    );
  }

  async setup(): Promise<void> {
    await this.#session.setup();
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  async put(request: PutRequest): Promise<WriteOutcome> {
    const records = checkpointRecords(this.#session, request);
    // A fence compares with what is stored when its turn comes.
    const outcome = await (request.fence
      ? write(this.#context, request, records)
      : this.#queue.write(request, records));
    const { namespace, id, refs } = request.checkpoint;
    if (outcome.outcome === "stored") this.#context.heads.learn(request.thread, namespace, id, refs);
    return outcome;
  }

  async putWrites(request: PutWritesRequest): Promise<WriteOutcome> {
    const outcome = await this.#queue.write(request, writeRecords(request));
    const { thread, namespace, checkpoint, writes } = request;
    const refs = writes.flatMap((one) => one.refs);
    if (outcome.outcome === "stored") this.#context.heads.wrote(thread, namespace, checkpoint, refs);
    return outcome;
  }

  async get(request: GetRequest): Promise<GetResult | undefined> {
    return readOne(this.#context, request);
  }

  async scan(request: ScanRequest): Promise<ScanPage> {
    return readScan(this.#context, request);
  }

  async ancestors(request: AncestorsRequest): Promise<readonly Ancestor[]> {
    return readAncestors(this.#session, request);
  }

  async blobs(request: BlobsRequest): Promise<readonly Blob[]> {
    return readBlobs(this.#session, request);
  }

  async outline(request: OutlineRequest): Promise<OutlinePage> {
    return this.#outlines.call(request);
  }

  async remove(request: RemoveRequest): Promise<RemoveOutcome> {
    this.#forget(request.thread);
    return this.#removals.call(request);
  }

  async deleteThreads(threads: readonly string[]): Promise<number> {
    for (const thread of threads) this.#forget(thread);
    return threads.length === 0 ? 0 : deleteThreads(this.#session, threads);
  }

  async copyThread(request: CopyRequest): Promise<CopyOutcome> {
    this.#forget(request.to);
    return copyThread(this.#session, request);
  }

  async threads(request: ThreadsRequest): Promise<ThreadPage> {
    return readThreads(this.#context, request);
  }

  async updateThread(request: UpdateThreadRequest): Promise<boolean> {
    return this.#updates.call(request);
  }

  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    this.#context.hints.appeared(request.thread);
    return claimThread(this.#session, request);
  }

  async release(request: ReleaseRequest): Promise<boolean> {
    return releaseThread(this.#session, request);
  }

  async runs(request: RunsRequest): Promise<RunsPage> {
    return readRuns(this.#session, request);
  }

  async expire({ thread, ttl }: ExpireRequest): Promise<boolean> {
    this.#context.hints.forget(thread);
    const filter = { ...only(threadKey(thread)), ...ALIVE };
    const change: Doc = ttl === undefined ? { $unset: ["own", copyOf("own")] } : { $set: ownTtl(ttl) };
    const result = await this.#session.write((collection) => collection.updateOne(filter, [change]));
    return result.matchedCount > 0;
  }

  async stats(thread: string): Promise<ThreadStats | undefined> {
    return readStats(this.#session, thread);
  }

  async sweep({ thread, limit }: SweepRequest): Promise<number> {
    if (thread !== undefined) {
      const one = await this.#sweep([thread]);
      // A damaged one is an error.
      if (one === 0) await findThread(this.#session, thread);
      return one;
    }
    const now = await this.#session.serverTime();
    const tried = new Set<string>();
    let swept = 0;
    while (swept < limit) {
      const names = await findExpired(this.#session, limit - swept, now);
      // Another process may sweep the same threads: those are not found again, and do not count here.
      if (names.every((name) => tried.has(name))) break;
      for (const name of names) tried.add(name);
      swept += await this.#sweep(names);
    }
    // Only when nothing else is left to do.
    if (swept < limit) await refuseDamaged(this.#session, now);
    return swept;
  }

  #forget(thread: string): void {
    this.#context.hints.forget(thread);
    this.#context.heads.forget(thread);
  }

  async #sweep(names: readonly string[]): Promise<number> {
    let swept = 0;
    for (let start = 0; start < names.length; start += MOST_TOGETHER) {
      const some = names.slice(start, start + MOST_TOGETHER);
      swept += await deleteThreads(this.#session, some, expired(this.#session.patience));
    }
    return swept;
  }
}
