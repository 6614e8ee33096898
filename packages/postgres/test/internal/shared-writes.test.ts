import { countTests, nameOf, servers } from "@threadmark/services";
import type { PutRequest, WriteOutcome } from "@threadmark/core/storage";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PgDatabase } from "../../src/pg.ts";
import { tablesIn } from "../../src/schema.ts";
import { PostgresStorage } from "../../src/storage.ts";
import { newName } from "../database.ts";
import { blobOf, bytes, DIRECT, putOf, THREADS, WatchedPool, writesOf } from "./many-threads.ts";

describe.each(servers("postgres").map((server) => ({ title: nameOf(server), server })))(
  "writes to many threads at the same moment on $title",
  ({ server }) => {
    countTests(server);
    const tables = tablesIn(newName());
    const pools: WatchedPool[] = [];
    const capabilities = { persistent: true, shared: true, scanAllThreads: true };

    function open(max = 2 * THREADS) {
      const pool = new WatchedPool({ connectionString: server.url, max });
      pools.push(pool);
      const database = async () => new PgDatabase(pool, { end: async () => {}, prepare: undefined });
      const options = { open: database, tables, createSchema: true, autoSetup: false, capabilities };
      return { pool, storage: new PostgresStorage(options) };
    }

    const { pool, storage } = open();
    beforeAll(() => storage.setup());

    afterAll(async () => {
      await pool.query({ text: `DROP SCHEMA ${tables.schema} CASCADE` });
      await Promise.all(pools.map((one) => one.end()));
    });

    /** Threads with one checkpoint and one blob. */
    async function threadsOf(): Promise<string[]> {
      const name = newName();
      const threads = Array.from({ length: THREADS }, (_, i) => `${name} ${i}`);
      for (const thread of threads) await storage.put(putOf(thread, "1", { blobs: [blobOf(1)] }));
      return threads;
    }

    const stored = (thread: string): WriteOutcome => ({ outcome: "stored", epoch: `epoch of ${thread}` });
    const get = (thread: string, id: string) =>
      storage.get({ thread, namespace: "", id, have: [], ttl: undefined });

    it("share statements, 16 in each, and store what each would store alone", async () => {
      const threads = await threadsOf();
      const outcomes: WriteOutcome[] = [];
      const put = (thread: string, i: number) =>
        putOf(thread, "2", { blobs: [blobOf(i)], epoch: `epoch of ${thread}`, relies: [blobOf(1).id] });
      const all = async (call: (thread: string, i: number) => Promise<WriteOutcome>) => {
        outcomes.splice(0, THREADS, ...(await Promise.all(threads.map(call))));
      };
      const counts = { shared: 2, alone: DIRECT };
      expect(await pool.during(() => all((thread, i) => storage.put(put(thread, i))))).toEqual(counts);
      expect(outcomes).toEqual(threads.map(stored));
      const write = (thread: string) => storage.putWrites(writesOf(thread, "2"));
      expect(await pool.during(() => all(write))).toEqual(counts);
      expect(outcomes).toEqual(threads.map(stored));
      for (const [i, thread] of threads.entries()) {
        const found = await get(thread, "2");
        const { checkpoint } = put(thread, i);
        const { writes } = writesOf(thread, "2");
        expect(found?.checkpoint).toEqual(checkpoint);
        expect(found?.writes.toSorted((a, b) => b.idx - a.idx)).toEqual(writes);
      }
      // Marks are checked by every read that finds nothing, and by the statistics.
      expect(await get(threads.at(-1)!, "3")).toBeUndefined();
    });

    it("are one statement for a thread's checkpoint and its writes too, also with metadata and an expiry", async () => {
      const threads = await threadsOf();
      const entry = { key: "user", token: '"u"', value: bytes, seal: 7 };
      const counts = await pool.during(() =>
        Promise.all(
          threads.flatMap((thread, i) => [
            storage.put(putOf(thread, "2", { entries: [entry], ttl: i % 2 === 0 ? 1e9 : undefined })),
            // The first threads are busy with a put that was sent alone.
            ...(i < DIRECT
              ? []
              : [storage.putWrites({ ...writesOf(thread, "2"), ttl: i % 2 === 0 ? 1e9 : undefined })]),
          ]),
        ),
      );
      expect(counts).toEqual({ shared: 3, alone: DIRECT });
      for (const [i, thread] of threads.entries()) {
        const request = { thread, filter: [], after: undefined, limit: 1, pendingChannels: [] };
        const [found] = (await storage.threads(request)).threads;
        expect(found?.entries).toEqual([entry]);
        expect(typeof found?.expires).toBe(i % 2 === 0 ? "number" : "undefined");
        expect((await get(thread, "2"))?.checkpoint.id).toBe("2");
      }
    });

    it("do not wait for a thread that is locked", async () => {
      const threads = await threadsOf();
      const holder = new pg.Client({ connectionString: server.url });
      await holder.connect();
      await holder.query("BEGIN");
      const locked = threads[DIRECT + 3]!;
      await holder.query(`SELECT FROM ${tables.threads} WHERE thread = $1 FOR UPDATE`, [locked]);
      const puts = threads.map(async (thread) => ({
        thread,
        outcome: await storage.put(putOf(thread, "2")),
      }));
      const others = await Promise.all(puts.filter((_, i) => threads[i] !== locked));
      expect(others).toHaveLength(THREADS - 1);
      expect(await get(locked, "2")).toBeUndefined();
      await holder.query("COMMIT");
      await holder.end();
      expect((await Promise.all(puts)).map(({ outcome }) => outcome)).toEqual(threads.map(stored));
    });

    it("fail only for threads that are not as expected, or whose call fails", async () => {
      const threads = await threadsOf();
      const [stale, lacking, expired, deleted, refused] = threads.slice(DIRECT) as [
        string,
        string,
        string,
        string,
        string,
      ];
      await pool.query({
        text: `UPDATE ${tables.threads} SET expires = 65537 + (mark & 65535) WHERE thread = '${expired}'`,
      });
      await storage.deleteThreads([deleted]);
      const changes: Record<string, Partial<PutRequest>> = {
        [stale]: { epoch: "another", relies: [blobOf(1).id] },
        [lacking]: { epoch: `epoch of ${lacking}`, relies: [blobOf(77).id] },
        [deleted]: { epoch: `epoch of ${deleted}`, relies: [blobOf(1).id] },
      };
      const expected: Record<string, WriteOutcome> = {
        [stale]: { outcome: "stale" },
        [lacking]: { outcome: "stale" },
        [expired]: { outcome: "expired" },
        [deleted]: { outcome: "stale" },
      };
      const putAll = (id: string) =>
        Promise.all(threads.map((thread) => storage.put(putOf(thread, id, changes[thread]))));
      expect(await putAll("2")).toEqual(threads.map((thread) => expected[thread] ?? stored(thread)));
      for (const thread of [stale, lacking]) expect(await get(thread, "2")).toBeUndefined();

      const { checkpoint } = putOf(refused, "3");
      changes[refused] = { checkpoint: { ...checkpoint, run: "\0" } };
      const settled = await Promise.allSettled(
        threads.map((thread) => storage.put(putOf(thread, "3", changes[thread]))),
      );
      const fails = { status: "rejected", reason: expect.objectContaining({ code: "22021" }) };
      const expectedOf = (thread: string) =>
        thread === refused ? fails : { status: "fulfilled", value: expected[thread] ?? stored(thread) };
      expect(settled).toEqual(threads.map(expectedOf));
    });

    it("of two processes in opposite orders never wait for each other in a circle", async () => {
      const threads = await threadsOf();
      const orders = [
        { ...open(), order: threads },
        { ...open(), order: threads.toReversed() },
      ];
      let shared = 0;
      for (let round = 2; round < 12; round++) {
        const counts = await Promise.all(
          orders.map(({ pool: own, storage: process, order }, p) =>
            own.during(() => Promise.all(order.map((thread) => process.put(putOf(thread, `${round} ${p}`))))),
          ),
        );
        shared += counts.reduce((sum, count) => sum + count.shared, 0);
      }
      expect(shared).toBeGreaterThan(0);
      expect(orders.map(({ pool: own }) => own.codes)).toEqual([[], []]);
      for (const thread of threads) {
        const { checkpoints } = await storage.outline({ thread, after: undefined, limit: 100 });
        expect(checkpoints).toHaveLength(21);
      }
    });
  },
);
