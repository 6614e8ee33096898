import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { describe, expect, it } from "vitest";
import { onServers, openSaver, useDatabase } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const SECONDS = 20;
interface StoredDoc {
  readonly _id: { readonly t: string; readonly k: number };
  readonly g: string;
  readonly valid?: readonly string[];
}

const COLLECTION = "threadmark_checkpoints";

describe.each(onServers)("many at once on $title", ({ server }) => {
  countTests(server);
  const { client, dbName } = useDatabase(server, { maxPoolSize: 20 });

  it(
    `prune and deleteThread beside 8 writers for ${SECONDS} s: no reader sees a missing blob`,
    async () => {
      await openSaver(client, dbName);
      const end = Date.now() + SECONDS * 1000;
      const counts = { puts: 0, prunes: 0, reads: 0 };
      // Two writers a thread; values come and go, so that prune removes what the next put has again.
      const write = async (writer: number): Promise<void> => {
        const saver = new MongoDBSaver({ client, dbName });
        const thread = `t${writer % 4}`;
        for (let n = writer; Date.now() < end; n += 10) {
          const values = { same: longText("same"), turn: longText(`turn ${n % 30}`), n };
          const { configurable } = await putTurn(saver, { thread, id: turnId(n), values });
          const writes: [string, unknown][] = [
            ["w", longText(`write ${n % 20}`)],
            ["w", longText(`write ${n % 20}`)],
          ];
          await saver.putWrites({ configurable: configurable! }, writes, "task");
          counts.puts++;
        }
      };
      const prune = async (): Promise<void> => {
        const saver = new MongoDBSaver({ client, dbName });
        while (Date.now() < end) {
          await saver.prune({ keepLatest: 2 });
          if (++counts.prunes % 7 === 0) await saver.deleteThread("t3");
        }
      };
      const read = async (reader: number): Promise<void> => {
        const saver = new MongoDBSaver({
          client,
          dbName,
          blobCacheBytes: reader === 0 ? 0 : 64 * 1024 * 1024,
          aggregates: reader !== 2,
        });
        while (Date.now() < end) {
          for (let t = 0; t < 4; t++) {
            for await (const { checkpoint, pendingWrites = [] } of saver.list(configOf(`t${t}`))) {
              checkWhole(checkpoint.channel_values, pendingWrites);
            }
            const newest = await saver.getTuple(configOf(`t${t}`));
            if (newest) checkWhole(newest.checkpoint.channel_values, newest.pendingWrites ?? []);
            counts.reads++;
          }
        }
      };
      const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
      await Promise.all([...writers, prune(), prune(), read(0), read(1), read(2)]);
      for (const count of Object.values(counts)) expect(count).toBeGreaterThan(5);
      // What a writer was overtaken with is gone as well.
      await new MongoDBSaver({ client, dbName }).prune({ keepLatest: 1 });
      expect(await leftovers()).toEqual([]);
    },
    (SECONDS + 120) * 1000,
  );

  /** Records that belong to no valid generation of their thread. */
  async function leftovers(): Promise<unknown[]> {
    const collection = client.db(dbName).collection<StoredDoc>(COLLECTION);
    const threads = await collection.find({ "_id.k": 9 }).toArray();
    const valid = new Map(threads.map((doc) => [doc._id.t, doc.valid ?? []]));
    const docs = await collection.find({ "_id.k": { $lt: 4 } }).toArray();
    return docs.filter((doc) => !valid.get(doc._id.t)?.includes(doc.g));
  }

  it("50 identical putWrites at once give one row of each", async () => {
    const savers = await Promise.all(Array.from({ length: 5 }, () => openSaver(client, dbName)));
    await putTurn(savers[0]!, { thread: "rows", id: turnId(1), values: {} });
    const writes: [string, unknown][] = [
      ["a", 1],
      ["b", longText("b")],
      ["__resume__", "r"],
    ];
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        savers[i % 5]!.putWrites(configOf("rows", turnId(1)), writes, "task", "path"),
      ),
    );
    const tuple = await savers[0]!.getTuple(configOf("rows"));
    expect(tuple?.pendingWrites).toEqual([
      ["task", "__resume__", "r"],
      ["task", "a", 1],
      ["task", "b", longText("b")],
    ]);
  });

  it("of 16 puts on one parent with a fence, one wins and the others get CONFLICT", async () => {
    const savers = Array.from({ length: 16 }, () => new MongoDBSaver({ client, dbName, fence: "head" }));
    let parent: string | undefined;
    for (const round of [1, 2, 3, 4]) {
      const outcomes = await Promise.allSettled(
        savers.map((saver, i) => putTurn(saver, { thread: "fence", id: turnId(round * 100 + i), parent })),
      );
      const codes = outcomes.map((one) =>
        one.status === "fulfilled" ? "" : (one.reason as { code: string }).code,
      );
      expect(codes.sort()).toEqual(["", ...Array.from({ length: 15 }, () => "CONFLICT")]);
      parent = (await savers[0]!.get(configOf("fence")))!.id;
    }
  });

  it("a thread that is removed while puts wait for it comes back whole or not at all", async () => {
    const saver = new MongoDBSaver({ client, dbName });
    for (let round = 0; round < 30; round++) {
      const values = { text: longText("same"), round };
      await putTurn(saver, { thread: "gone", id: turnId(1), values });
      await Promise.all([
        saver.deleteThread("gone"),
        putTurn(saver, { thread: "gone", id: turnId(2), parent: turnId(1), values }),
        new MongoDBSaver({ client, dbName }).deleteThread("gone"),
      ]);
      const tuple = await new MongoDBSaver({ client, dbName }).getTuple(configOf("gone"));
      expect(tuple?.checkpoint.channel_values ?? values).toEqual(values);
    }
  });

  it("copies beside a writer and a prune are whole", async () => {
    const saver = new MongoDBSaver({ client, dbName });
    const values = (n: number) => ({ same: longText("same"), turn: longText(`turn ${n % 30}`), n });
    await putTurn(saver, { thread: "source", id: turnId(1), values: values(1) });
    let copying = true;
    const write = async (): Promise<void> => {
      for (let n = 2; copying; n++) {
        await putTurn(saver, { thread: "source", id: turnId(n), values: values(n) });
        if (n % 5 === 0) await saver.prune({ threadIds: ["source"], keepLatest: 2 });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const writing = write();
    for (let n = 0; n < 10; n++) await new MongoDBSaver({ client, dbName }).copyThread("source", `copy ${n}`);
    copying = false;
    await writing;
    for (let n = 0; n < 10; n++) {
      for await (const { checkpoint } of saver.list(configOf(`copy ${n}`))) {
        checkWhole(checkpoint.channel_values, []);
      }
    }
  });

  it("sweeps from several processes at once remove every expired thread once", async () => {
    const saver = new MongoDBSaver({ client, dbName, ttl: { seconds: 0.2 } });
    await Promise.all(
      Array.from({ length: 250 }, (_, i) =>
        putTurn(saver, { thread: `old ${i}`, id: turnId(1), values: { i } }),
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const swept = await Promise.all([1, 2, 3, 4].map(() => new MongoDBSaver({ client, dbName }).sweep()));
    expect(swept.reduce((sum, n) => sum + n)).toBe(250);
    expect(await saver.getTuple(configOf("old 7"))).toBeUndefined();
    const left = client.db(dbName).collection(COLLECTION).find({ "_id.t": /^old/ });
    expect(await left.toArray()).toEqual([]);
  });
});

function checkWhole(values: Record<string, unknown>, writes: readonly (readonly unknown[])[]): void {
  expect(values["same"]).toBe(longText("same"));
  expect(values["turn"]).toBe(longText(`turn ${(values["n"] as number) % 30}`));
  expect(writes.length % 2).toBe(0);
  for (const [, , value] of writes) expect(value).toBe(longText(`write ${(values["n"] as number) % 20}`));
}
