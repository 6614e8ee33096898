import type {
  FilterTerm,
  RunsPage,
  RunsRequest,
  ThreadPage,
  ThreadRecord,
  ThreadsRequest,
} from "@threadmark/core/storage";
import { compareText } from "@threadmark/core/storage";
import { isCrossSlot } from "./failure.ts";
import type { Argument, Reply } from "./connection.ts";
import { bucketOf, BUCKETS, type Keys } from "./keys.ts";
import { conditionsOf } from "./record.ts";
import { groupsOf, listOf, textOf } from "./replies.ts";
import type { Runner } from "./runner.ts";
import { EXPIRED_THREADS, LIST_THREADS, PASSING_HEADS, THREADS_OF_RUNS } from "./scripts/buckets.ts";
import type { Script } from "./scripts/script.ts";

/** Threads asked of one bucket at a time. Most pages end long before a bucket does. */
const LANE_PAGE = 16;

type After = ThreadsRequest["after"];

/** Threads of some buckets, in order, page by page. */
interface Lane {
  readonly buckets: readonly number[];
  readonly page: number;
  readonly threads: ThreadRecord[];
  more: boolean;
}

/**
 * Questions about threads that are not named. A call on a cluster may touch one slot, so there every bucket is
 * asked, all of them at the same time. Elsewhere one call asks all.
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

  /** Runs what may touch several slots; where that turns out to be refused, the other way, from now on. */
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

  async threads({ filter, after, limit }: ThreadsRequest): Promise<ThreadPage> {
    const found: ThreadRecord[] = [];
    for await (const batch of this.#batches(after, limit + 1)) {
      found.push(...(filter.length === 0 ? batch : await this.#passing(batch, filter)));
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

  /** Threads that have expired, at most so many. */
  async expired(limit: number): Promise<string[]> {
    const names = await this.#askAll(EXPIRED_THREADS, (bucket) => [this.#keys.expiry(bucket)], [
      String(limit),
    ]);
    return names.map(textOf).slice(0, limit);
  }

  async *#batches(after: After, size: number): AsyncGenerator<ThreadRecord[]> {
    const lanes = await this.acrossSlots(
      () => this.#openLanes([ALL_BUCKETS], after, size),
      () =>
        this.#openLanes(
          ALL_BUCKETS.map((bucket) => [bucket]),
          after,
          Math.min(size, LANE_PAGE),
        ),
    );
    for (;;) {
      const batch: ThreadRecord[] = [];
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

  async #openLanes(groups: readonly (readonly number[])[], after: After, page: number): Promise<Lane[]> {
    const lanes = groups.map((buckets) => ({ buckets, page, threads: [], more: true }));
    await Promise.all(lanes.map((lane) => this.#fill(lane, after)));
    return lanes;
  }

  async #fill(lane: Lane, after: After): Promise<void> {
    const keys = lane.buckets.flatMap((bucket) => [
      this.#keys.threads(bucket),
      this.#keys.created(bucket),
      this.#keys.expiry(bucket),
    ]);
    const start = after ? [String(after.updated), after.thread] : [];
    const reply = await this.#runner.run(LIST_THREADS, keys, [String(lane.page), ...start]);
    const threads = groupsOf(listOf(reply), 4).map(threadOf);
    lane.threads.push(...threads);
    lane.more = threads.length === lane.page;
  }

  async #passing(threads: readonly ThreadRecord[], filter: readonly FilterTerm[]): Promise<ThreadRecord[]> {
    const conditions = conditionsOf(filter);
    const ask = async (group: readonly ThreadRecord[]): Promise<ThreadRecord[]> => {
      const keys = group.flatMap(({ thread }) => this.#keys.thread(thread).slice(0, 3));
      const passes = listOf(await this.#runner.run(PASSING_HEADS, keys, conditions));
      return group.filter((_, i) => textOf(passes[i]!) === "1");
    };
    return this.acrossSlots(
      () => ask(threads),
      async () => {
        const buckets = new Set(threads.map(({ thread }) => bucketOf(thread)));
        const groups = [...buckets].map((bucket) =>
          threads.filter(({ thread }) => bucketOf(thread) === bucket),
        );
        const passed = new Set((await Promise.all(groups.map(ask))).flat());
        return threads.filter((thread) => passed.has(thread));
      },
    );
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
    if (next && (!first || comesFirst(next, first.threads[0]!))) first = lane;
  }
  return first;
}

function comesFirst(a: ThreadRecord, b: ThreadRecord): boolean {
  return (b.updated - a.updated || compareText(a.thread, b.thread)) < 0;
}

function threadOf([thread, updated, created, expires]: readonly Reply[]): ThreadRecord {
  const expiry = textOf(expires!);
  return {
    thread: textOf(thread!),
    created: Number(textOf(created!)),
    updated: Number(textOf(updated!)),
    expires: expiry === "" ? undefined : Number(expiry),
  };
}
