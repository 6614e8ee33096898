import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { standalone, useDatabase } from "./database.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const STEPS = [4 * MINUTE, 5 * MINUTE, 11 * MINUTE, DAY, 365 * DAY].flatMap((by) => [by, -by]);

describe("the clock of the client steps", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const RealDate = Date;
  let step = 0;

  beforeEach(() => {
    const now = (): number => RealDate.now() + step;
    globalThis.Date = new Proxy(RealDate, {
      construct: (target, given, made) =>
        Reflect.construct(target, given.length > 0 ? given : [now()], made) as Date,
      get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
    });
  });

  afterEach(() => {
    globalThis.Date = RealDate;
    step = 0;
  });

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
    const began = RealDate.now();
    for (const by of STEPS) {
      const thread = `by ${by}`;
      step = 0;
      await put(saver, thread, 1);
      step = by;
      expect((await saver.getTuple(configOf(thread)))?.checkpoint.id, thread).toBe(turnId(1));
      await put(saver, thread, 2);
      expect(await listed(saver, thread), thread).toEqual([turnId(2), turnId(1)]);
      expect(await saver.sweep(), thread).toBe(0);
      step = -by;
      expect(await listed(saver, thread), thread).toEqual([turnId(2), turnId(1)]);
      expect(await saver.sweep(), thread).toBe(0);
      await saver.copyThread(thread, `copy of ${thread}`);
      step = 0;
      await put(saver, thread, 3);
      expect((await saver.getTuple(configOf(thread)))?.checkpoint.id, thread).toBe(turnId(3));
    }
    const order: string[] = [];
    for await (const { threadId, createdAt, updatedAt, expiresAt } of saver.listThreads()) {
      order.push(threadId);
      // The clocks of server and client are of one machine.
      expect(createdAt.getTime()).toBeGreaterThanOrEqual(began - 1000);
      expect(updatedAt.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
      expect(updatedAt.getTime()).toBeLessThanOrEqual(RealDate.now() + 1000);
      expect(expiresAt!.getTime()).toBeGreaterThan(updatedAt.getTime());
      expect(expiresAt!.getTime()).toBeLessThanOrEqual(RealDate.now() + 301_000);
    }
    const names = STEPS.flatMap((by) => [`copy of by ${by}`, `by ${by}`]);
    expect(order).toEqual(names.toReversed());
  });

  it("and what has expired stays so", async () => {
    const saver = new MongoDBSaver({ client, dbName, ttl: 60 });
    for (const by of STEPS) {
      const thread = `by ${by}`;
      step = by;
      await put(saver, thread, 1);
      await saver.setThreadTtl(thread, { seconds: 0.001 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (step of [by, 0, -by]) {
        expect(await saver.getTuple(configOf(thread)), thread).toBeUndefined();
        expect(await listed(saver, thread), thread).toEqual([]);
      }
      step = -by;
      expect(await saver.sweep(), thread).toBe(1);
    }
  });

  it("and a removal that ended in the middle is completed, one under way is waited for", async () => {
    const saver = new MongoDBSaver({ client, dbName });
    const threads = client.db(dbName).collection("threadmark_checkpoints");
    for (const by of STEPS) {
      const thread = `by ${by}`;
      for (const n of [1, 2, 3]) await put(saver, thread, n);
      step = by;
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
