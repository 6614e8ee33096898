import { countTests } from "@threadmark/services";
import { MongoDBSaver, type MongoDBSaverOptions } from "@threadmark/mongodb";
import { enough } from "@threadmark/random-tests";
import {
  checkFence,
  checkRemovalBesidePuts,
  checkSweeps,
  pruneBesideWriters,
  valuesOf,
} from "@threadmark/storage-tests/many-at-once";
import { beforeAll, describe, expect, it } from "vitest";
import { onServers, openSaver, useDatabase } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const SECONDS = enough(3);
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
    `prune and deleteThread while 8 writers run for ${SECONDS} s: no reader sees a missing blob`,
    async () => {
      const readers = [open({ blobCacheBytes: 0 }), open(), open({ aggregates: false })];
      await pruneBesideWriters({ open, readers, seconds: SECONDS });
      // What a writer was overtaken with is gone as well.
      await open().prune({ allThreads: true, keepLatest: 1 });
      expect(await leftovers()).toEqual([]);
    },
    (SECONDS + 300) * 1000,
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

  it("copies during writes that never pause, and a prune, are complete and of one moment", async () => {
    const [writer, other] = [open(), open()];
    await putTurn(writer, { thread: "source", id: turnId(1), values: valuesOf(1) });
    let copying = true;
    let newest = 1;
    const write = async (): Promise<void> => {
      for (let n = 2; copying; n++) {
        const parent = turnId(n - 1);
        const { configurable } = await putTurn(writer, {
          thread: "source",
          id: turnId(n),
          parent,
          values: valuesOf(n),
        });
        newest = n;
        // Once more by another process, before the next prune: a later one would bring back what was removed.
        await Promise.all([
          putTurn(other, { thread: "source", id: turnId(n), parent, values: valuesOf(n) }),
          writer.putWrites({ configurable: configurable! }, [["w", n]], "task"),
        ]);
        if (n % 20 === 0) await writer.prune({ threadIds: ["source"], keepLatest: 5 });
      }
    };
    const reader = open({ blobCacheBytes: 0 });
    const writing = write();
    for (let n = 0; n < 10; n++) {
      const least = newest;
      await open().copyThread("source", `copy ${n}`);
      const ids: number[] = [];
      for await (const { checkpoint, pendingWrites } of reader.list(configOf(`copy ${n}`))) {
        const id = Number(checkpoint.id);
        ids.push(id);
        expect(checkpoint.channel_values).toEqual(valuesOf(id));
        expect([[], [["task", "w", id]]]).toContainEqual(pendingWrites);
      }
      expect(ids[0]).toBeGreaterThanOrEqual(least);
      // None is missing between the oldest and the newest.
      expect(ids).toEqual(ids.map((_, i) => ids[0]! - i));
      expect(ids.length).toBeGreaterThanOrEqual(Math.min(5, least));
    }
    copying = false;
    await writing;
  });

  it("simultaneous writes to one thread are all stored, even during prunes and removals of it", async () => {
    const [saver, other] = [open(), open()];
    const thread = "at once";
    for (let round = 1; round <= 30; round++) {
      const ids = [1, 2, 3, 4, 5, 6].map((i) => turnId(round * 10 + i));
      const puts = ids.map((id) => putTurn(saver, { thread, id, values: valuesOf(round) }));
      const writes = ids.map((id) => saver.putWrites(configOf(thread, id), [["w", longText(id)]], "task"));
      const removal =
        round % 3 === 0 ? other.prune({ threadIds: [thread], keepLatest: 100 * round }) : undefined;
      const deletion = round % 10 === 5 ? other.deleteThread(thread) : undefined;
      await Promise.all([...puts, ...writes, removal, deletion]);
      const found = new Map<string, unknown>();
      for await (const tuple of open({ blobCacheBytes: 0 }).list(configOf(thread))) {
        expect(tuple.checkpoint.channel_values).toEqual(
          valuesOf(Math.floor(Number(tuple.checkpoint.id) / 10)),
        );
        found.set(tuple.checkpoint.id, tuple.pendingWrites);
      }
      if (deletion) continue;
      for (const id of ids) expect(found.get(id)).toEqual([["task", "w", longText(id)]]);
    }
  });

  it("sweeps from several processes at once remove every expired thread once", async () => {
    await checkSweeps(open({ ttl: { seconds: 0.2 } }), open);
    const left = client.db(dbName).collection(COLLECTION).find({ "_id.t": /^old/ });
    expect(await left.toArray()).toEqual([]);
  });
});
