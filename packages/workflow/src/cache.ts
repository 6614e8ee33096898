import type { PendingWrite } from "@threadmark/core";
import { xxh3 } from "./xxh3.ts";

type CacheKey = [namespace: string[], key: string];

/** Where results of tasks are shared between threads. LangGraph.js's caches have the same shape. */
export interface WorkflowCache {
  // oxlint-disable-next-line typescript/no-explicit-any -- as LangGraph.js declares it
  get(keys: CacheKey[]): Promise<{ key: CacheKey; value: any }[]>;
  // oxlint-disable-next-line typescript/no-explicit-any -- as LangGraph.js declares it
  set(pairs: { key: CacheKey; value: any; ttl?: number }[]): Promise<void>;
}

/** How results of a task are cached. */
export interface CachePolicy {
  /** Seconds for which a result is used. @default as long as the cache keeps it */
  readonly ttl?: number;
  /** What two calls must have in common to have the same result. @default their arguments as JSON */
  readonly keyFunc?: (args: unknown[]) => string;
}

/** The writes of an earlier call with the same key. */
export async function cachedWrites(
  cache: WorkflowCache,
  policy: CachePolicy,
  name: string,
  args: unknown[],
): Promise<PendingWrite[] | undefined> {
  const [hit] = await cache.get([cacheKey(policy, name, args)]);
  return hit?.value as PendingWrite[] | undefined;
}

/** Keeps the writes of a call for later ones. */
export async function cacheWrites(
  cache: WorkflowCache,
  policy: CachePolicy,
  name: string,
  args: unknown[],
  writes: PendingWrite[],
): Promise<void> {
  const pair = { key: cacheKey(policy, name, args), value: writes };
  await cache.set([policy.ttl === undefined ? pair : { ...pair, ttl: policy.ttl }]);
}

function cacheKey(policy: CachePolicy, name: string, args: unknown[]): CacheKey {
  const text = policy.keyFunc ? policy.keyFunc([args]) : JSON.stringify([args]);
  return [["__pregel_ns_writes", name], xxh3(text)];
}

/**
 * A cache in this process. It copies what it keeps, so that runs do not share objects that they may change.
 *
 * @example
 * const workflow = entrypoint({ name: "search", cache: new MemoryCache() }, body);
 */
export class MemoryCache implements WorkflowCache {
  readonly #entries = new Map<string, { value: unknown; until: number }>();

  // oxlint-disable-next-line typescript/no-explicit-any -- as LangGraph.js declares it
  async get(keys: CacheKey[]): Promise<{ key: CacheKey; value: any }[]> {
    return keys.flatMap((key) => {
      const entry = this.#entries.get(JSON.stringify(key));
      return entry && entry.until > performance.now() ? [{ key, value: structuredClone(entry.value) }] : [];
    });
  }

  async set(pairs: { key: CacheKey; value: unknown; ttl?: number }[]): Promise<void> {
    for (const { key, value, ttl } of pairs) {
      const until = ttl === undefined ? Infinity : performance.now() + ttl * 1000;
      this.#entries.set(JSON.stringify(key), { value: structuredClone(value), until });
    }
  }
}
