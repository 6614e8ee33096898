// Compiled by the typecheck task: what users may pass, and where they may pass the saver.
import type { BaseCheckpointSaver as Reexported } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { RedisSaver } from "@threadmark/redis";
import type { Cluster, Redis } from "ioredis";
import type { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import type oldest from "ioredis-5-0";

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
  RedisSaver.fromUrl("redis://localhost", { keyPrefix: "agents", redis: { tls: {} } }),
  RedisSaver.fromUrl("redis://localhost", { defaultTTL: 60, refreshOnRead: true }),
];
RedisSaver.fromCluster([{ url: "redis://localhost:7000" }, "redis://localhost:7001"]) satisfies Reexported;
RedisSaver.fromCluster([{ host: "localhost", port: 7000 }], { redis: { natMap: {} } }) satisfies Reexported;
