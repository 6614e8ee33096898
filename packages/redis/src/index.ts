export { RedisSaver, type RedisConnectOptions } from "./saver.ts";
export type { RedisSaverOptions, TTLConfig } from "./options.ts";
export type { ClusterNode } from "./addresses.ts";
export type { RedisClientLike } from "./client.ts";
export type { WaitOptions } from "./connection.ts";
export type { RedisClientOptions } from "./own-client.ts";
