import { isCheckpointError } from "@threadmark/core";
import { RedisSaver } from "@threadmark/redis";
import { countTests, hasPrivate } from "@threadmark/services";
import { startPrivate } from "@threadmark/services/private";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { keysWith, newest, useKeys } from "./server.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

async function fill(saver: RedisSaver, thread: string): Promise<void> {
  await putTurn(saver, { thread, id: turnId(1), values: { text: longText(thread) } });
  await saver.putWrites(configOf(thread, turnId(1)), [["c", longText("write")]], "task");
}

describe("a thread of which Redis has evicted a part", () => {
  countTests(newest);
  const { client, keyPrefix } = useKeys();

  it.each(["t", "c", "o", "w", "b"])(
    "without its key %s gives INCOMPLETE to every call, until it is deleted",
    async (kind) => {
      const thread = `without ${kind}`;
      await fill(new RedisSaver(client, { keyPrefix }), thread);
      const key = (await keysWith(client, keyPrefix)).find((one) => one.endsWith(`:${kind}:${thread}`));
      await client.unlink(key!);
      const saver = new RedisSaver(client, { keyPrefix });
      const list = async (): Promise<void> => {
        for await (const tuple of saver.list(configOf(thread))) expect(tuple).toBeUndefined();
      };
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        getTuple: () => saver.getTuple(configOf(thread)),
        getThread: () => saver.getThread(thread),
        list,
        put: () => putTurn(saver, { thread, id: turnId(2), parent: turnId(1) }),
        putWrites: () => saver.putWrites(configOf(thread, turnId(1)), [["d", 1]], "other"),
        setThreadTtl: () => saver.setThreadTtl(thread, { seconds: 1000 }),
        prune: () => saver.prune({ threadIds: [thread], keepLatest: 0 }),
        history: () => saver.getDeltaChannelHistory({ config: configOf(thread), channels: ["c"] }),
        copyThread: () => saver.copyThread(thread, "copy"),
      };
      for (const call of Object.values(calls)) {
        await expect(call()).rejects.toMatchObject({ code: "INCOMPLETE", threadId: thread });
      }
      await expect(saver.copyThread("missing", thread)).rejects.toMatchObject({ code: "THREAD_NOT_FOUND" });
      await saver.deleteThread(thread);
      expect(await saver.getTuple(configOf(thread))).toBeUndefined();
      await fill(saver, thread);
      expect((await saver.getTuple(configOf(thread)))?.pendingWrites).toEqual([
        ["task", "c", longText("write")],
      ]);
    },
  );
});

describe.runIf(hasPrivate("redis:8"))("a Redis that evicts what was not used for long", () => {
  countTests(newest);

  it("never gives a thread with an empty channel or without its writes", async () => {
    await using server = await startPrivate("redis:8", {
      args: ["--maxmemory", "8mb", "--maxmemory-policy", "allkeys-lru"],
    });
    const client = new Redis(server.url);
    const saver = new RedisSaver(client, { blobCacheBytes: 0 });
    const outcomes = { whole: 0, incomplete: 0, absent: 0 };
    const isSeen = () => Object.values(outcomes).every((count) => count > 0);
    // Redis evicts the oldest of a few keys that it picks by chance, so any of these may need another round.
    for (let round = 0; !isSeen(); round++) {
      const threads = Array.from({ length: 400 }, (_, i) => `t${round} ${i}`);
      for (const thread of threads) {
        // A thread that lost a part while it was being written says so.
        await fill(saver, thread).catch((error: unknown) => {
          if (!isCheckpointError(error, "INCOMPLETE")) throw error;
        });
      }
      for (const thread of threads) {
        const whole = { values: { text: longText(thread) }, writes: [["task", "c", longText("write")]] };
        const found = await saver.getTuple(configOf(thread)).then(
          (tuple) => tuple && { values: tuple.checkpoint.channel_values, writes: tuple.pendingWrites },
          (error: { code: string }) => error.code,
        );
        expect([undefined, "INCOMPLETE", whole]).toContainEqual(found);
        outcomes[found === undefined ? "absent" : found === "INCOMPLETE" ? "incomplete" : "whole"]++;
      }
    }
    client.disconnect();
  });
});
