// oxlint-disable-next-line typescript/triple-slash-reference -- whoever compiles these sources needs it, not only this package
/// <reference path="./cluster-key-slot.d.ts" />
import calculateSlot from "cluster-key-slot";

/**
 * How many buckets there are. Every thread is in one, and all keys of a bucket are in one slot, so one script can
 * write a thread and the indexes that list it. The number is part of the stored format.
 */
export const BUCKETS = 256;

const SLOTS = 16_384;

/**
 * The hash tag of every bucket: the smallest number whose slot is in the bucket's part of all slots. This spreads
 * the buckets evenly over the slots, and over the nodes of a cluster.
 */
const TAGS: readonly number[] = tagsOfBuckets();

function tagsOfBuckets(): number[] {
  const tags = new Map<number, number>();
  for (let tag = 0; tags.size < BUCKETS; tag++) {
    const bucket = bucketOfSlot(calculateSlot(String(tag)));
    if (!tags.has(bucket)) tags.set(bucket, tag);
  }
  return Array.from({ length: BUCKETS }, (_, bucket) => tags.get(bucket)!);
}

function bucketOfSlot(slot: number): number {
  return Math.floor(slot / (SLOTS / BUCKETS));
}

/** The bucket of a thread: that of the slot which its id would have as a key, including any `{…}` in it. */
export function bucketOf(thread: string): number {
  return bucketOfSlot(calculateSlot(thread));
}

/** Thread, checkpoints, order, writes, blobs. */
const OWN = ["t", "c", "o", "w", "b"] as const;

/** How many threads are remembered with their keys. */
const REMEMBERED = 1000;

/** Names of keys. All begin with the prefix, and those of a thread end with its id, so that no two are the same. */
export class Keys {
  readonly #prefix: string;
  /** Thread → what {@link threadAndIndexes} returns. A thread has many calls, and its slot takes long to compute. */
  readonly #known = new Map<string, readonly string[]>();

  /** @param prefix Without braces, which would act as a hash tag. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Thread, checkpoints, order, writes, blobs: all that belongs to a thread alone. */
  thread(thread: string): readonly string[] {
    return this.threadAndIndexes(thread).slice(0, OWN.length);
  }

  /** The same keys, and the indexes of the bucket: expiry, threads, entries, runs. */
  threadAndIndexes(thread: string): readonly string[] {
    const known = this.#known.get(thread);
    if (known) return known;
    const bucket = bucketOf(thread);
    const start = this.#bucket(bucket);
    const own = OWN.map((kind) => `${start}:${kind}:${thread}`);
    const indexes = [this.expiry(bucket), this.threads(bucket), this.entries(bucket), this.runs(bucket)];
    const keys = [...own, ...indexes];
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(thread, keys);
    return keys;
  }

  /** The pattern of the names of threads' own keys, for SCAN. */
  threadPattern(clientPrefix: string): string {
    return `${`${clientPrefix}${this.#prefix}`.replaceAll(/[\\*?[\]]/g, String.raw`\$&`)}{*}:t:*`;
  }

  /** The thread whose own key this is, if it is such a key. */
  threadIn(key: string): string | undefined {
    const thread = key.slice(key.indexOf("}:t:", this.#prefix.length) + 4);
    return this.thread(thread)[0] === key ? thread : undefined;
  }

  /** Where a copy is assembled before anyone sees it: checkpoints, order, writes, blobs. */
  staged(thread: string, copy: string): string[] {
    const bucket = this.#bucket(bucketOf(thread));
    return ["c", "o", "w", "b"].map((kind) => `${bucket}:copy:${copy}:${kind}`);
  }

  /** Sorted set: threads by the negated time at which they were last written to. */
  threads(bucket: number): string {
    return `${this.#bucket(bucket)}:threads`;
  }

  /** Sorted set of equal scores: entries and threads, in both directions. */
  entries(bucket: number): string {
    return `${this.#bucket(bucket)}:entries`;
  }

  /** Sorted set: threads by expiry, if they expire. */
  expiry(bucket: number): string {
    return `${this.#bucket(bucket)}:expiry`;
  }

  /** Sorted set of equal scores: runs and threads, in both directions. */
  runs(bucket: number): string {
    return `${this.#bucket(bucket)}:runs`;
  }

  #bucket(bucket: number): string {
    return `${this.#prefix}{${TAGS[bucket]}}`;
  }
}
