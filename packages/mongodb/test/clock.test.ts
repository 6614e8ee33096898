import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { STEPS, survivesClockSteps, useSteppingClock } from "@threadmark/storage-tests";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { describe, expect, it } from "vitest";
import { standalone, useDatabase } from "./database.ts";

describe("the clock of the client is set", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  survivesClockSteps((options) => new MongoDBSaver({ client, dbName, ...options }));
});

describe("the clock of the client steps", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const clock = useSteppingClock();

  const put = async (saver: MongoDBSaver, thread: string, n: number): Promise<void> => {
    const values = { text: longText(`${thread} ${n}`) };
    await putTurn(saver, { thread, id: turnId(n), parent: n > 1 ? turnId(n - 1) : undefined, values });
  };

  const listed = async (saver: MongoDBSaver, thread: string): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { checkpoint } of saver.list(configOf(thread))) ids.push(checkpoint.id);
    return ids;
  };

  it.each([true, false])("and what is alive stays so, with aggregates: %s", async (aggregates) => {
    const checkpointCollectionName = `alive_${String(aggregates)}`;
    const ttl = { seconds: 300, refreshOnRead: true };
    const saver = new MongoDBSaver({ client, dbName, checkpointCollectionName, aggregates, ttl });
    const began = Date.now();
    for (const by of STEPS) {
      const thread = `by ${by}`;
      clock.step = 0;
      await put(saver, thread, 1);
      clock.step = by;
      expect((await saver.getTuple(configOf(thread)))?.checkpoint.id, thread).toBe(turnId(1));
      await put(saver, thread, 2);
      expect(await listed(saver, thread), thread).toEqual([turnId(2), turnId(1)]);
      expect(await saver.sweep(), thread).toBe(0);
      clock.step = -by;
      expect(await listed(saver, thread), thread).toEqual([turnId(2), turnId(1)]);
      expect(await saver.sweep(), thread).toBe(0);
      await saver.copyThread(thread, `copy of ${thread}`);
      clock.step = 0;
      await put(saver, thread, 3);
      expect((await saver.getTuple(configOf(thread)))?.checkpoint.id, thread).toBe(turnId(3));
    }
    const order: string[] = [];
    for await (const { threadId, createdAt, updatedAt, expiresAt } of saver.listThreads()) {
      order.push(threadId);
      // The clocks of server and client are of one machine.
      expect(createdAt.getTime()).toBeGreaterThanOrEqual(began - 1000);
      expect(updatedAt.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
      expect(updatedAt.getTime()).toBeLessThanOrEqual(Date.now() + 1000);
      expect(expiresAt!.getTime()).toBeGreaterThan(updatedAt.getTime());
      expect(expiresAt!.getTime()).toBeLessThanOrEqual(Date.now() + 301_000);
    }
    const names = STEPS.flatMap((by) => [`copy of by ${by}`, `by ${by}`]);
    expect(order).toEqual(names.toReversed());
  });

  it("and a removal that ended in the middle is completed, one under way is waited for", async () => {
    const saver = new MongoDBSaver({ client, dbName });
    const threads = client.db(dbName).collection("threadmark_checkpoints");
    for (const by of STEPS) {
      const thread = `by ${by}`;
      for (const n of [1, 2, 3]) await put(saver, thread, n);
      clock.step = by;
      await Promise.all([
        saver.prune({ threadIds: [thread], keepLatest: 2 }),
        saver.prune({ threadIds: [thread], keepLatest: 1 }),
        put(saver, thread, 4),
      ]);
      const [newest] = await listed(saver, thread);
      expect(newest, thread).toBe(turnId(4));
      const doc = await threads.findOne({ thread });
      expect(doc, thread).not.toHaveProperty("busy");
    }
  });
});
