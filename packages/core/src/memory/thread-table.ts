import { now } from "./clock.ts";
import type { ThreadData } from "./thread-data.ts";

/** All threads, in the order in which they were last written to. Expired ones are absent. */
export class ThreadTable {
  readonly #threads = new Map<string, ThreadData>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  find(thread: string): ThreadData | undefined {
    const data = this.#threads.get(thread);
    return data && !hasExpired(data) ? data : undefined;
  }

  isExpired(thread: string): boolean {
    const data = this.#threads.get(thread);
    return data !== undefined && hasExpired(data);
  }

  *all(): Generator<ThreadData> {
    for (const data of this.#threads.values()) if (!hasExpired(data)) yield data;
  }

  /** The thread, created if it does not exist, marked as written to just now. */
  touch(thread: string, newEpoch: string, ttl: number | undefined): ThreadData {
    const data = this.find(thread) ?? newThread(thread, newEpoch);
    data.updated = now();
    this.renew(data, ttl);
    this.#threads.delete(thread);
    this.#threads.set(thread, data);
    this.#evict();
    return data;
  }

  /** The thread, created if it does not exist. */
  findOrMake(thread: string, newEpoch: string): ThreadData {
    return this.find(thread) ?? this.touch(thread, newEpoch, undefined);
  }

  /** Moves the expiry of a thread by its own time to live, or by the given one. */
  renew(data: ThreadData, ttl: number | undefined): void {
    const milliseconds = data.ownTtl === undefined ? ttl : data.ownTtl;
    if (milliseconds === undefined) return;
    data.expires = milliseconds === null ? undefined : now() + milliseconds;
  }

  /** Whether it existed. */
  delete(thread: string): boolean {
    return this.#threads.delete(thread);
  }

  /** Removes expired threads and returns how many. */
  sweep(thread: string | undefined, limit: number): number {
    let removed = 0;
    for (const [name, data] of this.#threads) {
      if (removed >= limit) break;
      if (!hasExpired(data) || (thread !== undefined && thread !== name)) continue;
      this.#threads.delete(name);
      removed++;
    }
    return removed;
  }

  #evict(): void {
    for (const oldest of this.#threads.keys()) {
      if (this.#threads.size <= this.#max) return;
      this.#threads.delete(oldest);
    }
  }
}

function newThread(thread: string, epoch: string): ThreadData {
  const time = now();
  return {
    thread,
    epoch,
    created: time,
    updated: time,
    expires: undefined,
    ownTtl: undefined,
    namespaces: new Map(),
    blobs: new Map(),
    entries: new Map(),
    claim: undefined,
  };
}

function hasExpired({ expires }: ThreadData): boolean {
  return expires !== undefined && expires <= now();
}
