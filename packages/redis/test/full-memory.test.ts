import { RedisSaver } from "@threadmark/redis";
import { countTests, hasPrivate } from "@threadmark/services";
import { startPrivate, type PrivateServer } from "@threadmark/services/private";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newest } from "./server.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const full = {
  code: "STORAGE_FAILED",
  cause: expect.objectContaining({ message: expect.stringMatching(/OOM/) }),
};

describe.runIf(hasPrivate("redis:8"))("a Redis that is full and evicts nothing", () => {
  countTests(newest);
  let server: PrivateServer;
  let client: Redis;
  let saver: RedisSaver;

  beforeAll(async () => {
    server = await startPrivate("redis:8", { args: ["--maxmemory-policy", "noeviction"] });
    client = new Redis(server.url);
    saver = new RedisSaver(client, { blobCacheBytes: 0 });
    await putTurn(saver, { thread: "t", id: turnId(1), values: { text: longText("one") }, run: "r" });
    await putTurn(saver, {
      thread: "t",
      id: turnId(2),
      parent: turnId(1),
      values: { text: longText("two") },
    });
    await saver.putWrites(configOf("t", turnId(2)), [["c", 1]], "task");
    for (let i = 0; i < 20; i++) await putTurn(saver, { thread: `more ${i}`, id: turnId(1), values: { i } });
    await client.config("SET", "maxmemory", "1");
  });

  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  async function everything(): Promise<unknown> {
    const keys = (await client.keys("*")).sort();
    const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)));
    return keys.map((key, i) => [key, dumps[i]!.toString("hex")]);
  }

  it.each<readonly [string, () => Promise<unknown>]>([
    [
      "put",
      () =>
        putTurn(saver, {
          thread: "t",
          id: turnId(3),
          parent: turnId(2),
          values: { text: longText("three") },
        }),
    ],
    ["put to a new thread", () => putTurn(saver, { thread: "new", id: turnId(1), run: "run" })],
    ["putWrites", () => saver.putWrites(configOf("t", turnId(2)), [["d", longText("write")]], "other")],
    ["copyThread", () => saver.copyThread("t", "copy")],
    ["setThreadTtl", () => saver.setThreadTtl("t", { seconds: 1000 })],
  ])("refuses %s with a clear error, and has changed nothing", async (_, call) => {
    const before = await everything();
    await expect(call()).rejects.toMatchObject(full);
    expect(await everything()).toEqual(before);
  });

  it("can be read, pruned and freed, and works again when there is room", async () => {
    const tuple = await saver.getTuple(configOf("t"));
    expect(tuple?.checkpoint.channel_values).toEqual({ text: longText("two") });
    expect(tuple?.pendingWrites).toEqual([["task", "c", 1]]);
    const renewing = new RedisSaver(client, { defaultTTL: 60, refreshOnRead: true });
    expect((await renewing.getTuple(configOf("t")))?.checkpoint).toEqual(tuple?.checkpoint);
    const [key] = await client.keys("*:t:t");
    expect(await client.pttl(key!)).toBeGreaterThan(0);
    expect(await saver.prune({ threadIds: ["t"], keepLatest: 1 })).toEqual({ threads: 1, checkpoints: 1 });
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ text: longText("two") });
    await saver.deleteThread("t");
    expect(await saver.getTuple(configOf("t"))).toBeUndefined();
    await client.config("SET", "maxmemory", "0");
    await putTurn(saver, { thread: "t", id: turnId(9), values: { text: longText("nine") } });
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ text: longText("nine") });
  });
});
