import { servers, type Server } from "@threadmark/services";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import { createClient as createClient4, createCluster as createCluster4 } from "redis-4";
import {
  createClient as createClient5,
  createClientPool as createClientPool5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from "redis-5";
import type { RedisClientLike } from "@threadmark/redis";
import { placesOf } from "./server.ts";

/** A client of node-redis, not connected yet. */
export type NodeRedisClient = RedisClientLike & {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
};

/** A way to make clients. */
export interface NodeRedisDriver {
  readonly title: string;
  readonly server: Server;
  readonly make: (server: Server) => NodeRedisClient;
}

const makers: readonly [title: string, kind: string, make: NodeRedisDriver["make"]][] = [
  ["node-redis 4", "redis", ({ url }) => createClient4({ url })],
  ["node-redis 4, cluster", "redis-cluster", (server) => createCluster4(nodesOf(server))],
  ["node-redis 5", "redis", ({ url }) => createClient5({ url })],
  ["node-redis 5, RESP3", "valkey", ({ url }) => createClient5({ url, RESP: 3 })],
  ["node-redis 5, pool", "redis", ({ url }) => createClientPool5({ url })],
  ["node-redis 5, cluster", "redis-cluster", (server) => createCluster5(nodesOf(server))],
  ["node-redis 5, sentinel", "redis-sentinel", (server) => createSentinel5(sentinelsOf(server))],
  ["node-redis 6", "redis", ({ url }) => createClient({ url, keyPrefix: "app:" })],
  ["node-redis 6, pool", "redis", ({ url }) => createClientPool({ url })],
  ["node-redis 6, cluster", "redis-cluster", (server) => createCluster(nodesOf(server))],
  ["node-redis 6, sentinel", "redis-sentinel", (server) => createSentinel(sentinelsOf(server))],
];

/** Every kind of client of node-redis for which there is a server in this run. */
export const nodeRedisDrivers: readonly NodeRedisDriver[] = makers.flatMap(([title, kind, make]) => {
  const [server] = servers(kind);
  return server ? [{ title, server, make }] : [];
});

function nodesOf({ facts }: Server) {
  return { rootNodes: placesOf(facts["nodes"]!).map(({ host, port }) => ({ socket: { host, port } })) };
}

function sentinelsOf({ facts }: Server) {
  return { name: facts["name"]!, sentinelRootNodes: placesOf(facts["sentinels"]!) };
}

/** Closes a client, whatever it is. */
export async function endNodeRedis(client: NodeRedisClient): Promise<void> {
  const { close, quit } = client as unknown as Record<string, (() => Promise<unknown>) | undefined>;
  if (client.isOpen) await (close ?? quit)!.call(client);
}
