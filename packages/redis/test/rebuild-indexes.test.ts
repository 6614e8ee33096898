import { RedisSaver } from "@threadmark/redis";
import { countTests, nameOf } from "@threadmark/services";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { allServers, keysWith, newest, newPrefix, removeKeys, useKeys, type Client } from "./server.ts";

// What could be taken for a pattern, or for another part of a key.
const THREADS = ["a", "}:t:", "{tenant}:1", "*", "a:t:b", ""].map((name) => `thread ${name}`);

async function fill(saver: RedisSaver): Promise<void> {
  for (const [i, thread] of THREADS.entries()) {
    for (const n of [1, 2]) {
      const values = { text: longText(`${thread} ${n}`) };
      await putTurn(saver, { thread, id: turnId(n), values, run: `run ${i % 2}` });
    }
  }
}

async function threadsOf(saver: RedisSaver): Promise<unknown[]> {
  const threads: unknown[] = [];
  for await (const thread of saver.listThreads()) threads.push(thread);
  return threads;
}

/** As an eviction does it. */
async function loseIndexes(client: Client, prefix: string): Promise<void> {
  const indexes = (await keysWith(client, prefix)).filter((key) => /}:[a-z]+$/.test(key));
  expect(indexes.length).toBeGreaterThan(0);
  await Promise.all(indexes.map((key) => client.unlink(key)));
}

describe.each(allServers.map((server) => ({ title: nameOf(server), server })))(
  "indexes that were evicted, on $title",
  ({ server }) => {
    countTests(server);
    const { client, keyPrefix } = useKeys(server);

    it("are as before once they were rebuilt, and so is what they are for", async () => {
      const saver = new RedisSaver(client, { keyPrefix: `${keyPrefix}[1]` });
      await fill(saver);
      await saver.setThreadTtl(THREADS[0]!, { seconds: 1000 });
      const other = new RedisSaver(client, { keyPrefix: `${keyPrefix}1` });
      await putTurn(other, { thread: "of somebody else", id: turnId(1) });
      const before = await threadsOf(saver);
      expect(before).toHaveLength(THREADS.length);
      await loseIndexes(client, keyPrefix);
      expect(await threadsOf(saver)).toEqual([]);
      expect(await saver.rebuildIndexes()).toBe(THREADS.length);
      expect(await threadsOf(saver)).toEqual(before);
      expect(await threadsOf(other)).toEqual([]);
      // Nothing is there twice when it is done once more.
      expect(await saver.rebuildIndexes()).toBe(THREADS.length);
      expect(await threadsOf(saver)).toEqual(before);
      expect(await saver.deleteForRuns(["run 1"])).toEqual({ threads: 3, checkpoints: 6 });
      expect(await saver.prune({ allThreads: true, keepLatest: 1 })).toEqual({ threads: 3, checkpoints: 3 });
    });

    it("have no thread that is gone, and one of which a part is gone, so that it can be deleted", async () => {
      const saver = new RedisSaver(client, { keyPrefix: `${keyPrefix}-gone` });
      await fill(saver);
      await saver.deleteThread(THREADS[0]!);
      const part = (await keysWith(client, `${keyPrefix}-gone`)).find((key) =>
        key.endsWith(`:c:${THREADS[1]}`),
      );
      await client.unlink(part!);
      await loseIndexes(client, `${keyPrefix}-gone`);
      expect(await saver.rebuildIndexes()).toBe(THREADS.length - 1);
      const listed = (await threadsOf(saver)) as { threadId: string }[];
      expect(listed.map(({ threadId }) => threadId).sort()).toEqual(THREADS.slice(1).sort());
      for (const { threadId } of listed) await saver.deleteThread(threadId);
      expect(await keysWith(client, `${keyPrefix}-gone`)).toEqual([]);
    });

    it("may be rebuilt during writes", async () => {
      const saver = new RedisSaver(client, { keyPrefix: `${keyPrefix}-busy` });
      let running = true;
      const write = async (thread: string): Promise<void> => {
        for (let n = 1; running; n++) await putTurn(saver, { thread, id: turnId(n), values: { n } });
      };
      const writing = Promise.all(THREADS.map(write));
      for (let round = 0; round < 5; round++) await saver.rebuildIndexes();
      running = false;
      await writing;
      const before = await threadsOf(saver);
      expect(before).toHaveLength(THREADS.length);
      expect(await saver.rebuildIndexes()).toBe(THREADS.length);
      expect(await threadsOf(saver)).toEqual(before);
    });
  },
);

describe("a saver that is closed", () => {
  countTests(newest);
  const { client, keyPrefix } = useKeys();

  it("ends the rebuilding of its indexes first, and refuses a later one", async () => {
    await fill(new RedisSaver(client, { keyPrefix }));
    const saver = RedisSaver.fromUrl(newest.url, { keyPrefix });
    let rebuilt: number | undefined;
    const rebuilding = saver.rebuildIndexes().then((threads) => (rebuilt = threads));
    await saver.close();
    expect(rebuilt).toBe(THREADS.length);
    await rebuilding;
    await expect(saver.rebuildIndexes()).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("indexes under a prefix of the client", () => {
  countTests(newest);

  it("are rebuilt too", async () => {
    const prefix = newPrefix();
    const client = new Redis(newest.url, { keyPrefix: `${prefix}*:` });
    const saver = new RedisSaver(client);
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    const admin = new Redis(newest.url);
    await loseIndexes(admin, prefix);
    expect(await saver.rebuildIndexes()).toBe(1);
    expect(await threadsOf(saver)).toHaveLength(1);
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
    await removeKeys(admin, prefix);
    for (const one of [client, admin]) one.disconnect();
  });
});
