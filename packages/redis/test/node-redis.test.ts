import { RedisSaver, type RedisSaverOptions } from "@threadmark/redis";
import { countTests, hasPrivate, nameOf, servers } from "@threadmark/services";
import { startPrivate } from "@threadmark/services/private";
import { conformanceInBrief } from "@threadmark/storage-tests/conformance";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import type { Redis } from "ioredis";
import { createClient as createClient5 } from "redis-5";
import { afterAll, describe, expect, it } from "vitest";
import { endWait } from "./end-wait.ts";
import { callsInSteps, callsOnAllThreads, callsOnOneThread } from "./every-call.ts";
import { endNodeRedis, nodeRedisDrivers, type NodeRedisClient } from "./node-redis-clients.ts";
import { connect, newest, newPrefix, removeKeys } from "./server.ts";

describe.each(nodeRedisDrivers)("$title", ({ server, make }) => {
  countTests(server);
  const keyPrefix = newPrefix();
  const clients: NodeRedisClient[] = [];

  function open(options: RedisSaverOptions = {}) {
    const client = make(server);
    clients.push(client);
    return { client, saver: new RedisSaver(client, { ...options, keyPrefix }) };
  }

  afterAll(async () => {
    for (const client of clients) await endNodeRedis(client);
    const admin = connect(server);
    for (const prefix of ["", "app:"]) await removeKeys(admin, `${prefix}${keyPrefix}`);
    await admin.quit();
  });

  it("is connected with the first call, does every call, and stays open", async () => {
    const { client, saver } = open();
    expect(client.isOpen).toBe(false);
    const calls = { ...callsOnOneThread, ...callsOnAllThreads, ...callsInSteps };
    for (const call of Object.values(calls)) await call(saver);
    await saver.close();
    expect(client.isOpen).toBe(true);
  });

  it("gives back bytes, long values and text of any kind as they were", async () => {
    const { client, saver } = open();
    await client.connect();
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i % 256);
    const values = { bytes, text: longText("é\u{1f600}\u0001"), short: Uint8Array.of(0, 13, 10, 255) };
    await putTurn(saver, { thread: "ü\r\n{1}", id: turnId(1), values });
    await saver.putWrites(configOf("ü\r\n{1}", turnId(1)), [["bytes", bytes]], "task");
    const { saver: reader } = open();
    const found = await reader.getTuple(configOf("ü\r\n{1}"));
    expect(found?.checkpoint.channel_values).toEqual(values);
    expect(found?.pendingWrites).toEqual([["task", "bytes", bytes]]);
  });

  it("sends a script in full to a server that no longer knows it", async () => {
    const { saver } = open();
    const admin = connect(server);
    const nodes = "nodes" in admin ? admin.nodes("master") : [admin];
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    for (const node of nodes) await node.script("FLUSH");
    await putTurn(saver, { thread: "t", id: turnId(2), values: { a: 2 } });
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 2 });
    await admin.quit();
  });

  it("finds every thread when the indexes are built again", async () => {
    const { saver } = open();
    for (const n of [1, 2, 3]) await putTurn(saver, { thread: `again ${n}`, id: turnId(1) });
    const threads: string[] = [];
    for await (const { threadId } of saver.listThreads()) threads.push(threadId);
    expect(await saver.rebuildIndexes()).toBe(threads.length);
  });

  it("waits for replicas on the connection of the write", async () => {
    const there = server.kind === "redis-sentinel" ? 1 : 0;
    const { saver } = open({ wait: { replicas: there + 1, timeoutMs: there > 0 ? 240_000 : 100 } });
    const admin = connect(server);
    await Promise.all([
      expect(putTurn(saver, { thread: "w", id: turnId(1), values: { a: 1 } })).rejects.toMatchObject({
        code: "STORAGE_FAILED",
        message: expect.stringContaining(`${there} of the ${there + 1}`),
      }),
      there > 0 && endWait(admin as Redis, " lib-name=node-redis"),
    ]);
    await admin.quit();
    const { saver: content } = open({ wait: { replicas: 1, timeoutMs: 10_000 } });
    if (there > 0) await putTurn(content, { thread: "w", id: turnId(2), values: { a: 2 } });
    expect((await content.get(configOf("w")))?.id).toBe(turnId(1 + there));
  });
});

async function openWithNodeRedis5(options: RedisSaverOptions = {}) {
  const keyPrefix = newPrefix();
  const client = createClient5({ url: newest.url });
  await client.connect();
  const reopen = async (): Promise<RedisSaver> => new RedisSaver(client, { ...options, keyPrefix });
  const close = async (): Promise<void> => {
    await client.close();
    const admin = connect(newest);
    await removeKeys(admin, keyPrefix);
    await admin.quit();
  };
  return { saver: await reopen(), reopen, close };
}

conformanceInBrief(
  servers("redis")
    .slice(0, 1)
    .map((server) => ({ name: `node-redis 5 on ${nameOf(server)}`, server, open: openWithNodeRedis5 })),
);

describe.runIf(hasPrivate("redis:8"))("a connection of node-redis that is lost", () => {
  countTests(newest);
  const single = nodeRedisDrivers.filter(({ title }) => /^node-redis \d$/.test(title));

  it.each(single)("$title: calls are done on the next one", async ({ make }) => {
    // All connections are closed, those of other tests too if there were any.
    await using own = await startPrivate("redis:8");
    const server = { ...newest, url: own.url };
    const client = make(server);
    const saver = new RedisSaver(client);
    const admin = connect(server);
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    for (let n = 2; n <= 6; n++) {
      const [put] = await Promise.all([
        putTurn(saver, { thread: "t", id: turnId(n), values: { text: longText(String(n)) } }),
        admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
      ]);
      expect(put.configurable?.["checkpoint_id"]).toBe(turnId(n));
    }
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ text: longText("6") });
    await endNodeRedis(client);
    await admin.quit();
  });
});

describe("a client that its owner has closed", () => {
  countTests(newest);

  it.each(nodeRedisDrivers)("$title: is not opened again, and calls say so", async ({ server, make }) => {
    const client = make(server);
    const saver = new RedisSaver(client, { keyPrefix: newPrefix() });
    await saver.getTuple(configOf("t"));
    await endNodeRedis(client);
    await expect(saver.getTuple(configOf("t"))).rejects.toMatchObject({ code: "CLOSED" });
    expect(client.isOpen).toBe(false);
  });
});
