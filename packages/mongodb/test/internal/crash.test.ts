import { createHash } from "node:crypto";
import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { MongoDBSaver as SaverFromSource } from "../../src/saver.ts";
import type { MongoClientLike } from "../../src/driver.ts";
import { checkedOptions } from "../../src/options.ts";
import { MongoDBStorage } from "../../src/storage.ts";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { onServers, useDatabase } from "../database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { DyingClient, Killed } from "./dying-client.ts";

type Saver = InstanceType<typeof SaverFromSource>;
/** id → [values, pending writes]. */
type Content = Record<string, unknown>;

const valuesOf = (n: number) => ({ same: longText("same", 4500), turn: longText(`turn ${n}`, 4500), n });
const writes: [string, unknown][] = [
  ["a", longText("write", 4500)],
  ["b", 2],
  ["__resume__", "yes"],
];

const OF_THREADS = { "_id.t": { $exists: true } };

/** So that a failure is readable. */
function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);
}

/** What is done, and the threads that it may change. */
const CALLS: Readonly<Record<string, (saver: Saver) => Promise<unknown>>> = {
  "put to a new thread": (saver) => putTurn(saver, { thread: "new", id: turnId(1), values: valuesOf(1) }),
  put: (saver) => putTurn(saver, { thread: "t", id: turnId(5), parent: turnId(4), values: valuesOf(5) }),
  "put of what stays in its record": (saver) =>
    putTurn(saver, { thread: "t", id: turnId(5), parent: turnId(4), values: { n: 5 } }),
  "put of what stays in the record of a new thread": (saver) =>
    putTurn(saver, { thread: "new", id: turnId(1), values: { n: 1 } }),
  "put of an id that is there": (saver) =>
    putTurn(saver, { thread: "t", id: turnId(4), parent: turnId(3), values: valuesOf(44) }),
  putWrites: (saver) => saver.putWrites(configOf("t", turnId(4)), writes, "task"),
  "putWrites of 2,500 writes": (saver) =>
    saver.putWrites(
      configOf("t", turnId(4)),
      Array.from({ length: 2500 }, (_, i): [string, unknown] => ["c", i]),
      "many",
    ),
  prune: (saver) => saver.prune({ threadIds: ["t"], keepLatest: 1 }),
  "prune of everything": (saver) => saver.prune({ threadIds: ["t"], keepLatest: 0 }),
  deleteThread: (saver) => saver.deleteThread("t"),
  copyThread: async (saver) => {
    if (!(await saver.getTuple(configOf("copy")))) await saver.copyThread("t", "copy");
  },
  sweep: (saver) => saver.sweep(),
};

/** Steps are commands, which do the same on every server. So only the first has all calls, and others one of each kind. */
const OF_EACH_KIND = new Set(["put", "putWrites", "prune", "copyThread"]);
const onEach = onServers.map((one, index) => ({
  ...one,
  calls: Object.entries(CALLS).filter(([call]) => index === 0 || OF_EACH_KIND.has(call)),
}));

describe.each(onEach)("a crash on $title", ({ server, calls }) => {
  countTests(server);
  const { client, dbName } = useDatabase(server);
  const collection = client.db(dbName).collection("threadmark_checkpoints");

  function saverOn(own: MongoClientLike, fence?: "head"): Saver {
    // Nobody else works on these threads, so what another process has begun and not ended is dead.
    const options = { ...checkedOptions({ dbName }), patience: 0 };
    const storage = new MongoDBStorage({ open: async () => own, close: async () => {}, ...options });
    return new SaverFromSource(storage as never, { fence });
  }

  beforeAll(async () => {
    const saver = saverOn(client);
    for (const n of [1, 2, 3, 4]) {
      await putTurn(saver, {
        thread: "t",
        id: turnId(n),
        parent: n > 1 ? turnId(n - 1) : undefined,
        values: valuesOf(n),
      });
      await saver.putWrites(configOf("t", turnId(n)), [["w", longText(`write ${n}`, 4500)]], "before");
    }
    await putTurn(saver, { thread: "old", id: turnId(1), values: valuesOf(1) });
    await saver.setThreadTtl("old", { seconds: 0.001 });
    await vi.waitUntil(async () => Object.keys(await contentOf("old")).length === 0, { timeout: 240_000 });
    await collection.aggregate([{ $match: OF_THREADS }, { $out: "at_the_start" }]).toArray();
  });

  /** What every case starts from. The server copies it, document by document. */
  async function startAnew(): Promise<void> {
    await collection.deleteMany(OF_THREADS);
    await client
      .db(dbName)
      .collection("at_the_start")
      .aggregate([{ $merge: { into: collection.collectionName } }])
      .toArray();
  }

  /** Everything that readers see. It throws where something is not whole. */
  async function contentOf(thread: string): Promise<Content> {
    const content: Content = {};
    const reader = new MongoDBSaver({ client, dbName, blobCacheBytes: 0 });
    for await (const { checkpoint, pendingWrites } of reader.list(configOf(thread))) {
      content[checkpoint.id] = [checkpoint.channel_values, pendingWrites].map(digestOf);
    }
    const newest = await reader.getTuple(configOf(thread));
    expect(newest?.checkpoint.id).toBe(Object.keys(content).sort().at(-1));
    return content;
  }

  const all = () => Promise.all(["t", "new", "copy", "old"].map(contentOf));

  it.each(calls)(
    "at any step of %s leaves all or nothing of it, and it can be done again",
    async (_, call) => {
      await startAnew();
      const before = await all();
      const undisturbed = new DyingClient(client, Number.POSITIVE_INFINITY);
      const counting = saverOn(undisturbed);
      await counting.getTuple(configOf("t"));
      const start = undisturbed.steps;
      await call(counting);
      const after = await all();
      const steps = undisturbed.steps - start;
      expect(steps).toBeGreaterThan(1);
      for (let last = 0; last < steps; last++) {
        await startAnew();
        const victim = new DyingClient(client, start + last);
        const dying = saverOn(victim);
        await dying.getTuple(configOf("t"));
        await expect(call(dying), `after ${last} steps`).rejects.toThrow(Killed);
        const seen = await all();
        expect([before, after], `after ${last} steps`).toContainEqual(seen);
        await call(saverOn(client));
        expect(await all(), `repeated after ${last} steps`).toEqual(after);
        await checkNothingIsLeft();
      }
    },
    300_000,
  );

  it("at any step of a command that several threads share leaves all or nothing of each", async () => {
    const threads = ["t", "new"] as const;
    const puts = (saver: Saver) =>
      Promise.allSettled(
        threads.map((thread) => putTurn(saver, { thread, id: turnId(5), values: valuesOf(5) })),
      );
    const contents = () => Promise.all(threads.map(contentOf));
    const known = async (last: number) => {
      await startAnew();
      const victim = new DyingClient(client, last);
      const saver = saverOn(victim);
      for (const thread of threads) await saver.getTuple(configOf(thread));
      return { victim, saver };
    };
    const undisturbed = await known(Number.POSITIVE_INFINITY);
    const start = undisturbed.victim.steps;
    const before = await contents();
    await puts(undisturbed.saver);
    const after = await contents();
    const steps = undisturbed.victim.steps - start;
    // Two records and two guards, and the blobs.
    expect(steps).toBeGreaterThan(4);
    for (let last = 0; last < steps; last++) {
      const { saver } = await known(start + last);
      const outcomes = await puts(saver);
      expect(
        outcomes.map(({ status }) => status),
        `after ${last} steps`,
      ).toEqual(["rejected", "rejected"]);
      for (const [i, content] of (await contents()).entries()) {
        expect([before[i], after[i]], `after ${last} steps`).toContainEqual(content);
      }
      await puts(saverOn(client));
      expect(await contents(), `repeated after ${last} steps`).toEqual(after);
      await checkNothingIsLeft();
    }
  }, 300_000);

  it("between fence and checkpoint of a fenced put does not block the thread", async () => {
    const put = (saver: Saver, n: number) =>
      putTurn(saver, { thread: "t", id: turnId(n), parent: turnId(4), values: { n } });
    await startAnew();
    const undisturbed = new DyingClient(client, Number.POSITIVE_INFINITY);
    await saverOn(undisturbed).getTuple(configOf("t"));
    for (let last = 0; ; last++) {
      await startAnew();
      const victim = new DyingClient(client, undisturbed.steps + last);
      const dying = saverOn(victim, "head");
      await dying.getTuple(configOf("t"));
      const [outcome] = await Promise.allSettled([put(dying, 5)]);
      const ended = outcome.status === "fulfilled";
      expect(ended || outcome.reason).toSatisfy((one) => one === true || one instanceof Killed);
      const stored = Object.keys(await contentOf("t")).length === 5;
      const [other] = await Promise.allSettled([put(saverOn(client, "head"), 6)]);
      // Either the first one is there and holds its place, or the second one gets it.
      expect(other).toMatchObject(stored ? { reason: { code: "CONFLICT" } } : { status: "fulfilled" });
      expect(Object.keys(await contentOf("t"))).toHaveLength(5);
      if (!ended) continue;
      expect(last).toBeGreaterThan(3);
      return;
    }
  });

  /** What a crash has left behind is gone when the call has been repeated and the thread cleared up. */
  async function checkNothingIsLeft(): Promise<void> {
    const saver = saverOn(client);
    for (const thread of ["t", "new", "copy", "old"]) await saver.deleteThread(thread);
    await saver.sweep();
    expect(await collection.find(OF_THREADS).toArray()).toEqual([]);
  }
});
