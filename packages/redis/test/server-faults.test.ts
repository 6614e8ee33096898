import { setImmediate, setTimeout } from "node:timers/promises";
import { RedisSaver } from "@threadmark/redis";
import { countTests, hasPrivate } from "@threadmark/services";
import { startPrivate } from "@threadmark/services/private";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { newest, PATIENT } from "./server.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe.runIf(hasPrivate("redis:8"))("faults of the server", () => {
  countTests(newest);

  it("a server that is killed and comes back with its data: everything acknowledged is there", async () => {
    await using server = await startPrivate("redis:8", {
      args: ["--appendonly", "yes", "--appendfsync", "always"],
    });
    await using saver = RedisSaver.fromUrl(server.url, { retryMs: 60_000 });
    const acknowledged: number[] = [];
    let running = true;
    const write = async (): Promise<void> => {
      for (let n = 1; running; n++) {
        await putTurn(saver, { thread: "t", id: turnId(n), values: { text: longText(String(n)) } });
        acknowledged.push(n);
      }
    };
    const writing = write();
    await expect.poll(() => acknowledged.length, PATIENT).toBeGreaterThan(10);
    await server.kill();
    const before = acknowledged.length;
    await server.start();
    await expect.poll(() => acknowledged.length, PATIENT).toBeGreaterThan(before + 10);
    running = false;
    await writing;
    const found = new Map<string, unknown>();
    await using reader = RedisSaver.fromUrl(server.url, { blobCacheBytes: 0 });
    for await (const { checkpoint } of reader.list(configOf("t"))) {
      found.set(checkpoint.id, checkpoint.channel_values["text"]);
    }
    for (const n of acknowledged) expect(found.get(turnId(n))).toBe(longText(String(n)));
  });

  it("a server that comes back empty: threads are gone whole, and the same saver stores new ones", async () => {
    await using server = await startPrivate("redis:8");
    await using saver = RedisSaver.fromUrl(server.url);
    const text = longText("the same text before and after");
    await putTurn(saver, { thread: "t", id: turnId(1), values: { text } });
    await server.kill();
    await server.start();
    expect(await saver.getTuple(configOf("t"))).toBeUndefined();
    // What the saver remembers to be stored is not.
    await putTurn(saver, { thread: "t", id: turnId(2), parent: turnId(1), values: { text } });
    await using reader = RedisSaver.fromUrl(server.url);
    expect((await reader.get(configOf("t")))?.channel_values).toEqual({ text });
  });

  it("a server that does not answer for a while: calls wait and are done once it does", async () => {
    await using server = await startPrivate("redis:8");
    await using saver = RedisSaver.fromUrl(server.url);
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    await server.pause();
    const put = putTurn(saver, { thread: "t", id: turnId(2), parent: turnId(1), values: { a: 2 } });
    await setTimeout(300);
    await server.resume();
    await put;
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 2 });
  });

  it("a server that does not answer at all: calls end with an error", async () => {
    await using server = await startPrivate("redis:8");
    const redis = new Redis(server.url);
    const saver = new RedisSaver(redis, { retryMs: 0 });
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    await server.pause();
    // Only now: a busy machine may need longer for what is answered.
    redis.options.commandTimeout = 300;
    await expect(saver.getTuple(configOf("t"))).rejects.toThrow(/timed out/);
    delete redis.options.commandTimeout;
    await server.resume();
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
    redis.disconnect();
  });

  it("BUSY: calls are repeated until the script of somebody else has ended, or reject with it", async () => {
    await using server = await startPrivate("redis:8", { args: ["--busy-reply-threshold", "100"] });
    await using saver = RedisSaver.fromUrl(server.url, { retryMs: 60_000 });
    await using impatient = RedisSaver.fromUrl(server.url, { retryMs: 0 });
    for (const one of [saver, impatient])
      await putTurn(one, { thread: "t", id: turnId(1), values: { a: 1 } });
    const [other, admin] = [new Redis(server.url), new Redis(server.url)];
    // Who connects later waits, since ioredis asks a new connection whether it is ready.
    await admin.ping();
    const endless = other.eval("while true do end", 0).catch((error: unknown) => error);
    await expect.poll(() => admin.get("x").catch((error: Error) => error.message), PATIENT).toContain("BUSY");
    await expect(impatient.getTuple(configOf("t"))).rejects.toThrow(/^BUSY /);
    const put = putTurn(saver, { thread: "t", id: turnId(2), parent: turnId(1), values: { a: 2 } });
    await setTimeout(200);
    await admin.call("SCRIPT", "KILL");
    await put;
    await endless;
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 2 });
    for (const client of [other, admin]) client.disconnect();
  });

  it("READONLY: calls are repeated until the server is a primary again, or reject with it", async () => {
    await using server = await startPrivate("redis:8");
    const admin = new Redis(server.url);
    await using saver = RedisSaver.fromUrl(server.url, { retryMs: 60_000 });
    await using impatient = RedisSaver.fromUrl(server.url, { retryMs: 0 });
    for (const one of [saver, impatient])
      await putTurn(one, { thread: "t", id: turnId(1), values: { a: 1 } });
    await admin.replicaof("127.0.0.1", 1);
    await expect(putTurn(impatient, { thread: "t", id: turnId(2) })).rejects.toThrow(/READONLY/);
    const put = putTurn(saver, { thread: "t", id: turnId(2), parent: turnId(1), values: { a: 2 } });
    await setTimeout(700);
    await admin.call("REPLICAOF", "NO", "ONE");
    await put;
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 2 });
    admin.disconnect();
  });

  it("a failover that closes no connection: the client is made to reconnect, and finds the new primary", async () => {
    await using old = await startPrivate("redis:8");
    await using next = await startPrivate("redis:8");
    const client = new Redis(old.port);
    const saver = new RedisSaver(client, { retryMs: 60_000 });
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    await client.replicaof("127.0.0.1", 1);
    // As when a name leads to another address from now on.
    client.options.port = next.port;
    await putTurn(saver, { thread: "t", id: turnId(2), values: { a: 2 } });
    const reader = new Redis(next.port);
    expect((await new RedisSaver(reader).get(configOf("t")))?.channel_values).toEqual({ a: 2 });
    for (const one of [client, reader]) one.disconnect();
  });

  it("LOADING: calls are repeated until the server has read its data", async () => {
    const slow = ["--key-load-delay", "100000", "--loading-process-events-interval-bytes", "1024"];
    await using server = await startPrivate("redis:8", { args: ["--appendonly", "yes", ...slow] });
    // It does not wait for the server to be ready.
    const client = new Redis(server.url, { enableReadyCheck: false, retryStrategy: () => 50 });
    client.on("error", () => {});
    const saver = new RedisSaver(client, { retryMs: 60_000 });
    const valuesOf = (i: number) => ({ text: longText(String(i)) });
    for (let i = 0; i < 40; i++)
      await putTurn(saver, { thread: `t${i}`, id: turnId(1), values: valuesOf(i) });
    await client.bgrewriteaof();
    await expect.poll(() => client.info("persistence"), PATIENT).toContain("aof_rewrite_in_progress:0");
    await server.kill();
    const starting = server.start();
    await expect
      .poll(() => client.get("x").catch((error: Error) => error.message), PATIENT)
      .toContain("LOADING");
    const found = saver.get(configOf("t7"));
    // The server goes on reading until the call has been sent, however long that takes.
    await setImmediate();
    await client.config("SET", "key-load-delay", "0");
    expect((await found)?.channel_values).toEqual(valuesOf(7));
    await starting;
    client.disconnect();
  });
});
