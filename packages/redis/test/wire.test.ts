import { RedisSaver } from "@threadmark/redis";
import { countTests, hasPrivate, startFaultProxy } from "@threadmark/services";
import { startPrivate, type PrivateServer } from "@threadmark/services/private";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callsOnAllThreads, callsOnOneThread } from "./every-call.ts";
import { startMonitor, type Monitor } from "./monitor.ts";
import { newest } from "./server.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

// MONITOR shows what everybody sends, so the server is one of our own.
describe.runIf(hasPrivate("redis:8"))("round trips on the wire", () => {
  countTests(newest);
  let server: PrivateServer;
  let monitor: Monitor;
  let client: Redis;
  let saver: RedisSaver;

  beforeAll(async () => {
    server = await startPrivate("redis:8");
    client = new Redis(server.url);
    // Without what it remembers of earlier calls, so that everything is sent and read.
    saver = new RedisSaver(client, { blobCacheBytes: 0 });
    for (const call of Object.values({ ...callsOnOneThread, ...callsOnAllThreads })) await call(saver);
    await saver.deleteThread("t");
    await saver.deleteThread("copy");
    monitor = await startMonitor(server.port);
  });

  afterAll(async () => {
    monitor.close();
    client.disconnect();
    await server.stop();
  });

  async function roundTripsOf(call: () => Promise<unknown>): Promise<number> {
    await monitor.take();
    await call();
    const seen = await monitor.take();
    return seen.filter(({ inScript }) => !inScript).length;
  }

  const { "a page of listThreads": listThreads, ...others } = callsOnAllThreads;

  it.each(Object.entries({ ...callsOnOneThread, ...others }))("one for %s", async (_, call) => {
    expect(await roundTripsOf(() => call(saver))).toBe(1);
  });

  it("two for a page of listThreads: which threads, and what they are", async () => {
    expect(await roundTripsOf(() => listThreads!(saver))).toBe(2);
  });

  it("one for a put with a fence, and for a getTuple that renews the expiry", async () => {
    const fenced = new RedisSaver(client, { fence: "head", defaultTTL: 1, refreshOnRead: true });
    await fenced.getTuple(configOf("nobody"));
    expect(await roundTripsOf(() => putTurn(fenced, { thread: "fenced", id: turnId(1) }))).toBe(1);
    expect(await roundTripsOf(() => fenced.getTuple(configOf("fenced")))).toBe(1);
  });

  it("one for deleteThread", async () => {
    expect(await roundTripsOf(() => saver.deleteThread("copy"))).toBe(1);
    expect(await saver.getTuple(configOf("copy"))).toBeUndefined();
  });

  it("three for a list of 250 checkpoints, and one when the loop ends after the first", async () => {
    for (let i = 1; i <= 250; i++) await putTurn(saver, { thread: "long", id: turnId(i), values: { n: i } });
    const all = async (): Promise<void> => {
      const ids = new Set<string>();
      for await (const { checkpoint } of saver.list(configOf("long"))) ids.add(checkpoint.id);
      expect(ids.size).toBe(250);
    };
    expect(await roundTripsOf(all)).toBe(3);
  });

  it("sends and reads only what the other side does not have", async () => {
    const target = new URL(server.url);
    const proxy = await startFaultProxy({ host: target.hostname, port: Number(target.port) });
    const counted = new Redis(proxy.port);
    const knowing = new RedisSaver(counted);
    const turns = Array.from({ length: 300 }, (_, i) => `turn ${i}: ${longText(String(i), 500)}`);
    await putTurn(knowing, { thread: "grow", id: turnId(1), values: { turns } });
    await knowing.getTuple(configOf("grow"));
    const size = JSON.stringify(turns).length;
    const { sent, received } = proxy;
    turns.push("one more");
    await putTurn(knowing, { thread: "grow", id: turnId(2), parent: turnId(1), values: { turns } });
    await knowing.getTuple(configOf("grow"));
    expect(proxy.sent - sent).toBeLessThan(size / 8);
    expect(proxy.received - received).toBeLessThan(size / 8);
    counted.disconnect();
    await proxy.close();
  });
});
