import { RedisSaver, type RedisClientLike, type RedisSaverOptions } from "@threadmark/redis";
import { nameOf, servers, type Server } from "@threadmark/services";
import { conformanceInBrief } from "@threadmark/storage-tests/conformance";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import oldest from "ioredis-5-0";
import { connect, newPrefix, placesOf, removeKeys } from "./server.ts";

/** A client that an application may have, other than the newest ioredis as it is, and the server that it runs on. */
interface Driver {
  readonly title: string;
  readonly server: Server | undefined;
  readonly connect: (server: Server) => RedisClientLike & { quit(): Promise<unknown> };
  readonly options?: RedisSaverOptions;
}

const [newest, older = newest] = servers("redis");
const [valkey = newest] = servers("valkey");
const [cluster] = servers("redis-cluster");
const [sentinel] = servers("redis-sentinel");

/** As a CommonJS module it is the class; its types say otherwise. */
const OldestRedis = oldest as unknown as typeof oldest.default;

/** All that changes how calls are sent and answers are read. */
const everyOption = { enableAutoPipelining: true, keyPrefix: "app:", showFriendlyErrorStack: true };

const drivers: readonly Driver[] = [
  { title: "ioredis 5", server: older, connect: ({ url }) => new Redis5(url) },
  {
    title: "the oldest ioredis",
    server: valkey,
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

function openWith(server: Server, { connect: connectTo, options: own }: Driver) {
  return async (options: RedisSaverOptions = {}) => {
    const keyPrefix = newPrefix();
    const clients: ReturnType<typeof connectTo>[] = [];
    const reopen = async (): Promise<RedisSaver> => {
      const client = connectTo(server);
      clients.push(client);
      return new RedisSaver(client, { ...own, ...options, keyPrefix });
    };
    const close = async (): Promise<void> => {
      for (const client of clients) await client.quit();
      const admin = connect(server);
      for (const prefix of ["", everyOption.keyPrefix]) await removeKeys(admin, `${prefix}${keyPrefix}`);
      await admin.quit();
    };
    return { saver: await reopen(), reopen, close };
  };
}

conformanceInBrief(
  drivers.flatMap((driver) => {
    const { title, server } = driver;
    if (!server) return [];
    return [{ name: `${title} on ${nameOf(server)}`, server, open: openWith(server, driver) }];
  }),
);
