import { RedisSaver } from "@threadmark/redis";
import { countTests, hasPrivate, servers } from "@threadmark/services";
import { startPrivate } from "@threadmark/services/private";
import calculateSlot from "cluster-key-slot";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { callsInSteps, callsOnAllThreads, callsOnOneThread } from "./every-call.ts";
import { keysWith, newest, PATIENT, useKeys } from "./server.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

/** A thread of another slot than `thread`. */
function farFrom(thread: string): string {
  for (let i = 0; ; i++) {
    const other = `far from ${thread}, ${i}`;
    if (Math.floor(calculateSlot(other) / 64) !== Math.floor(calculateSlot(thread) / 64)) return other;
  }
}

async function contentOf(saver: RedisSaver, thread: string): Promise<unknown[]> {
  const content: unknown[] = [];
  for await (const { checkpoint, metadata, pendingWrites } of saver.list(configOf(thread))) {
    content.push({ checkpoint, metadata, pendingWrites });
  }
  return content;
}

describe.each(servers("redis-cluster").map((server) => ({ server })))(
  "copying to another slot of a cluster",
  ({ server }) => {
    countTests(server);
    const { client, keyPrefix } = useKeys(server);

    it("a thread of many parts arrives as it is, runs and expiry included, and nothing else is left", async () => {
      const saver = new RedisSaver(client, { keyPrefix, defaultTTL: 10 });
      const [source, target] = ["large", farFrom("large")];
      for (let n = 1; n <= 600; n++) {
        const id = turnId(n);
        const values = { n, text: longText(String(n), 2000) };
        await putTurn(saver, {
          thread: source,
          id,
          parent: n > 1 ? turnId(n - 1) : undefined,
          values,
          run: `r${n % 3}`,
        });
        await saver.putWrites(configOf(source, id), [["w", n]], "task");
      }
      await saver.copyThread(source, target);
      const fresh = new RedisSaver(client, { keyPrefix, blobCacheBytes: 0 });
      expect(await contentOf(fresh, target)).toEqual(await contentOf(fresh, source));
      expect((await keysWith(client, keyPrefix)).filter((key) => key.includes(":copy:"))).toEqual([]);
      const report = await fresh.deleteForRuns(["r1"]);
      expect(report).toEqual({ threads: 2, checkpoints: 400 });
      await expect(saver.copyThread(source, target)).rejects.toMatchObject({ code: "THREAD_EXISTS" });
    });

    it("a process that dies in the middle leaves nothing to be seen, and what it left expires", async () => {
      const saver = new RedisSaver(client, { keyPrefix });
      const [source, target] = ["dying", farFrom("dying")];
      await putTurn(saver, { thread: source, id: turnId(1), values: { text: longText("one") } });
      const refusing = new Proxy(client, {
        get(redis, name) {
          const value: unknown = Reflect.get(redis, name, redis);
          if (typeof value !== "function") return value;
          return (...args: unknown[]) => {
            if (isLastStep(args)) return Promise.reject(new Error("the process has died"));
            return (value as (...given: unknown[]) => unknown).apply(redis, args);
          };
        },
      });
      await expect(new RedisSaver(refusing, { keyPrefix }).copyThread(source, target)).rejects.toThrow(
        "died",
      );
      expect(await saver.getTuple(configOf(target))).toBeUndefined();
      const left = (await keysWith(client, keyPrefix)).filter((key) => key.includes(":copy:"));
      expect(left.length).toBeGreaterThan(0);
      for (const key of left) expect(await client.pttl(key)).toBeGreaterThan(0);
      const names: string[] = [];
      for await (const { threadId } of saver.listThreads()) names.push(threadId);
      expect(names).not.toContain(target);
      await saver.copyThread(source, target);
      expect(await contentOf(saver, target)).toEqual(await contentOf(saver, source));
    });

    /** What makes the copy a thread has 13 keys, and what would clean up has 4. */
    function isLastStep(args: readonly unknown[]): boolean {
      return args[1] === 13 || args[1] === 4;
    }

    it("inside of the server where the ids share what stands in braces", async () => {
      const saver = new RedisSaver(client, { keyPrefix });
      await putTurn(saver, { thread: "{tenant}:1", id: turnId(1), values: { a: 1 } });
      await saver.copyThread("{tenant}:1", "{tenant}:2");
      expect((await saver.get(configOf("{tenant}:2")))?.channel_values).toEqual({ a: 1 });
    });
  },
);

describe.runIf(hasPrivate("redis:8"))("a plain client on a server that takes one slot a call", () => {
  countTests(newest);

  it("does every call, as before a proxy that hides a cluster", async () => {
    await using server = await startPrivate("redis:8", { args: ["--cluster-enabled", "yes"] });
    const client = new Redis(server.url);
    await client.call("CLUSTER", "ADDSLOTSRANGE", 0, 16_383);
    await expect.poll(() => client.cluster("INFO"), PATIENT).toContain("cluster_state:ok");
    const saver = new RedisSaver(client);
    for (const call of Object.values({ ...callsOnOneThread, ...callsOnAllThreads, ...callsInSteps }))
      await call(saver);
    const names: string[] = [];
    for await (const { threadId } of saver.listThreads()) names.push(threadId);
    expect(names.sort()).toEqual(["copy", "t"]);
    client.disconnect();
  });
});
