export { RedisSaver, type RedisConnectOptions } from "./saver.ts";
export type { RedisSaverOptions } from "./options.ts";
export type { ClusterNode, RedisClientOptions } from "./client.ts";
export type { RedisClientLike } from "./ioredis.ts";
export type { WaitOptions } from "./runner.ts";
