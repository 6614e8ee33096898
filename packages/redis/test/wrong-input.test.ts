import { inspect } from "node:util";
import { isCheckpointError } from "@threadmark/core";
import { RedisSaver, type RedisClientLike } from "@threadmark/redis";
import { countTests, hasPrivate } from "@threadmark/services";
import { startPrivate } from "@threadmark/services/private";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";
import { createClient as createClient4 } from "redis-4";
import { createClient as createClient5 } from "redis-5";
import { describe, expect, it } from "vitest";
import { newest } from "./server.ts";

const SECRET = "s3cr3t-Passw0rd";
/** Nobody listens there. */
const NOBODY = "127.0.0.1:1";

class Db {
  collection(): void {}
}
class Pool {
  query(): void {}
  connect(): void {}
}

function refusal(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("what is not a client is refused by the constructor, and never repeated in the error", () => {
  const wrong: [title: string, client: unknown, problem: RegExp][] = [
    ["nothing", undefined, /client is missing/],
    ["null", null, /client is missing/],
    ["a URL", `redis://:${SECRET}@localhost`, /is a URL.*fromUrl/],
    ["a URL object", new URL(`redis://:${SECRET}@localhost`), /is a URL.*fromUrl/],
    ["options", { host: "localhost", password: SECRET }, /a plain object/],
    ["a Db of mongodb", new Db(), /is a Db/],
    ["a Pool of pg", new Pool(), /is a Pool/],
    ["a class", Redis, /is a class/],
    ["a number", 6379, /not a client/],
    ["a promise", Promise.resolve(), /await it/],
    ["a client in legacyMode", createClient4({ legacyMode: true }), /legacyMode/],
    ["a legacy client of node-redis 5", createClient5().legacy(), /not a client/],
  ];

  it.each(wrong)("%s", (_, client, problem) => {
    const error = refusal(() => new RedisSaver(client as RedisClientLike));
    expect(isCheckpointError(error, "INVALID_ARGUMENT")).toBe(true);
    expect(error).toMatchObject({ field: "client", message: expect.stringMatching(problem) });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });
});

describe("addresses are checked before anything connects", () => {
  const urls: [title: string, url: unknown, field?: string][] = [
    ["undefined, as of a variable that is not set", undefined],
    ["an empty one", ""],
    ["a password that is not percent-encoded", `redis://:%zz${SECRET}@localhost`],
    ["null", null],
    ["a number", 6379],
    ["another protocol", `mysql://user:${SECRET}@localhost`],
    ["no URL", `user:${SECRET}@@:localhost:port`],
    ["a port that is none", `redis://user:${SECRET}@localhost:99999`],
    ["no protocol", `localhost:6379`],
    ["a database with a name", `redis://localhost/${SECRET}`],
    ["a database that is no number", "redis://localhost/-1"],
  ];

  it.each(urls)("fromUrl: %s", (_, url) => {
    const error = refusal(() => RedisSaver.fromUrl(url as string));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field: "url" });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it.each<[title: string, nodes: unknown, field: string]>([
    ["undefined", undefined, "nodes"],
    ["none", [], "nodes"],
    ["a URL and no array", `redis://:${SECRET}@localhost`, "nodes"],
    ["undefined in it", [undefined], "nodes[0]"],
    ["a wrong URL", [{ url: `http://:${SECRET}@localhost` }], "nodes[0].url"],
    ["no host", ["redis://a", { port: 1 }], "nodes[1].host"],
    ["no port", [{ host: "a" }], "nodes[0].port"],
  ])("fromCluster: %s", (_, nodes, field) => {
    const error = refusal(() => RedisSaver.fromCluster(nodes as string[]));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });
});

describe("options of a wrong kind are refused by name", () => {
  it.each<[field: string, options: unknown]>([
    ["options", null],
    ["options", 60],
    ["options", []],
    ["options", new Map()],
    ["defaultTTL", { defaultTTL: "60" }],
    ["defaultTTL", { defaultTTL: 0 }],
    ["defaultTTL", { defaultTTL: 1, ttl: { seconds: 1 } }],
    ["refreshOnRead", { defaultTTL: 1, refreshOnRead: "yes" }],
    ["refreshOnRead", { ttl: { seconds: 1 }, refreshOnRead: true }],
    ["retryMs", { retryMs: "10" }],
    ["retryMs", { retryMs: Number.NaN }],
    ["keyPrefix", { keyPrefix: "{a}" }],
    ["keyPrefix", { keyPrefix: 1 }],
    ["wait", { wait: 1 }],
    ["wait.replicas", { wait: {} }],
    ["wait.timeoutMs", { wait: { replicas: 1, timeoutMs: "100" } }],
    ["redis", { redis: 1 }],
    ["keyprefix", { keyprefix: "a" }],
    ["default_ttl", { default_ttl: 60 }],
    ["refresh_on_read", { ttl: { seconds: 1, refresh_on_read: true } }],
  ])("%s of %j", (field, options) => {
    const error = refusal(() => RedisSaver.fromUrl("redis://localhost", options as object));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field });
  });
});

it("an unknown option is refused with the one that was meant, or what to use instead", () => {
  const client = createClient();
  const messages = [{ keyprefix: "a" }, { default_ttl: 1 }, { redis: {} }, { redisOptions: {} }].map(
    (options) => refusal(() => new RedisSaver(client, options as object)),
  );
  expect(messages.map(String)).toEqual([
    expect.stringContaining("did you mean keyPrefix?"),
    expect.stringContaining("use defaultTTL"),
    expect.stringContaining("use it with fromUrl"),
    expect.stringContaining("use redis: { … } with fromUrl"),
  ]);
});

describe.concurrent("a server that is not there", () => {
  const url = `redis://user:${SECRET}@${NOBODY}`;
  const [host, port] = NOBODY.split(":");
  const place = { host: host!, port: Number(port) };

  it.each<[title: string, open: () => RedisSaver]>([
    ["fromUrl", () => RedisSaver.fromUrl(url)],
    ["fromUrl with localhost", () => RedisSaver.fromUrl("redis://localhost:1")],
    ["fromCluster with URLs", () => RedisSaver.fromCluster([{ url }])],
    ["fromCluster with places", () => RedisSaver.fromCluster([place])],
    ["node-redis 4", () => new RedisSaver(createClient4({ url }))],
    ["node-redis 5", () => new RedisSaver(createClient5({ url }))],
    ["node-redis 6", () => new RedisSaver(createClient({ url }))],
    ["node-redis 6, cluster", () => new RedisSaver(createCluster({ rootNodes: [{ url }] }))],
  ])("%s: the first call rejects with the reason, and so does the next", async (_, open) => {
    await using saver = open();
    for (let i = 0; i < 2; i++) {
      const error: unknown = await saver.getTuple(configOf("t")).catch((reason: unknown) => reason);
      expect(inspect(error, { depth: 9 })).toMatch(/ECONNREFUSED|root nodes|none of the given nodes/);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
    }
  });

  it("a cluster of ioredis that never gives up: calls end all the same", async () => {
    const client = new Cluster([place]);
    client.on("error", () => {});
    const saver = new RedisSaver(client, { retryMs: 0 });
    await expect(saver.getTuple(configOf("t"))).rejects.toThrow();
    client.disconnect();
  });
});

describe.runIf(hasPrivate("redis:8"))("secrets", () => {
  countTests(newest);

  it("a wrong password: the first call says so at once, and the password is nowhere in the error", async () => {
    await using server = await startPrivate("redis:8");
    const { port } = server;
    const admin = new Redis(port);
    await admin.config("SET", "requirepass", "right");
    admin.disconnect();
    const clients = [
      createClient4({ url: `redis://:${SECRET}@127.0.0.1:${port}` }),
      createClient({ url: `redis://:${SECRET}@127.0.0.1:${port}` }),
    ];
    const eager = new Redis(port, { password: SECRET, maxRetriesPerRequest: 1 });
    eager.on("error", () => {});
    const savers = [
      RedisSaver.fromUrl(`redis://:${SECRET}@127.0.0.1:${port}`),
      RedisSaver.fromUrl(`redis://default:${SECRET}@127.0.0.1:${port}`),
      ...[...clients, eager].map((client) => new RedisSaver(client)),
    ];
    for (const saver of savers) {
      const error: unknown = await saver.getTuple(configOf("t")).catch((reason: unknown) => reason);
      expect(inspect(error)).toMatch(/WRONGPASS|NOAUTH|max retries/);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
      await saver.close();
    }
    eager.disconnect();
  });

  it("an error of the server holds neither keys, nor arguments, nor what was to be stored", async () => {
    await using server = await startPrivate("redis:8", {
      args: ["--rename-command", "EVALSHA", "", "--rename-command", "EVAL", ""],
    });
    const clients = [createClient4({ url: server.url }), createClient({ url: server.url })];
    for (const client of clients) client.on("error", () => {});
    const own = new Redis(server.url, { showFriendlyErrorStack: true });
    for (const client of [own, ...clients]) {
      const saver = new RedisSaver(client);
      const put = putTurn(saver, { thread: "t", id: turnId(1), values: { a: SECRET } });
      const error: unknown = await put.catch((reason: unknown) => reason);
      expect(inspect(error)).toContain("unknown command");
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("threadmark{");
    }
    own.disconnect();
    for (const client of clients) await client.disconnect();
  });
});
