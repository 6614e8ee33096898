import { countTests } from "@threadmark/services";
import type { MongoDBSaver } from "@threadmark/mongodb";
import { describe, expect, it } from "vitest";
import { CommandLog } from "./commands.ts";
import { onServers, openSaver, useDatabase } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe.each(onServers)("commands of a call on $title", ({ server }) => {
  countTests(server);
  const { client, dbName } = useDatabase(server, { monitorCommands: true });
  const log = new CommandLog(client);

  /** Without what it remembers of blobs, so that everything is sent and read. */
  async function freshSaver(): Promise<MongoDBSaver> {
    const saver = await openSaver(client, dbName, { blobCacheBytes: 0 });
    await saver.getTuple(configOf("warm"));
    return saver;
  }

  async function commandsOf(call: () => Promise<unknown>): Promise<string[]> {
    return (await log.of(call)).map(({ name }) => name);
  }

  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`channel ${i}`, longText(`value ${i}`, 60_000)]),
  );
  const fifty = Array.from({ length: 50 }, (_, i): [string, unknown] => [
    `channel ${i}`,
    longText(`write ${i}`, 6000),
  ]);

  it("are few for one that knows the thread", async () => {
    const saver = await freshSaver();
    const put = (n: number, values: Record<string, unknown>) =>
      putTurn(saver, { thread: "t", id: turnId(n), parent: turnId(n - 1), values });
    expect(await commandsOf(() => put(1, many))).toEqual(["find", "update"]);
    expect(await commandsOf(() => put(2, { ...many, n: 2 }))).toEqual(["update"]);
    expect(await commandsOf(() => put(3, { n: 3 }))).toEqual(["update"]);
    const write = () => saver.putWrites(configOf("t", turnId(3)), fifty, "task");
    expect(await commandsOf(write)).toEqual(["update"]);
    expect(await commandsOf(write)).toEqual(["update"]);
    expect(await commandsOf(() => saver.getTuple(configOf("t")))).toEqual(["aggregate", "find"]);
    expect(await commandsOf(() => saver.getTuple(configOf("t", turnId(2))))).toEqual(["aggregate", "find"]);
    expect(await commandsOf(() => saver.getTuple(configOf("nobody")))).toEqual(["aggregate"]);
    expect(await commandsOf(() => saver.deleteThread("t"))).toEqual([
      "update",
      "aggregate",
      "delete",
      "delete",
    ]);
    expect(await commandsOf(() => saver.deleteThread("t"))).toEqual(["update", "aggregate"]);
  });

  it("are at most one more for one that does not", async () => {
    await putTurn(await freshSaver(), { thread: "known", id: turnId(1), values: many });
    const [one, other] = [await freshSaver(), await freshSaver()];
    const second = { thread: "known", id: turnId(2), parent: turnId(1), values: { n: 1 } };
    expect(await commandsOf(() => putTurn(one, second))).toEqual(["find", "update"]);
    expect(await commandsOf(() => other.putWrites(configOf("known", turnId(2)), fifty, "task"))).toEqual([
      "find",
      "update",
    ]);
  });

  it("one for a new thread: its first checkpoint with the writes of its tasks, read before or not", async () => {
    const saver = await freshSaver();
    await saver.getTuple(configOf("new"));
    const values = { text: longText("text", 3000) };
    const begin = (thread: string) =>
      Promise.all([
        putTurn(saver, { thread, id: turnId(1), values }),
        saver.putWrites(configOf(thread, turnId(1)), [["w", "small"]], "task"),
      ]);
    const [update, ...others] = await log.of(() => begin("new"));
    expect(others).toEqual([]);
    // Checkpoint, writes, thread.
    expect(update!.command["updates"]).toHaveLength(3);
    expect((await saver.getTuple(configOf("new")))?.pendingWrites).toEqual([["task", "w", "small"]]);
    expect(await commandsOf(() => putTurn(saver, { thread: "not read", id: turnId(1), values }))).toEqual([
      "update",
    ]);
    // Taken for the first of a new thread.
    await putTurn(await freshSaver(), { thread: "there", id: turnId(1), values });
    expect(await commandsOf(() => putTurn(saver, { thread: "there", id: turnId(2), values }))).toEqual([
      "update",
      "find",
      "update",
    ]);
  });

  it("one for a small put, with one guard; one find for the newest checkpoint of a thread that is known", async () => {
    const saver = await openSaver(client, dbName);
    const turns = Array.from({ length: 10 }, (_, i) => `turn ${i}: ${longText(String(i), 300)}`);
    await putTurn(saver, { thread: "small", id: turnId(1), values: { turns } });
    const next = { thread: "small", id: turnId(2), parent: turnId(1), values: { turns: [...turns, "more"] } };
    const [update] = await log.of(() => putTurn(saver, next));
    expect(update!.command["updates"]).toHaveLength(2);
    expect(await commandsOf(() => saver.getTuple(configOf("small")))).toEqual(["find"]);
    expect(await commandsOf(() => saver.getTuple(configOf("small", turnId(2))))).toEqual(["find"]);
    await putTurn(await freshSaver(), {
      thread: "small",
      id: turnId(3),
      parent: turnId(2),
      values: { n: 3 },
    });
    // Somebody else has put a newer one, which is then known.
    expect(await commandsOf(() => saver.getTuple(configOf("small")))).toEqual(["find", "aggregate"]);
    expect(await commandsOf(() => saver.getTuple(configOf("small")))).toEqual(["find"]);
  });

  it("a read makes the thread known", async () => {
    await putTurn(await freshSaver(), { thread: "read", id: turnId(1), values: many });
    const saver = await freshSaver();
    await saver.getTuple(configOf("read"));
    expect(await commandsOf(() => saver.putWrites(configOf("read", turnId(1)), fifty, "task"))).toEqual([
      "update",
    ]);
  });

  it("are shared by simultaneous writes to one thread", async () => {
    const saver = await freshSaver();
    await putTurn(saver, { thread: "at once", id: turnId(1) });
    const values = { text: longText("text", 60_000) };
    const turn = (n: number) => ({ thread: "at once", id: turnId(n), parent: turnId(n - 1), values });
    const some = fifty.slice(0, 5);
    const atOnce = () =>
      Promise.all([
        putTurn(saver, turn(2)),
        saver.putWrites(configOf("at once", turnId(2)), some, "task"),
        saver.putWrites(configOf("at once", turnId(2)), some, "other task"),
        putTurn(saver, { ...turn(3), values: { n: 3 } }),
      ]);
    expect(await commandsOf(atOnce)).toEqual(["update"]);
    const tuple = await saver.getTuple(configOf("at once", turnId(2)));
    expect(tuple?.checkpoint.channel_values).toEqual(values);
    expect(tuple?.pendingWrites).toHaveLength(10);
  });

  it("do not fail together: one that is too large does not take the others with it", async () => {
    const saver = await freshSaver();
    await putTurn(saver, { thread: "apart", id: turnId(1) });
    const turn = (n: number, size: number) =>
      putTurn(saver, { thread: "apart", id: turnId(n), metadata: { text: "x".repeat(size) } });
    const outcomes = await Promise.allSettled([turn(2, 1), turn(3, 1), turn(4, 17_000_000), turn(5, 1)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    const ids: string[] = [];
    for await (const { checkpoint } of saver.list(configOf("apart"))) ids.push(checkpoint.id);
    expect(ids).toEqual([5, 3, 2, 1].map(turnId));
  });

  it("one more for a put with a fence", async () => {
    const saver = await openSaver(client, dbName, { fence: "head" });
    await putTurn(saver, { thread: "fenced", id: turnId(1), values: many });
    const next = { thread: "fenced", id: turnId(2), parent: turnId(1), values: many };
    expect(await commandsOf(() => putTurn(saver, next))).toEqual(["find", "update"]);
  });

  it("as many for a removal from a hundred threads as from one", async () => {
    const saver = await openSaver(client, dbName);
    const text = longText("text", 20_000);
    const makeThreads = async (count: number, prefix: string): Promise<string[]> => {
      const threads = Array.from({ length: count }, (_, i) => `${prefix} ${i}`);
      for (const thread of threads) {
        for (const n of [1, 2, 3]) {
          const run = n === 3 ? `last ${prefix}` : prefix;
          const parent = n > 1 ? turnId(n - 1) : undefined;
          await putTurn(saver, { thread, id: turnId(n), parent, values: { text: text + n }, run });
        }
      }
      return threads;
    };
    const [one, many100] = [await makeThreads(1, "one"), await makeThreads(100, "hundred")];
    const prune = async (threadIds: string[], keepLatest: number): Promise<string[]> =>
      commandsOf(async () => {
        const report = await saver.prune({ threadIds, keepLatest, olderThan: new Date(Date.now() + 60_000) });
        expect(report.threads).toBe(threadIds.length);
      });
    const ofOne = await prune(one, 2);
    expect(ofOne.length).toBeLessThan(25);
    expect(await prune(many100, 2)).toEqual(ofOne);
    const byRun = async (run: string): Promise<string[]> =>
      commandsOf(async () => {
        const report = await saver.deleteForRuns([run]);
        expect(report.threads).toBe(run.endsWith("one") ? 1 : 100);
      });
    expect(await byRun("hundred")).toEqual(await byRun("one"));
    for (const thread of many100) {
      const tuple = await saver.getTuple(configOf(thread));
      expect(tuple?.checkpoint.channel_values).toEqual({ text: `${text}3` });
      expect(tuple?.parentConfig).toBeUndefined();
    }
    // All that there is of them: the threads go, too.
    expect(await byRun("last hundred")).toEqual(await byRun("last one"));
    expect(await saver.getTuple(configOf("hundred 99"))).toBeUndefined();
  });

  it("two for each page of a listing, and no more when the loop ends early", async () => {
    const saver = await freshSaver();
    for (let i = 1; i <= 250; i++) {
      await putTurn(saver, { thread: "long", id: turnId(i), values: { own: longText(`turn ${i}`) } });
      await putTurn(saver, { thread: "same", id: turnId(i), values: { n: i, same: longText("same") } });
    }
    const all = (thread: string) => async (): Promise<void> => {
      const ids = new Set<string>();
      for await (const { checkpoint } of saver.list(configOf(thread))) ids.add(checkpoint.id);
      expect(ids.size).toBe(250);
    };
    const page = ["aggregate", "find"];
    expect(await commandsOf(all("long"))).toEqual([...page, ...page, ...page]);
    // What the page before had is not read again.
    expect(await commandsOf(all("same"))).toEqual([...page, "aggregate", "aggregate"]);
    expect(await commandsOf(() => first(saver.list(configOf("long"))))).toEqual(page);
    expect(await commandsOf(() => first(saver.listThreads()))).toEqual(["aggregate"]);
  });

  it("sends and reads only what the other side does not have", async () => {
    const saver = await openSaver(client, dbName);
    const turns = Array.from({ length: 300 }, (_, i) => `turn ${i}: ${longText(String(i), 500)}`);
    await putTurn(saver, { thread: "grow", id: turnId(1), values: { turns } });
    await saver.getTuple(configOf("grow"));
    turns.push("one more");
    const next = { thread: "grow", id: turnId(2), parent: turnId(1), values: { turns } };
    const [update] = await log.of(() => putTurn(saver, next));
    expect((update!.command["updates"] as unknown[]).length).toBeLessThan(12);
    expect(await commandsOf(() => saver.getTuple(configOf("grow")))).toEqual(["find"]);
  });
});

async function first(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items) return;
}
