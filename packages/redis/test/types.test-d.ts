// Compiled by the typecheck task: what users may pass, and where they may pass the saver.
import type { BaseCheckpointSaver as Reexported } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { RedisSaver, type TTLConfig } from "@threadmark/redis";
import type { Cluster, Redis } from "ioredis";
import type { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import type oldest from "ioredis-5-0";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import { createClient as createClient4, createCluster as createCluster4 } from "redis-4";
import {
  createClient as createClient5,
  createClientPool as createClientPool5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from "redis-5";

declare const redis: Redis;
declare const cluster: Cluster;
declare const redis5: Redis5;
declare const cluster5: Cluster5;
declare const oldestRedis: InstanceType<typeof oldest.default>;

export const savers: readonly BaseCheckpointSaver[] = [
  new RedisSaver(redis),
  new RedisSaver(cluster, { keyPrefix: "agents", ttl: { seconds: 60 } }),
  new RedisSaver(redis5, { defaultTTL: 60, refreshOnRead: true }),
  new RedisSaver(cluster5, { wait: { replicas: 1, timeoutMs: 100 } }),
  new RedisSaver(oldestRedis),
  new RedisSaver(createClient()),
  new RedisSaver(createClient({ RESP: 2, modules: {} })),
  new RedisSaver(createClientPool()),
  new RedisSaver(createCluster({ rootNodes: [] })),
  new RedisSaver(createSentinel({ name: "agents", sentinelRootNodes: [] })),
  new RedisSaver(createClient5({ RESP: 3 })),
  new RedisSaver(createClientPool5()),
  new RedisSaver(createCluster5({ rootNodes: [] })),
  new RedisSaver(createSentinel5({ name: "agents", sentinelRootNodes: [] })),
  new RedisSaver(createClient4(), { defaultTTL: 60, refreshOnRead: true } satisfies TTLConfig),
  new RedisSaver(createCluster4({ rootNodes: [] })),
  RedisSaver.fromUrl("redis://localhost", { keyPrefix: "agents", redis: { tls: {} } }),
  RedisSaver.fromUrl("redis://localhost", { defaultTTL: 60, refreshOnRead: true }),
];
RedisSaver.fromCluster([{ url: "redis://localhost:7000" }, "redis://localhost:7001"]) satisfies Reexported;
RedisSaver.fromCluster([{ host: "localhost", port: 7000 }], { redis: { natMap: {} } }) satisfies Reexported;

/** What is not a client is not taken for one. */
export const refused = [
  // @ts-expect-error A URL is given to fromUrl.
  () => new RedisSaver("redis://localhost"),
  // @ts-expect-error Options are given to fromUrl.
  () => new RedisSaver({ host: "localhost", port: 6379 }),
  // @ts-expect-error The promise of a client, not awaited.
  () => new RedisSaver(createClient().connect()),
];
