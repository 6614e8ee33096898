import { countTests } from "@threadmark/services";
import { MongoDBSaver, type MongoDBSaverOptions } from "@threadmark/mongodb";
import {
  checkFence,
  checkRemovalBesidePuts,
  checkSweeps,
  checkThread,
  pruneBesideWriters,
  valuesOf,
} from "@threadmark/storage-tests/many-at-once";
import { beforeAll, describe, expect, it } from "vitest";
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

  const open = (options: Partial<MongoDBSaverOptions> = {}) =>
    new MongoDBSaver({ client, dbName, ...options });

  beforeAll(() => openSaver(client, dbName));

  it(
    `prune and deleteThread beside 8 writers for ${SECONDS} s: no reader sees a missing blob`,
    async () => {
      const readers = [open({ blobCacheBytes: 0 }), open(), open({ aggregates: false })];
      await pruneBesideWriters({ open, readers, seconds: SECONDS });
      // What a writer was overtaken with is gone as well.
      await open().prune({ keepLatest: 1 });
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
    await checkFence(() => open({ fence: "head" }));
  });

  it("a thread that is removed while puts wait for it comes back whole or not at all", async () => {
    await checkRemovalBesidePuts(open);
  });

  it("copies beside a writer and a prune are whole", async () => {
    const saver = new MongoDBSaver({ client, dbName });
    await putTurn(saver, { thread: "source", id: turnId(1), values: valuesOf(1) });
    let copying = true;
    const write = async (): Promise<void> => {
      for (let n = 2; copying; n++) {
        await putTurn(saver, { thread: "source", id: turnId(n), values: valuesOf(n) });
        if (n % 5 === 0) await saver.prune({ threadIds: ["source"], keepLatest: 2 });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const writing = write();
    for (let n = 0; n < 10; n++) await new MongoDBSaver({ client, dbName }).copyThread("source", `copy ${n}`);
    copying = false;
    await writing;
    for (let n = 0; n < 10; n++) await checkThread(saver, `copy ${n}`);
  });

  it("sweeps from several processes at once remove every expired thread once", async () => {
    await checkSweeps(open({ ttl: { seconds: 0.2 } }), open);
    const left = client.db(dbName).collection(COLLECTION).find({ "_id.t": /^old/ });
    expect(await left.toArray()).toEqual([]);
  });
});
