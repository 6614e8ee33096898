import { conformance } from "@threadmark/conformance";
import { enough, seed } from "@threadmark/random-tests";
import { RedisSaver, type RedisSaverOptions } from "@threadmark/redis";
import { countTests, hasPrivate, servers } from "@threadmark/services";
import { startPrivate, startPrivateGroup, type PrivateServer } from "@threadmark/services/private";
import { briefSizes } from "@threadmark/storage-tests/conformance";
import { Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAclRule, readClusterCommands } from "./acl.ts";
import { callsInSteps, callsOnAllThreads, callsOnOneThread } from "../every-call.ts";
import { startMonitor, type Monitor } from "../monitor.ts";
import { newest, newPrefix, placesOf } from "../server.ts";

const PREFIX = "acl-test";
const rule = await readAclRule();
/** What ioredis says of itself when it connects, and when it is closed. */
const OF_THE_CLIENT = new Set([
  "auth",
  "hello",
  "client",
  "info",
  "quit",
  "cluster",
  "readonly",
  "select",
  "ping",
]);

describe.runIf(hasPrivate("redis:8"))("a user with the rights of the README", () => {
  countTests(newest);
  let server: PrivateServer;
  let admin: Redis;
  let monitor: Monitor;
  const clients: Redis[] = [];

  beforeAll(async () => {
    server = await startPrivate("redis:8");
    admin = new Redis(server.url);
    await admin.call("ACL", "SETUSER", ...rule.words("agents", "secret", PREFIX));
    monitor = await startMonitor(server.port);
  });

  afterAll(async () => {
    monitor.close();
    admin.disconnect();
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  it("may not do anything else, and nothing to other keys", async () => {
    const client = connect();
    await expect(client.keys("*")).rejects.toThrow(/NOPERM/);
    await expect(client.config("GET", "maxmemory")).rejects.toThrow(/NOPERM/);
    await expect(client.scan("0")).rejects.toThrow(/NOPERM/);
    await expect(client.hget("another", "a")).rejects.toThrow(/NOPERM/);
  });

  function connect(): Redis {
    const client = new Redis(server.url, { username: "agents", password: "secret", enableReadyCheck: false });
    clients.push(client);
    return client;
  }

  async function open(options: RedisSaverOptions = {}) {
    const keyPrefix = `${PREFIX}-${newPrefix()}`;
    const reopen = async () => new RedisSaver(connect(), { ...options, keyPrefix });
    return { saver: await reopen(), reopen, close: async () => {} };
  }

  conformance({
    name: "a saver",
    runner: { describe, it },
    open,
    share: true,
    everything: true,
    seed,
    sequences: enough(5),
    sizes: briefSizes,
  });

  it("has needed every one of these rights, and MONITOR has shown no other command", async () => {
    const seen = await monitor.take();
    const names = new Set(seen.map(({ name }) => name).filter((name) => !OF_THE_CLIENT.has(name)));
    // What the test above has tried.
    for (const refused of ["keys", "config", "scan"]) names.delete(refused);
    expect([...names].sort()).toEqual([...rule.commands].sort());
  });
});

describe.runIf(hasPrivate("redis-cluster"))("a user with the rights of the README on a cluster", () => {
  countTests(servers("redis-cluster")[0] ?? { kind: "redis-cluster", version: "" });

  it("may do everything, and MONITOR shows no other command", async () => {
    await using group = await startPrivateGroup("redis-cluster");
    const more = await readClusterCommands();
    const monitors: Monitor[] = [];
    for (const { port } of group.nodes) {
      const admin = new Redis(port);
      const added = more.map((name) => `+${name}`);
      await admin.call("ACL", "SETUSER", ...rule.words("agents", "secret", PREFIX), ...added);
      admin.disconnect();
      monitors.push(await startMonitor(port));
    }
    const redisOptions = { username: "agents", password: "secret", enableReadyCheck: false };
    const client = new Cluster(placesOf(group.facts["nodes"]!), { redisOptions, enableReadyCheck: false });
    const saver = new RedisSaver(client, { keyPrefix: PREFIX, defaultTTL: 1, refreshOnRead: true });
    const calls = { ...callsOnOneThread, ...callsOnAllThreads, ...callsInSteps };
    for (const call of Object.values(calls)) await call(saver);
    for (let i = 0; i < 5; i++) await saver.copyThread("t", `copy ${i}`);
    await saver.deleteThread("t");
    const seen = (await Promise.all(monitors.map((monitor) => monitor.take()))).flat();
    const allowed = new Set([...rule.commands, ...more, ...OF_THE_CLIENT]);
    expect(seen.filter(({ name }) => !allowed.has(name))).toEqual([]);
    const used = new Set(seen.map(({ name }) => name));
    for (const name of more.filter((one) => !one.includes("|"))) expect(used).toContain(name);
    for (const monitor of monitors) monitor.close();
    client.disconnect();
  });
});
