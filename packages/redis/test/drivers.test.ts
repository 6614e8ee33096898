import { conformance } from "@threadmark/conformance";
import { enough, seed } from "@threadmark/random-tests";
import { RedisSaver, type RedisClientLike, type RedisSaverOptions } from "@threadmark/redis";
import { countTests, nameOf, servers, type Server } from "@threadmark/services";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import oldest from "ioredis-5-0";
import { describe, it } from "vitest";
import { connect, newPrefix, placesOf, removeKeys } from "./server.ts";

/** A client that an application may have, other than the usual one of the newest ioredis. */
interface Driver {
  readonly title: string;
  readonly server: Server | undefined;
  readonly connect: (server: Server) => RedisClientLike & { quit(): Promise<unknown> };
  readonly options?: RedisSaverOptions;
}

const [newest] = servers("redis");
const [cluster] = servers("redis-cluster");
const [sentinel] = servers("redis-sentinel");

/** As a CommonJS module it is the class; its types say otherwise. */
const OldestRedis = oldest as unknown as typeof oldest.default;

/** All that changes how calls are sent and answers are read. */
const everyOption = { enableAutoPipelining: true, keyPrefix: "app:", showFriendlyErrorStack: true };

const drivers: readonly Driver[] = [
  { title: "ioredis 5", server: newest, connect: ({ url }) => new Redis5(url) },
  {
    title: "the oldest ioredis",
    server: newest,
    connect: ({ url }) => new OldestRedis(url),
  },
  {
    title: "ioredis 5, Cluster",
    server: cluster,
    connect: ({ facts }) => new Cluster5(placesOf(facts["nodes"]!)),
  },
  {
    title: "ioredis 6 with every option",
    server: newest,
    connect: ({ url }) => new Redis(url, { ...everyOption, replyMapping: "resp3" }),
  },
  {
    title: "ioredis 6, Cluster with every option",
    server: cluster,
    connect: ({ facts }) => new Cluster(placesOf(facts["nodes"]!), { ...everyOption, scaleReads: "all" }),
  },
  {
    title: "ioredis 6, waiting for a replica",
    server: sentinel,
    connect: (server) => connect(server),
    options: { wait: { replicas: 1, timeoutMs: 10_000 } },
  },
];

for (const { title, server, connect: connectTo, options: own } of drivers) {
  if (!server) continue;
  describe(`${title} on ${nameOf(server)}`, () => {
    countTests(server);

    async function open(options: RedisSaverOptions = {}) {
      const keyPrefix = newPrefix();
      const clients: ReturnType<typeof connectTo>[] = [];
      const reopen = async (): Promise<RedisSaver> => {
        const client = connectTo(server!);
        clients.push(client);
        return new RedisSaver(client, { ...own, ...options, keyPrefix });
      };
      const close = async (): Promise<void> => {
        for (const client of clients) await client.quit();
        const admin = connect(server!);
        for (const prefix of ["", everyOption.keyPrefix]) await removeKeys(admin, `${prefix}${keyPrefix}`);
        await admin.quit();
      };
      return { saver: await reopen(), reopen, close };
    }

    const runner = { describe, it };
    conformance({ name: "a saver", runner, open, share: true, everything: true, seed, sequences: enough(5) });
  });
}
