import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { countTests, hasPrivate, startFaultProxy, type FaultProxy } from "@threadmark/services";
import { startPrivate } from "@threadmark/services/private";
import { MongoDBSaver } from "@threadmark/mongodb";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DRIVERS, standalone, useDatabase } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { startWriting } from "@threadmark/storage-tests/writing";

describe("faults of the connection", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  let proxy: FaultProxy;
  let url: string;

  beforeAll(async () => {
    const target = new URL(standalone.url);
    proxy = await startFaultProxy({ host: target.hostname, port: Number(target.port) });
    url = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`;
    await new MongoDBSaver({ client, dbName }).setup();
  });

  afterAll(() => proxy.close());

  const own = (options: Parameters<typeof MongoDBSaver.fromConnString>[1] = {}) =>
    MongoDBSaver.fromConnString(url, {
      dbName,
      client: { serverSelectionTimeoutMS: 5000, heartbeatFrequencyMS: 500 },
      ...options,
    });

  it("connections that are reset while they are idle end neither the process nor the next call", async () => {
    await using saver = own();
    await putTurn(saver, { thread: "idle", id: turnId(1), values: { a: 1 } });
    proxy.reset();
    expect((await saver.get(configOf("idle")))?.channel_values).toEqual({ a: 1 });
    proxy.reset();
    await putTurn(saver, { thread: "idle", id: turnId(2), values: { a: 2 } });
    expect((await saver.get(configOf("idle")))?.channel_values).toEqual({ a: 2 });
  });

  it("an answer that is lost: put is stored once, and a copy does not fail", async () => {
    await using saver = own();
    await putTurn(saver, { thread: "lost", id: turnId(1), values: { text: longText("one") } });
    cutNext();
    await putTurn(saver, {
      thread: "lost",
      id: turnId(2),
      parent: turnId(1),
      values: { text: longText("two") },
    });
    cutNext();
    await saver.copyThread("lost", "copy");
    proxy.onData = () => false;
    const reader = new MongoDBSaver({ client, dbName });
    for (const thread of ["lost", "copy"]) {
      const found: unknown[] = [];
      for await (const { checkpoint } of reader.list(configOf(thread))) found.push(checkpoint.channel_values);
      expect(found).toEqual([{ text: longText("two") }, { text: longText("one") }]);
    }
  });

  it("an answer that is lost to several threads: each of them has what was put", async () => {
    await using saver = own();
    const threads = ["one", "two", "three"];
    const putAll = (n: number) =>
      Promise.all(
        threads.map((thread) =>
          putTurn(saver, { thread, id: turnId(n), values: { text: longText(thread) } }),
        ),
      );
    await putAll(1);
    cutNext();
    await putAll(2);
    proxy.onData = () => false;
    const reader = new MongoDBSaver({ client, dbName });
    for (const thread of threads) {
      const found: unknown[] = [];
      for await (const { checkpoint } of reader.list(configOf(thread)))
        found.push([checkpoint.id, checkpoint.channel_values]);
      expect(found).toEqual([2, 1].map((n) => [turnId(n), { text: longText(thread) }]));
    }
  });

  /** The next answer is lost, and its work is done. */
  function cutNext(): void {
    let cut = true;
    proxy.onData = (data) => {
      const now = cut && data.includes("nModified");
      if (now) cut = false;
      return now;
    };
  }

  it("a put that cannot be made rejects with the error of the driver, and nothing is visible", async () => {
    await using saver = own();
    await putTurn(saver, { thread: "down", id: turnId(1), values: { text: longText("one") } });
    await proxy.down();
    const put = putTurn(saver, { thread: "down", id: turnId(2), values: { text: longText("two") } });
    await expect(put).rejects.toMatchObject({ name: expect.stringMatching(/^Mongo\w+Error$/) });
    await proxy.up();
    expect((await new MongoDBSaver({ client, dbName }).get(configOf("down")))?.id).toBe(turnId(1));
  });

  it("no server at the first call: its error says why, and later calls work, with every driver", async () => {
    await proxy.down();
    // Longer than it takes to be refused, also on a machine that is busy with other things.
    const fast = { serverSelectionTimeoutMS: 3000 };
    const clients = Object.values(DRIVERS).flatMap((Driver) => [
      new Driver(url, fast),
      new Driver(url, fast),
    ]);
    // Of the application: its client is of no use after this, unless it is connected again.
    const spoiled = clients.filter((_, i) => i % 2 === 1);
    const pings = spoiled.map((one) =>
      expect(one.db("x").command({ ping: 1 })).rejects.toThrow(/ECONNREFUSED/),
    );
    await Promise.all(pings);
    const savers = [
      own({ client: fast }),
      ...clients.map((one) => new MongoDBSaver({ client: one, dbName })),
    ];
    const fails = async (saver: MongoDBSaver): Promise<void> => {
      for (const call of [
        () => saver.setup(),
        () => saver.getTuple(configOf("first")),
        () => putTurn(saver, { thread: "first", id: turnId(1) }),
      ]) {
        await expect(call()).rejects.toMatchObject({
          name: "MongoServerSelectionError",
          message: expect.stringContaining("ECONNREFUSED") as string,
        });
      }
    };
    await Promise.all(savers.map(fails));
    await proxy.up();
    for (const saver of savers) {
      const calls = [1, 2, 3].map((n) => putTurn(saver, { thread: "first", id: turnId(n), values: { n } }));
      await Promise.all(calls);
      expect((await saver.get(configOf("first")))?.channel_values).toEqual({ n: 3 });
      await saver.close();
    }
    await Promise.all(clients.map((one) => one.close()));
  });

  it("resets under load: what was acknowledged is there, and everything there is whole", async () => {
    await using saver = own({ blobCacheBytes: 0 });
    const writing = startWriting(saver, "load", 4);
    for (let round = 0; round < 25; round++) {
      const before = writing.acknowledged.size;
      await expect
        .poll(() => writing.acknowledged.size, { timeout: 240_000, interval: 5 })
        .toBeGreaterThan(before);
      proxy.reset();
    }
    await writing.stop();
    await writing.check(new MongoDBSaver({ client, dbName }));
  });

  it("a borrowed client is not closed, and a process ends when the saver that owns its client is closed", async () => {
    const lent = new MongoClient(url);
    const saver = new MongoDBSaver({ client: lent, dbName });
    await saver.getTuple(configOf("t"));
    await saver.close();
    expect(await lent.db("admin").command({ ping: 1 })).toMatchObject({ ok: 1 });
    await lent.close();
    const script = `
      import { MongoDBSaver } from "@threadmark/mongodb";
      const saver = MongoDBSaver.fromConnString(${JSON.stringify(url)}, { dbName: "${dbName}" });
      await saver.getTuple({ configurable: { thread_id: "t" } });
      await saver.close();
      process.stdout.write("closed");`;
    const args = ["--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
    expect(stdout).toBe("closed");
  });
});

describe.runIf(hasPrivate("mongodb"))("faults of a single server", () => {
  countTests(standalone);

  it.each([7, 6] as const)(
    "killed in the middle of writing, with driver %s: nothing acknowledged is lost",
    async (driver) => {
      await using server = await startPrivate("mongodb");
      const client = new DRIVERS[driver](server.url, { heartbeatFrequencyMS: 500 });
      const saver = new MongoDBSaver({ client });
      await saver.setup();
      const writing = startWriting(saver, "killed", 4);
      for (let round = 0; round < 3; round++) {
        const before = writing.acknowledged.size;
        await expect.poll(() => writing.acknowledged.size, { timeout: 240_000 }).toBeGreaterThan(before + 10);
        await server.kill();
        await server.start();
      }
      await writing.stop();
      await writing.check(new MongoDBSaver({ client, blobCacheBytes: 0 }));
      await client.close();
    },
    300_000,
  );
});
