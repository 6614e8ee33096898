import { CheckpointSaver } from "@threadmark/core";
import { isOptionsObject, wrongOption } from "@threadmark/core/storage";
import { checkNodes, checkUrl, type ClusterNode } from "./addresses.ts";
import { borrowed, type RedisClientLike } from "./client.ts";
import type { Connection } from "./connection.ts";
import { settingsOf, type RedisSaverOptions } from "./options.ts";
import { openCluster, openUrl, type RedisClientOptions } from "./own-client.ts";
import { RedisStorage } from "./storage.ts";

/** Options of savers that create their own client. */
export interface RedisConnectOptions extends RedisSaverOptions {
  /** Any options of ioredis, for example `{ sentinels, name }`; for a cluster, those of its `Cluster`. */
  readonly redis?: RedisClientOptions | undefined;
}

/**
 * Keeps checkpoints in Redis or Valkey: one server, a cluster, or servers managed by Sentinel. It needs no modules and no setup.
 *
 * Errors from the server are passed on without anything that could contain secrets. If the server's memory is full, the
 * error is `STORAGE_FAILED`, with the server's error as `cause`. `INCOMPLETE` means that the server has evicted part of
 * a thread.
 *
 * @example
 * const saver = new RedisSaver(new Redis("redis://localhost"), { ttl: { seconds: 7 * 24 * 3600 } });
 * const graph = builder.compile({ checkpointer: saver });
 */
export class RedisSaver extends CheckpointSaver {
  readonly #storage: RedisStorage;

  /**
   * @param client A `Redis` or a `Cluster` of ioredis 5 or 6, or what `createClient`, `createClientPool`,
   * `createCluster` and `createSentinel` of the package redis 4 to 6 return, which is connected if necessary. It stays
   * yours: the saver does not close it. If the server has become a replica, the saver makes the client reconnect to
   * find the primary.
   * @throws CheckpointError `INVALID_ARGUMENT` if this is not a client, or for a wrong option.
   */
  constructor(client: RedisClientLike, options?: RedisSaverOptions);
  // The signature that only this class uses is not declared: its types, and all they lead to, would be published.
  constructor(client: RedisClientLike | RedisStorage, options: RedisSaverOptions = {}) {
    const storage = client instanceof RedisStorage ? client : storageOf(client, options);
    super(storage, settingsOf(options).core);
    this.#storage = storage;
  }

  /**
   * Adds every thread again to the indexes through which `listThreads`, `prune` without `threadIds`, `deleteForRuns`
   * and `sweep` find threads. Needed only if Redis has evicted the indexes, under an `allkeys-…` policy. It scans the
   * names of all keys with `SCAN`, in small steps, on every primary. Graphs can run at the same time.
   *
   * @returns The number of threads.
   * @example
   * const threads = await saver.rebuildIndexes();
   */
  async rebuildIndexes(): Promise<number> {
    return this.underWay(() => this.#storage.rebuildIndexes());
  }

  /**
   * A saver with its own client, which {@link close} closes. It connects on the first call.
   *
   * @param url For example `"redis://user:password@localhost:6379/0"`, or `"rediss://…"` for TLS.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong URL or option.
   * @example
   * await using saver = RedisSaver.fromUrl("redis://localhost", { defaultTTL: 60, refreshOnRead: true });
   */
  static fromUrl(url: string, options: RedisConnectOptions = {}): RedisSaver {
    checkUrl(url, "url");
    const { redis, rest, settings } = ownSettings(options);
    return new RedisSaver(storageOn(() => openUrl(url, redis, settings), rest) as never, rest);
  }

  /**
   * A saver on Redis Cluster with its own client, which {@link close} closes.
   *
   * @param nodes Some nodes of the cluster. The user, password and TLS of the first URL are used for all nodes.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   * @example
   * const saver = RedisSaver.fromCluster([{ url: "redis://10.0.0.1:6379" }, { url: "redis://10.0.0.2:6379" }]);
   */
  static fromCluster(nodes: readonly ClusterNode[], options: RedisConnectOptions = {}): RedisSaver {
    checkNodes(nodes);
    const { redis, rest, settings } = ownSettings(options);
    return new RedisSaver(storageOn(() => openCluster(nodes, redis, settings), rest) as never, rest);
  }
}

function ownSettings(options: RedisConnectOptions) {
  const { redis = {}, ...rest } = options ?? {};
  // Anything that is not an options object is passed to the constructor unchanged, which refuses it by name.
  const settings = settingsOf(isOptionsObject(options) ? rest : options);
  if (typeof redis !== "object" || redis === null) {
    throw wrongOption("redis", "must be an object of ioredis' options");
  }
  return { redis, rest, settings };
}

function storageOf(client: RedisClientLike, options: RedisSaverOptions): RedisStorage {
  return storageOn(borrowed(client, settingsOf(options)), options);
}

function storageOn(open: () => Promise<Connection>, options: RedisSaverOptions): RedisStorage {
  const { keyPrefix, wait, retryMs } = settingsOf(options);
  return new RedisStorage({ open, keyPrefix, wait, retryMs });
}
