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
  ThreadsRequest,
  UpdateThreadRequest,
  WriteOutcome,
  WriteRequest,
} from "@threadmark/core/storage";
import { CheckpointError, damaged } from "@threadmark/core/storage";
import { BucketIndex } from "./bucket-index.ts";
import { bufferOf, idBytes } from "./bytes.ts";
import { copyApart } from "./copy-apart.ts";
import type { Argument } from "./connection.ts";
import { isDamage } from "./failure.ts";
import { bucketOf, Keys } from "./keys.ts";
import { packEntries } from "./packed-entries.ts";
import { packWrites } from "./packed-writes.ts";
import { namespaceMember, namespacePrefix, placeOf, suffixOf } from "./place.ts";
import { conditionsOf, decodeOutline, encodeRecord, sealBytes } from "./record.ts";
import { rebuildIndexes } from "./rebuild-indexes.ts";
import {
  answerOf,
  blobsOf,
  bytesOf,
  decoding,
  groupsOf,
  listOf,
  optionalText,
  storedOf,
  textOf,
  writesOf,
  type Answer,
} from "./replies.ts";
import { Runner, type RunnerOptions } from "./runner.ts";
import { outlineUpper, scanRange } from "./scan-range.ts";
import { COPY } from "./scripts/copy.ts";
import { ANCESTORS, GET, GET_RENEWING, OUTLINE, READ_BLOBS, SCAN } from "./scripts/read.ts";
import { REMOVE } from "./scripts/remove.ts";
import type { Script } from "./scripts/script.ts";
import { CLAIM, DELETE_THREADS, EXPIRE, RELEASE, SWEEP_THREAD, UPDATE_THREAD } from "./scripts/thread.ts";
import { PUT, PUT_WRITES } from "./scripts/write.ts";

/** Checkpoints that one script looks at: while it runs, the server does nothing else. */
const PAGE = 250;

/** What the storage needs to know. */
export interface RedisStorageOptions extends RunnerOptions {
  readonly keyPrefix: string;
}

/** The storage port over scripts. What is about one thread is one call that touches one slot. */
export class RedisStorage implements CheckpointStorage {
  readonly port = 2;
  // Redis has no order over several slots; core then merges what it reads thread by thread.
  readonly capabilities: StorageCapabilities = { persistent: true, shared: true, scanAllThreads: false };
  readonly #runner: Runner;
  readonly #keys: Keys;
  readonly #index: BucketIndex;

  constructor({ keyPrefix, ...options }: RedisStorageOptions) {
    this.#runner = new Runner(options);
    this.#keys = new Keys(keyPrefix);
    this.#index = new BucketIndex(this.#runner, this.#keys);
  }

  /** There is nothing to create. It connects, so that what is wrong with the connection is known early. */
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
    const { outcome, rest } = await this.#run(script, thread, this.#keys.threadAndIndexes(thread), all);
    if (outcome === "stored") return { outcome, epoch: textOf(rest[0]!) };
    if (outcome === "conflict") return { outcome, head: optionalText(rest[0]) };
    return { outcome: outcome as "stale" | "expired" | "fenced" };
  }

  async get({ thread, namespace, id, have, ttl }: GetRequest): Promise<GetResult | undefined> {
    const args = [id ?? "", namespacePrefix(namespace), suffixOf(namespace), idBytes(have)];
    const keys = this.#keys.thread(thread);
    const found =
      ttl === undefined
        ? await this.#ask(GET, thread, args)
        : await this.#run(
            GET_RENEWING,
            thread,
            [...keys, this.#keys.expiry(bucketOf(thread))],
            [...args, thread, String(ttl)],
          );
    if (found.outcome === "missing") return undefined;
    const [epoch, ...stored] = found.rest;
    return decoding(thread, () => ({
      ...storedOf(thread, stored),
      epoch: textOf(epoch!),
      blobs: blobsOf(stored[3]),
    }));
  }

  async scan(request: ScanRequest): Promise<ScanPage> {
    const { thread, filter, limit, have } = request;
    if (thread === undefined) throw notWithoutThread();
    const { upper, lower, skip, suffix } = scanRange(thread, request);
    const args = [
      lower,
      String(skip),
      suffix,
      String(Math.min(limit, PAGE)),
      idBytes(have),
      ...conditionsOf(filter),
    ];
    for (let from = upper; ;) {
      const { outcome, rest } = await this.#ask(SCAN, thread, [from, ...args]);
      if (outcome === "missing") return { checkpoints: [], blobs: [], more: false };
      const [behind, hits, blobs] = rest;
      from = bytesOf(behind);
      const more = from.length > 0;
      const checkpoints = decoding(thread, () =>
        groupsOf(listOf(hits), 3).map((hit) => storedOf(thread, hit)),
      );
      if (checkpoints.length > 0 || !more) return { checkpoints, blobs: blobsOf(blobs), more };
    }
  }

  async ancestors(request: AncestorsRequest): Promise<readonly Ancestor[]> {
    const { thread, namespace, channels } = request;
    const found: Ancestor[] = [];
    for (let id = request.id; ;) {
      const limit = Math.min(request.limit - found.length, PAGE);
      const args = [id ?? "", namespacePrefix(namespace), suffixOf(namespace), String(limit), ...channels];
      const { rest } = await this.#ask(ANCESTORS, thread, args);
      const page = decoding(thread, () =>
        groupsOf(rest, 3).map(([place, outline, writes]) => ({
          checkpoint: decodeOutline(bytesOf(place), bytesOf(outline)),
          writes: writesOf(listOf(writes)),
        })),
      );
      found.push(...page);
      id = page.at(-1)?.checkpoint.parent;
      if (page.length < limit || id === undefined || found.length === request.limit) return found;
    }
  }

  async blobs({ thread, refs, have }: BlobsRequest): Promise<readonly Blob[]> {
    const { outcome, rest } = await this.#ask(READ_BLOBS, thread, [idBytes(refs), idBytes(have)]);
    return outcome === "missing" ? [] : blobsOf(rest[0]);
  }

  async outline(request: OutlineRequest): Promise<OutlinePage> {
    const { thread, limit } = request;
    const { outcome, rest } = await this.#ask(OUTLINE, thread, [
      outlineUpper(request),
      String(Math.min(limit, PAGE)),
    ]);
    if (outcome === "missing") return { checkpoints: [], more: false };
    const [more, ...list] = rest;
    const checkpoints = decoding(thread, () =>
      groupsOf(list, 2).map(([place, outline]) => decodeOutline(bytesOf(place), bytesOf(outline))),
    );
    return { checkpoints, more: textOf(more!) === "1" };
  }

  async remove({ thread, checkpoints, relink, newEpoch }: RemoveRequest): Promise<RemoveOutcome> {
    const { outcome, rest } = await this.#change(REMOVE, thread, [
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
      const { outcome } = await this.#run(COPY, from, keys, [from, to, newEpoch, String(sealShift)]);
      return outcome as CopyOutcome;
    };
    if (bucketOf(from) === bucketOf(to)) return inside();
    return this.#index.acrossSlots(inside, () => copyApart(this.#runner, this.#keys, request));
  }

  async threads(request: ThreadsRequest): Promise<ThreadPage> {
    return this.#index.threads(request);
  }

  async updateThread({ thread, set, remove }: UpdateThreadRequest): Promise<boolean> {
    const { outcome } = await this.#change(UPDATE_THREAD, thread, [packEntries(set), ...remove]);
    return outcome === "stored";
  }

  async claim({ thread, claim, ttl, newEpoch, threadTtl }: ClaimRequest): Promise<ClaimOutcome> {
    const args = [ownerOf(claim), String(ttl), newEpoch, String(threadTtl ?? "")];
    const { outcome, rest } = await this.#change(CLAIM, thread, args);
    if (outcome === "held") return { outcome, until: Number(textOf(rest[0]!)) };
    return { outcome: outcome as "claimed" | "expired" };
  }

  async release({ thread, claim }: ReleaseRequest): Promise<boolean> {
    return (await this.#ask(RELEASE, thread, [ownerOf(claim)])).outcome === "released";
  }

  async runs(request: RunsRequest): Promise<RunsPage> {
    return this.#index.runs(request);
  }

  /** See `RedisSaver.rebuildIndexes`. */
  async rebuildIndexes(): Promise<number> {
    // A cluster names its nodes once it is connected.
    await this.setup();
    return rebuildIndexes(this.#runner, this.#keys);
  }

  async expire({ thread, ttl }: ExpireRequest): Promise<boolean> {
    const own = ttl === null ? "-1" : String(ttl ?? "");
    return (await this.#change(EXPIRE, thread, [own])).outcome === "stored";
  }

  async sweep({ thread, limit }: SweepRequest): Promise<number> {
    if (thread !== undefined) return this.#sweepAll([thread]);
    let swept = 0;
    for (;;) {
      // Others may be sweeping the same threads; who finds few left does not end before there are none.
      const wanted = limit - swept;
      const expired = await this.#index.expired(wanted);
      swept += await this.#sweepAll(expired);
      if (expired.length < wanted || swept === limit) return swept;
    }
  }

  async #sweepAll(threads: readonly string[]): Promise<number> {
    const swept = await Promise.all(threads.map((name) => this.#change(SWEEP_THREAD, name, [])));
    return swept.filter(({ rest }) => textOf(rest[0]!) === "1").length;
  }

  /** A script that reads a thread. */
  async #ask(script: Script, thread: string, args: readonly Argument[]): Promise<Answer> {
    return this.#run(script, thread, this.#keys.thread(thread), args);
  }

  /** A script that changes a thread and the indexes that list it. */
  async #change(script: Script, thread: string, args: readonly Argument[]): Promise<Answer> {
    return this.#run(script, thread, this.#keys.threadAndIndexes(thread), [thread, ...args]);
  }

  async #run(
    script: Script,
    thread: string,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<Answer> {
    try {
      return answerOf(await this.#runner.run(script, keys, args), thread);
    } catch (error) {
      throw isDamage(error) ? damaged(thread, "a record", error) : error;
    }
  }
}

/** A claim as scripts know it: behind a letter, since nothing stands for none. */
function ownerOf(claim: string | undefined): string {
  return claim === undefined ? "" : `c${claim}`;
}

function notWithoutThread(): CheckpointError {
  return new CheckpointError("NOT_SUPPORTED", "Redis cannot scan without a thread; list the threads first");
}
