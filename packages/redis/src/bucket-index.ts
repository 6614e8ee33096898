import type {
  RunsPage,
  RunsRequest,
  ThreadClaim,
  ThreadPage,
  ThreadPosition,
  ThreadRecord,
  ThreadsRequest,
} from "@threadmark/core/storage";
import { compareText, compareThreads, damaged } from "@threadmark/core/storage";
import { isCrossSlot } from "./failure.ts";
import type { Argument, Reply } from "./connection.ts";
import { bucketOf, BUCKETS, type Keys } from "./keys.ts";
import { unpackEntry } from "./packed-entries.ts";
import { bytesOf, decoding, failureOf, groupsOf, listOf, optionalText, textOf, writesOf } from "./replies.ts";
import type { Runner } from "./runner.ts";
import { EXPIRED_THREADS, THREADS_OF_RUNS } from "./scripts/buckets.ts";
import { DESCRIBE_THREADS, FIND_THREADS, LIST_THREADS } from "./scripts/listing.ts";
import type { Script } from "./scripts/script.ts";

/** How many threads one bucket is asked for at a time. Most pages end long before a bucket does. */
const LANE_PAGE = 16;
/** The most threads that one script describes: while it runs, the server does nothing else. */
const DESCRIBED = 101;

type After = ThreadsRequest["after"];

/** A thread with its place in the order, if that is known already. */
interface Listed {
  readonly thread: string;
  readonly updated: number | undefined;
}

/** Threads of some buckets, in order, page by page; if an entry is given, only those that have it. */
interface Lane {
  readonly buckets: readonly number[];
  readonly entry: string | undefined;
  readonly page: number;
  readonly threads: ThreadPosition[];
  more: boolean;
}

/**
 * Questions about threads that are not named. On a cluster, a call may touch only one slot, so every bucket is
 * asked separately, all of them at the same time. Elsewhere, one call asks all.
 */
export class BucketIndex {
  readonly #runner: Runner;
  readonly #keys: Keys;
  #crossesSlots: boolean | undefined;

  constructor(runner: Runner, keys: Keys) {
    this.#runner = runner;
    this.#keys = keys;
  }

  /** Whether one call may touch all buckets. */
  async crossesSlots(): Promise<boolean> {
    this.#crossesSlots ??= !(await this.#runner.isCluster());
    return this.#crossesSlots;
  }

  /** Runs a call that may touch several slots. If that is refused, the other way is taken from then on. */
  async acrossSlots<T>(together: () => Promise<T>, apart: () => Promise<T>): Promise<T> {
    if (!(await this.crossesSlots())) return apart();
    try {
      return await together();
    } catch (error) {
      if (!isCrossSlot(error)) throw error;
      this.#crossesSlots = false;
      return apart();
    }
  }

  async threads(request: ThreadsRequest): Promise<ThreadPage> {
    const { thread, after, limit } = request;
    if (thread !== undefined) {
      const [record] = await this.#describe([{ thread, updated: undefined }], request);
      const isWanted = record && (!after || compareThreads(after, record) < 0);
      return { threads: isWanted ? [record] : [], more: false };
    }
    const found: ThreadRecord[] = [];
    for await (const batch of this.#batches(request)) {
      found.push(...(await this.#describe(batch, request)));
      if (found.length > limit) break;
    }
    return { threads: found.slice(0, limit), more: found.length > limit };
  }

  async runs({ runs, after, limit }: RunsRequest): Promise<RunsPage> {
    const args = [String(limit + 1), after === undefined ? "0" : "1", after ?? "", ...runs];
    const keysOf = (bucket: number) => [this.#keys.runs(bucket), this.#keys.expiry(bucket)];
    const names = await this.#askAll(THREADS_OF_RUNS, keysOf, args);
    const threads = [...new Set(names.map(textOf))].sort(compareText);
    return { threads: threads.slice(0, limit), more: threads.length > limit };
  }

  /** Threads that have expired, at most `limit` of them. */
  async expired(limit: number): Promise<string[]> {
    const names = await this.#askAll(EXPIRED_THREADS, (bucket) => [this.#keys.expiry(bucket)], [
      String(limit),
    ]);
    return names.map(textOf).slice(0, limit);
  }

  async *#batches({ filter, after, limit }: ThreadsRequest): AsyncGenerator<Listed[]> {
    const size = Math.min(limit + 1, DESCRIBED);
    // The threads are found by the first key that they must have; the other terms are checked on each of them.
    const term = filter.find(({ token }) => token !== undefined);
    const entry = term && `${term.key}\0${term.token}`;
    const lanes = await this.acrossSlots(
      () => this.#openLanes([ALL_BUCKETS], { entry, after, page: size }),
      () =>
        this.#openLanes(
          ALL_BUCKETS.map((bucket) => [bucket]),
          { entry, after, page: Math.min(size, LANE_PAGE) },
        ),
    );
    for (;;) {
      const batch: Listed[] = [];
      while (batch.length < size) {
        const lane = firstOf(lanes);
        if (!lane) break;
        const next = lane.threads.shift()!;
        batch.push(next);
        if (lane.threads.length === 0 && lane.more) await this.#fill(lane, next);
      }
      if (batch.length > 0) yield batch;
      if (batch.length < size) return;
    }
  }

  async #openLanes(
    groups: readonly (readonly number[])[],
    { entry, after, page }: { entry: string | undefined; after: After; page: number },
  ): Promise<Lane[]> {
    const lanes = groups.map((buckets): Lane => ({ buckets, entry, page, threads: [], more: true }));
    await Promise.all(lanes.map((lane) => this.#fill(lane, after)));
    return lanes;
  }

  async #fill(lane: Lane, after: After): Promise<void> {
    const { buckets, entry, page } = lane;
    const keys = buckets.flatMap((bucket) => [
      ...(entry === undefined ? [] : [this.#keys.entries(bucket)]),
      this.#keys.threads(bucket),
      this.#keys.expiry(bucket),
    ]);
    const start = after ? [String(after.updated), after.thread] : [];
    const args = [String(page), ...(entry === undefined ? [] : [entry]), ...start];
    const script = entry === undefined ? LIST_THREADS : FIND_THREADS;
    const threads = groupsOf(listOf(await this.#runner.run(script, keys, args)), 2).map(listedOf);
    lane.threads.push(...threads);
    lane.more = threads.length === page;
  }

  /** The records of the threads, without those that are gone or do not pass the filter. */
  async #describe(
    threads: readonly Listed[],
    { thread: only, filter, pendingChannels }: ThreadsRequest,
  ): Promise<ThreadRecord[]> {
    const conditions = filter.flatMap(({ key, token }) => [
      key,
      token ?? "",
      token === undefined ? "0" : "1",
    ]);
    const ask = async (group: readonly Listed[]): Promise<(ThreadRecord | undefined)[]> => {
      const names = group.map(({ thread }) => thread);
      const keys = names.flatMap((name) => [...this.#keys.thread(name), this.#keys.threads(bucketOf(name))]);
      const args = [String(pendingChannels.length), ...pendingChannels, ...names, ...conditions];
      const described = listOf(await this.#runner.run(DESCRIBE_THREADS, keys, args));
      return group.map((listed, i) => recordOf(listed, described[i]!, only !== undefined));
    };
    const found = await this.acrossSlots(
      () => ask(threads),
      async () => {
        const buckets = [...new Set(threads.map(({ thread }) => bucketOf(thread)))];
        const records = await Promise.all(
          buckets.map((bucket) => ask(threads.filter(({ thread }) => bucketOf(thread) === bucket))),
        );
        const byName = new Map(records.flat().map((record) => [record?.thread, record]));
        return threads.map(({ thread }) => byName.get(thread));
      },
    );
    return found.filter((record) => record !== undefined);
  }

  #askAll(
    script: Script,
    keysOf: (bucket: number) => readonly string[],
    args: readonly Argument[],
  ): Promise<readonly Reply[]> {
    const ask = async (buckets: readonly number[]): Promise<readonly Reply[]> =>
      listOf(await this.#runner.run(script, buckets.flatMap(keysOf), args));
    return this.acrossSlots(
      () => ask(ALL_BUCKETS),
      async () => (await Promise.all(ALL_BUCKETS.map((bucket) => ask([bucket])))).flat(),
    );
  }
}

const ALL_BUCKETS: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) => bucket);

/** The lane whose next thread comes first. */
function firstOf(lanes: readonly Lane[]): Lane | undefined {
  let first: Lane | undefined;
  for (const lane of lanes) {
    const [next] = lane.threads;
    if (next && (!first || compareThreads(next, first.threads[0]!) < 0)) first = lane;
  }
  return first;
}

function listedOf([thread, updated]: readonly Reply[]): ThreadPosition {
  return { thread: textOf(thread!), updated: Number(textOf(updated!)) };
}

/** @param whole Whether a thread with a missing part is refused. Such a thread must not end a listing of others. */
function recordOf({ thread, updated }: Listed, reply: Reply, whole: boolean): ThreadRecord | undefined {
  if (reply === null) return undefined;
  // If it is not a list, it says why the thread cannot be read.
  if (!whole && reply.toString() === "incomplete") return undefined;
  if (!Array.isArray(reply)) throw failureOf(textOf(reply), thread) ?? damaged(thread, "the record");
  const [created, written, expires, claim, free, head, parent, seal, pending, entries, why, place] =
    reply as readonly Reply[];
  const failure = whole && why ? failureOf(textOf(why), thread) : undefined;
  if (failure) throw failure;
  // The index has no checksum, but the record has one.
  if (!whole && place && Number(textOf(place)) + Number(textOf(written!)) !== 0) {
    throw damaged(thread, "the place among the threads");
  }
  return decoding(thread, () => ({
    thread,
    created: Number(textOf(created!)),
    // Where it was found in the order, since the listing continues from there: it may have been written to since.
    updated: updated ?? Number(textOf(written!)),
    expires: optionalNumber(expires!),
    entries: groupsOf(listOf(entries), 2).map(([key, content]) =>
      unpackEntry(bytesOf(key), bytesOf(content)),
    ),
    head: head
      ? {
          id: textOf(head),
          parent: optionalText(parent),
          parentSeal: bytesOf(seal).readUInt32BE(),
          pending: writesOf(listOf(pending)),
        }
      : undefined,
    claim: claimOf(textOf(claim!), optionalNumber(free!)),
  }));
}

function optionalNumber(reply: Reply): number | undefined {
  const text = textOf(reply);
  return text === "" ? undefined : Number(text);
}

/** A claim is stored with a letter before it, so that an empty one counts too. */
function claimOf(stored: string, until: number | undefined): ThreadClaim | undefined {
  return stored === "" || until === undefined ? undefined : { id: stored.slice(1), until };
}
