import { RedisSaver } from "@threadmark/redis";
import { countTests, nameOf } from "@threadmark/services";
import { describe, expect, it } from "vitest";
import { allServers, keysWith, PATIENT, useKeys } from "./server.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

/** In milliseconds. */
const HOUR = 3_600_000;

describe.each(allServers.map((server) => ({ title: nameOf(server), server })))(
  "expiry on $title",
  ({ server }) => {
    countTests(server);
    const { client, keyPrefix } = useKeys(server);

    /** The expiry of every key of a thread, in milliseconds since 1970; -1 is never. */
    async function expiries(thread: string): Promise<number[]> {
      const keys = (await keysWith(client, keyPrefix)).filter((key) => key.endsWith(`:${thread}`));
      return Promise.all(keys.map((key) => client.pexpiretime(key)));
    }

    async function fill(saver: RedisSaver, thread: string): Promise<void> {
      await putTurn(saver, { thread, id: turnId(1), values: { text: longText(thread) } });
      await saver.putWrites(configOf(thread, turnId(1)), [["c", longText("write")]], "task");
    }

    it("all keys of a thread expire in the same millisecond, also those that come later", async () => {
      const saver = new RedisSaver(client, { keyPrefix, ttl: { seconds: 1000 } });
      await putTurn(saver, { thread: "same", id: turnId(1) });
      expect(await expiries("same")).toHaveLength(3);
      // A saver without a time to live leaves that of the thread as it is, and gives it to new keys too.
      await fill(new RedisSaver(client, { keyPrefix }), "same");
      const all = await expiries("same");
      expect(all).toHaveLength(5);
      expect(new Set(all).size).toBe(1);
      expect(all[0]).toBeGreaterThan(Date.now());
    });

    it("writing renews it on every key, reading only if the saver says so, and a thread's own time comes first", async () => {
      const saver = new RedisSaver(client, { keyPrefix, defaultTTL: 60 });
      await fill(saver, "renewed");
      const [first] = await expiries("renewed");
      await new RedisSaver(client, { keyPrefix, defaultTTL: 6000 }).getTuple(configOf("renewed"));
      expect(new Set(await expiries("renewed"))).toEqual(new Set([first]));
      await new RedisSaver(client, { keyPrefix, defaultTTL: 120, refreshOnRead: true }).getTuple(
        configOf("renewed"),
      );
      const read = new Set(await expiries("renewed"));
      expect(read.size).toBe(1);
      // Two hours in place of one.
      expect(Math.round(([...read][0]! - first!) / HOUR)).toBe(1);
      await saver.setThreadTtl("renewed", { seconds: 60 * 3600 });
      await fill(saver, "renewed");
      const own = new Set(await expiries("renewed"));
      expect(own.size).toBe(1);
      expect(Math.round(([...own][0]! - first!) / HOUR)).toBe(59);
      await saver.setThreadTtl("renewed", null);
      await fill(saver, "renewed");
      expect(new Set(await expiries("renewed"))).toEqual(new Set([-1]));
    });

    it("without a time to live no key expires", async () => {
      await fill(new RedisSaver(client, { keyPrefix }), "staying");
      expect(new Set(await expiries("staying"))).toEqual(new Set([-1]));
    });

    it("a copy expires when its source does", async () => {
      await fill(new RedisSaver(client, { keyPrefix, defaultTTL: 5 }), "source");
      await new RedisSaver(client, { keyPrefix }).copyThread("source", "its copy");
      const [source, copy] = [await expiries("source"), await expiries("its copy")];
      expect(copy).toEqual(source);
      expect(copy).toHaveLength(5);
    });

    it("leaves names in the indexes only, and sweep removes these, runs included", async () => {
      const saver = new RedisSaver(client, { keyPrefix: `${keyPrefix}-gone`, ttl: { seconds: 0.2 } });
      for (const thread of ["a", "b", "c"]) {
        await putTurn(saver, { thread, id: turnId(1), values: { text: longText(thread) }, run: "run" });
      }
      await expect.poll(() => saver.getTuple(configOf("c")), PATIENT).toBeUndefined();
      const listed: string[] = [];
      for await (const { threadId } of saver.listThreads()) listed.push(threadId);
      expect(listed).toEqual([]);
      expect(await saver.deleteForRuns(["run"])).toEqual({ threads: 0, checkpoints: 0 });
      expect(await saver.sweep()).toBe(3);
      expect(await keysWith(client, `${keyPrefix}-gone`)).toEqual([]);
    });

    it.each(["sweep", "rebuildIndexes"] as const)(
      "a thread that only the index takes for expired stays, and %s mends the index",
      async (call) => {
        const prefix = `${keyPrefix}-${call}`;
        const saver = new RedisSaver(client, { keyPrefix: prefix });
        const threads = ["for a time", "for ever"];
        for (const thread of threads) await fill(saver, thread);
        await saver.setThreadTtl("for a time", { seconds: 1000 });
        for (const key of await keysWith(client, prefix)) {
          const [, bucket, thread] = /^(.*}:)t:(.*)$/.exec(key) ?? [];
          if (thread !== undefined) await client.zadd(`${bucket}expiry`, 1, thread);
        }
        expect(await saver[call]()).toBe(call === "sweep" ? 0 : threads.length);
        const listed: string[] = [];
        for await (const { threadId } of saver.listThreads()) listed.push(threadId);
        expect(listed.toSorted()).toEqual(threads);
        for (const thread of threads) {
          expect((await saver.get(configOf(thread)))?.channel_values).toEqual({ text: longText(thread) });
        }
      },
    );
  },
);
