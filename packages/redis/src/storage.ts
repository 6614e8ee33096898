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
  WriteRequest,
} from "@threadmark/core/storage";
import { BucketIndex } from "./bucket-index.ts";
import { bufferOf, idBytes } from "./bytes.ts";
import { copyApart } from "./copy-apart.ts";
import type { Argument } from "./connection.ts";
import { bucketOf, Keys } from "./keys.ts";
import { packEntries } from "./packed-entries.ts";
import { packWrites } from "./packed-writes.ts";
import { namespaceMember, namespacePrefix, placeOf } from "./place.ts";
import { encodeRecord, sealBytes } from "./record.ts";
import { readAncestors, readCheckpoint, readOutline, scanCheckpoints } from "./reading.ts";
import { rebuildIndexes } from "./rebuild-indexes.ts";
import { blobsOf, decoding, listOf, optionalText, textOf } from "./replies.ts";
import { Runner, type RunnerOptions } from "./runner.ts";
import { ThreadScripts } from "./thread-scripts.ts";
import { COPY } from "./scripts/copy.ts";
import { READ_BLOBS } from "./scripts/read.ts";
import { REMOVE } from "./scripts/remove.ts";
import type { Script } from "./scripts/script.ts";
import {
  CLAIM,
  DELETE_THREADS,
  EXPIRE,
  RELEASE,
  STATS,
  SWEEP_THREAD,
  UPDATE_THREAD,
} from "./scripts/thread.ts";
import { PUT, PUT_WRITES } from "./scripts/write.ts";

/** What the storage needs. */
export interface RedisStorageOptions extends RunnerOptions {
  readonly keyPrefix: string;
}

/** The storage port over scripts. A call about one thread is one script that touches one slot. */
export class RedisStorage implements CheckpointStorage {
  readonly port = 2;
  // Redis has no order across slots, so core merges what it reads thread by thread.
  readonly capabilities: StorageCapabilities = { persistent: true, shared: true, scanAllThreads: false };
  readonly #runner: Runner;
  readonly #keys: Keys;
  readonly #scripts: ThreadScripts;
  readonly #index: BucketIndex;

  constructor({ keyPrefix, ...options }: RedisStorageOptions) {
    this.#runner = new Runner(options);
    this.#keys = new Keys(keyPrefix);
    this.#scripts = new ThreadScripts(this.#runner, this.#keys);
    this.#index = new BucketIndex(this.#runner, this.#keys);
  }

  /** Nothing has to be created. It only connects, so that problems with the connection show early. */
  async setup(): Promise<void> {
    await this.#index.expired(1);
  }

  async close(): Promise<void> {
    await this.#runner.close();
  }

  async put(request: PutRequest): Promise<WriteOutcome> {
    const { checkpoint, keepParent, fence } = request;
    return this.#write(PUT, request, [
      placeOf(checkpoint),
      namespacePrefix(checkpoint.namespace),
      checkpoint.id,
      encodeRecord(checkpoint),
      keepParent ? "1" : "0",
      fence ? "1" : "0",
    ]);
  }

  async putWrites(request: PutWritesRequest): Promise<WriteOutcome> {
    const { namespace, checkpoint, writes } = request;
    const place = placeOf({ namespace, id: checkpoint });
    const field = Buffer.concat([place, Buffer.from(writes[0]?.task ?? "")]);
    return this.#write(PUT_WRITES, request, [field, packWrites(writes)]);
  }

  async #write(script: Script, request: WriteRequest, args: readonly Argument[]): Promise<WriteOutcome> {
    const { thread, epoch = "", newEpoch, ttl, claim, relies, entries, blobs } = request;
    const common = [thread, epoch, newEpoch, String(ttl ?? ""), ownerOf(claim)];
    const sent: Argument[] = blobs.map(({ bytes }) => bufferOf(bytes));
    const ids = idBytes(blobs.map(({ id }) => id));
    const all = [...common, idBytes(relies), packEntries(entries), ...args, ids].concat(sent);
    const { outcome, rest } = await this.#scripts.run(
      script,
      thread,
      this.#keys.threadAndIndexes(thread),
      all,
    );
    if (outcome === "stored") return { outcome, epoch: textOf(rest[0]!) };
    if (outcome === "conflict") return { outcome, head: optionalText(rest[0]) };
    return { outcome: outcome as "stale" | "expired" | "fenced" };
  }

  async get(request: GetRequest): Promise<GetResult | undefined> {
    return readCheckpoint(this.#scripts, request);
  }

  async scan(request: ScanRequest): Promise<ScanPage> {
    return scanCheckpoints(this.#scripts, request);
  }

  async ancestors(request: AncestorsRequest): Promise<readonly Ancestor[]> {
    return readAncestors(this.#scripts, request);
  }

  async blobs({ thread, refs, have }: BlobsRequest): Promise<readonly Blob[]> {
    const { outcome, rest } = await this.#scripts.ask(READ_BLOBS, thread, [idBytes(refs), idBytes(have)]);
    return outcome === "missing" ? [] : decoding(thread, () => blobsOf(rest[0]));
  }

  async outline(request: OutlineRequest): Promise<OutlinePage> {
    return readOutline(this.#scripts, request);
  }

  async remove({ thread, checkpoints, relink, newEpoch }: RemoveRequest): Promise<RemoveOutcome> {
    const { outcome, rest } = await this.#scripts.change(REMOVE, thread, [
      newEpoch,
      String(checkpoints.length),
      ...checkpoints.map(placeOf),
      ...checkpoints.map(namespaceMember),
      ...relink.flatMap((key) => [
        placeOf(key),
        key.parent === undefined ? "0" : "1",
        key.parent ?? "",
        sealBytes(key.parentSeal),
      ]),
    ]);
    return outcome === "conflict" ? { outcome } : { outcome: "removed", blobs: Number(textOf(rest[0]!)) };
  }

  async deleteThreads(threads: readonly string[]): Promise<number> {
    const remove = async (group: readonly string[]): Promise<number> => {
      const keys = group.flatMap((thread) => this.#keys.threadAndIndexes(thread));
      const reply = await this.#runner.run(DELETE_THREADS, keys, group);
      return Number(textOf(listOf(reply)[1]!));
    };
    const buckets = [...new Set(threads.map(bucketOf))];
    if (buckets.length <= 1) return remove(threads);
    return this.#index.acrossSlots(
      () => remove(threads),
      async () => {
        const counts = buckets.map((bucket) => remove(threads.filter((one) => bucketOf(one) === bucket)));
        return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
      },
    );
  }

  async copyThread(request: CopyRequest): Promise<CopyOutcome> {
    const { from, to, newEpoch, sealShift } = request;
    const inside = async (): Promise<CopyOutcome> => {
      const keys = [...this.#keys.threadAndIndexes(from), ...this.#keys.threadAndIndexes(to)];
      const { outcome } = await this.#scripts.run(COPY, from, keys, [from, to, newEpoch, String(sealShift)]);
      return outcome as CopyOutcome;
    };
    if (bucketOf(from) === bucketOf(to)) return inside();
    return this.#index.acrossSlots(inside, () => copyApart(this.#runner, this.#keys, request));
  }

  async threads(request: ThreadsRequest): Promise<ThreadPage> {
    return this.#index.threads(request);
  }

  async updateThread({ thread, set, remove }: UpdateThreadRequest): Promise<boolean> {
    const { outcome } = await this.#scripts.change(UPDATE_THREAD, thread, [packEntries(set), ...remove]);
    return outcome === "stored";
  }

  async claim({ thread, claim, renews, ttl, newEpoch, threadTtl }: ClaimRequest): Promise<ClaimOutcome> {
    const args = [ownerOf(claim), String(ttl), newEpoch, String(threadTtl ?? ""), renews ? "1" : ""];
    const { outcome, rest } = await this.#scripts.change(CLAIM, thread, args);
    if (outcome === "held") return { outcome, until: Number(textOf(rest[0]!)) };
    return { outcome: outcome as "claimed" | "expired" | "lost" };
  }

  async release({ thread, claim }: ReleaseRequest): Promise<boolean> {
    return (await this.#scripts.ask(RELEASE, thread, [ownerOf(claim)])).outcome === "released";
  }

  async runs(request: RunsRequest): Promise<RunsPage> {
    return this.#index.runs(request);
  }

  /** See `RedisSaver.rebuildIndexes`. */
  async rebuildIndexes(): Promise<number> {
    // A cluster knows its nodes only once it is connected.
    await this.setup();
    return rebuildIndexes(this.#runner, this.#keys);
  }

  async expire({ thread, ttl }: ExpireRequest): Promise<boolean> {
    const own = ttl === null ? "-1" : String(ttl ?? "");
    return (await this.#scripts.change(EXPIRE, thread, [own])).outcome === "stored";
  }

  async stats(thread: string): Promise<ThreadStats | undefined> {
    const { outcome, rest } = await this.#scripts.ask(STATS, thread, []);
    if (outcome === "missing") return undefined;
    return { checkpoints: Number(textOf(rest[0]!)), bytes: Number(textOf(rest[1]!)) };
  }

  async sweep({ thread, limit }: SweepRequest): Promise<number> {
    if (thread !== undefined) return this.#sweepAll([thread]);
    let swept = 0;
    for (;;) {
      // Others may be sweeping the same threads, so finding few of them does not mean that none are left.
      const wanted = limit - swept;
      const expired = await this.#index.expired(wanted);
      swept += await this.#sweepAll(expired);
      if (expired.length < wanted || swept === limit) return swept;
    }
  }

  async #sweepAll(threads: readonly string[]): Promise<number> {
    const swept = await Promise.all(threads.map((name) => this.#scripts.change(SWEEP_THREAD, name, [])));
    return swept.filter(({ rest }) => textOf(rest[0]!) === "1").length;
  }
}

/** A claim as scripts know it: with a letter before it, since an empty string means no claim. */
function ownerOf(claim: string | undefined): string {
  return claim === undefined ? "" : `c${claim}`;
}
