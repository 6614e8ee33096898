import { randomUUID } from "node:crypto";
import { firstServer, servers, type Server } from "@threadmark/services";
import { Cluster, Redis } from "ioredis";
import { afterAll } from "vitest";

export type Client = Redis | Cluster;

/** Every server of this run, whatever its kind. */
export const allServers: readonly Server[] = ["redis", "valkey", "redis-cluster", "redis-sentinel"].flatMap(
  (kind) => servers(kind),
);

/** Those that are one server, reached by its URL. */
export const singleServers: readonly Server[] = [...servers("redis"), ...servers("valkey")];

/** The newest Redis of this run. */
export const newest: Server = firstServer("redis");

/** For `expect.poll`: how long things take depends on what else the machine does. */
export const PATIENT = { timeout: 30_000 };

/** With what no other test's keys begin. */
export function newPrefix(): string {
  return `t-${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

/** A client as an application makes it. */
export function connect({ kind, url, facts }: Server): Client {
  if (kind === "redis-cluster") return new Cluster(placesOf(facts["nodes"]!));
  if (kind === "redis-sentinel") {
    return new Redis({ sentinels: placesOf(facts["sentinels"]!), name: facts["name"]! });
  }
  return new Redis(url);
}

/** Addresses separated by commas. */
export function placesOf(addresses: string): { host: string; port: number }[] {
  return addresses.split(",").map((address) => {
    const [host, port] = address.split(":");
    return { host: host!, port: Number(port) };
  });
}

/** All keys with a prefix, on every node. */
export async function keysWith(client: Client, prefix: string): Promise<string[]> {
  const nodes = client instanceof Cluster ? client.nodes("master") : [client];
  const keys: string[] = [];
  for (const node of nodes) {
    for await (const page of node.scanStream({ match: `${prefix}*`, count: 1000 }))
      keys.push(...(page as string[]));
  }
  return [...new Set(keys)];
}

export async function removeKeys(client: Client, prefix: string): Promise<void> {
  const keys = await keysWith(client, prefix);
  await Promise.all(keys.map((key) => client.unlink(key)));
}

/** A client and a prefix of its own, both gone after the file or the `describe`. */
export function useKeys(server: Server = newest): { client: Client; keyPrefix: string } {
  const keyPrefix = newPrefix();
  const client = connect(server);
  afterAll(async () => {
    await removeKeys(client, keyPrefix);
    await client.quit();
  });
  return { client, keyPrefix };
}
