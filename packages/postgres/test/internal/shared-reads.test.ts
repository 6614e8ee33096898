import { countTests, nameOf, servers } from "@threadmark/services";
import type { Blob, GetRequest, GetResult, PutRequest } from "@threadmark/core/storage";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PgDatabase, type PgClientLike } from "../../src/pg.ts";
import { tablesIn } from "../../src/schema.ts";
import { PostgresStorage } from "../../src/storage.ts";
import { newName } from "../database.ts";
import { blobOf, DIRECT, putOf, THREADS, WatchedPool, writesOf } from "./many-threads.ts";

/** More blobs than a shared statement returns. */
const MANY_BLOBS = 2001;

/** A node above two leaves: one that every thread has, and one that only few have. */
function treeOf(i: number): readonly [root: Blob, ...leaves: Blob[]] {
  const leaves = [blobOf(1), blobOf(2 + (i % 5))];
  const content = Buffer.from(leaves.map(({ id }) => id).join(""), "hex");
  const id = `${(0x1000 + i).toString(16).padStart(30, "0")}01`;
  return [{ id, kind: "node", bytes: new Uint8Array(content) }, ...leaves];
}

function sorted(result: GetResult | undefined): GetResult | undefined {
  const blobs = result?.blobs.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return result && { ...result, blobs: blobs! };
}

type Settled =
  | { readonly result: GetResult | undefined }
  | { readonly code: unknown; readonly message: string };

describe.each(servers("postgres").map((server) => ({ title: nameOf(server), server })))(
  "reads of many threads at the same moment on $title",
  ({ server }) => {
    countTests(server);
    const tables = tablesIn(newName());
    const pool = new WatchedPool({ connectionString: server.url });
    const storage = storageOn(pool);

    function storageOn(client: PgClientLike): PostgresStorage {
      const capabilities = { persistent: true, shared: true, scanAllThreads: true };
      const open = async () => new PgDatabase(client, { end: async () => {}, prepare: undefined });
      return new PostgresStorage({ open, tables, createSchema: true, autoSetup: false, capabilities });
    }

    beforeAll(() => storage.setup());
    afterAll(async () => {
      await pool.query({ text: `DROP SCHEMA ${tables.schema} CASCADE` });
      await pool.end();
    });

    /** Threads with two checkpoints, the newest of which has writes, and blobs in common with others. */
    async function threadsOf(): Promise<string[]> {
      const name = newName();
      const threads = Array.from({ length: THREADS }, (_, i) => `${name} ${i}`);
      for (const [i, thread] of threads.entries()) {
        await storage.put(putOf(thread, "1", { blobs: [blobOf(1)] }));
        const { checkpoint } = putOf(thread, "2");
        const tree = treeOf(i);
        await storage.put(
          putOf(thread, "2", { blobs: tree, checkpoint: { ...checkpoint, refs: [tree[0].id] } }),
        );
        await storage.putWrites(writesOf(thread, "2"));
      }
      return threads;
    }

    const newest = (thread: string, change: Partial<GetRequest> = {}): GetRequest => ({
      thread,
      namespace: "",
      id: undefined,
      have: [],
      ttl: undefined,
      ...change,
    });

    async function settled(request: GetRequest): Promise<Settled> {
      try {
        return { result: sorted(await storage.get(request)) };
      } catch (error) {
        const { code, message } = error as { code?: unknown; message: string };
        return { code, message };
      }
    }

    /** Reads one after another, and then all at once, which has to give the same. Counts the statements of the latter. */
    async function compare(requests: readonly GetRequest[]) {
      const alone: Settled[] = [];
      for (const request of requests) alone.push(await settled(request));
      let together: Settled[] = [];
      const counts = await pool.during(async () => {
        together = await Promise.all(requests.map(settled));
      });
      expect(together).toEqual(alone);
      return { counts, results: together };
    }

    it("share statements, 16 in each, and find what each finds alone", async () => {
      const threads = await threadsOf();
      const { counts, results } = await compare(threads.map((thread) => newest(thread)));
      expect(counts).toEqual({ shared: 2, alone: DIRECT });
      for (const [i, found] of results.entries()) {
        const { result } = found as { result: GetResult };
        expect(result).toMatchObject({ thread: threads[i], checkpoint: { id: "2" } });
        expect(result.writes).toHaveLength(2);
        expect(new Set(result.blobs.map(({ id }) => id))).toEqual(new Set(treeOf(i).map(({ id }) => id)));
      }
    });

    it("leave out what the caller of each has, and only that", async () => {
      const threads = await threadsOf();
      const have = (i: number): string[] => [[], [blobOf(1).id], [treeOf(i)[0].id], [blobOf(99).id]][i % 4]!;
      const requests = threads.map((thread, i) => newest(thread, { have: have(i) }));
      const { counts, results } = await compare(requests);
      expect(counts).toEqual({ shared: 2, alone: DIRECT });
      const blobs = results.map((found) => (found as { result: GetResult }).result.blobs.length);
      expect(blobs).toEqual(threads.map((_, i) => [3, 2, 0, 3][i % 4]));
    });

    it("keep the namespaces of a thread apart", async () => {
      const threads = (await threadsOf()).slice(0, 8);
      const namespace = "child:1";
      for (const thread of threads) {
        const { checkpoint } = putOf(thread, "3", { blobs: [blobOf(1)] });
        await storage.put(
          putOf(thread, "3", { blobs: [blobOf(50)], checkpoint: { ...checkpoint, namespace } }),
        );
      }
      const requests = ["", namespace, "none"].flatMap((one) =>
        threads.map((thread) => newest(thread, { namespace: one })),
      );
      // The first four are alone; of the others, those of four threads come three times.
      expect((await compare(requests)).counts).toEqual({ shared: 3, alone: DIRECT });
    });

    it("find nothing of threads that have expired or do not exist", async () => {
      const threads = await threadsOf();
      const [expired, deleted] = threads.slice(DIRECT) as [string, string];
      const expires = `UPDATE ${tables.threads} SET expires = 65537 + (mark & 65535) WHERE thread = '${expired}'`;
      await pool.query({ text: expires });
      await storage.deleteThreads([deleted]);
      const { counts, results } = await compare(threads.map((thread) => newest(thread)));
      expect(counts).toEqual({ shared: 2, alone: DIRECT });
      expect(results.filter((found) => "result" in found && !found.result)).toHaveLength(2);
    });

    const { threads: names, checkpoints, writes, blobs } = tables;
    const numberOf = (thread: string) => `(SELECT number FROM ${names} WHERE thread = '${thread}')`;

    it.each([
      [
        "the name of a thread",
        (thread: string) => `UPDATE ${names} SET thread = 'x' || thread WHERE thread = '${thread}'`,
      ],
      [
        "the key of a write",
        (thread: string) => `UPDATE ${writes} SET checkpoint = '9' WHERE thread = '${thread}'`,
      ],
      [
        "the keys of all checkpoints",
        (thread: string) => `UPDATE ${checkpoints} SET namespace = 'x' WHERE thread = '${thread}'`,
      ],
    ])("are the others' as before if %s is damaged", async (_, damage) => {
      const threads = await threadsOf();
      const damaged = threads[DIRECT + 2]!;
      await pool.query({ text: damage(damaged) });
      const { counts, results } = await compare(threads.map((thread) => newest(thread)));
      expect(counts).toEqual({ shared: 2, alone: DIRECT + 1 });
      expect(results.flatMap((found, i) => ("code" in found ? [[threads[i], found.code]] : []))).toEqual([
        [damaged, "CORRUPT"],
      ]);
      await storage.deleteThreads(threads);
    });

    it.each([
      [
        "its tokens are not those of a checkpoint",
        "CORRUPT",
        (thread: string) => `UPDATE ${checkpoints} SET tokens = '[]' WHERE thread = '${thread}'`,
      ],
      [
        "a newer version has stored a blob",
        "UNSUPPORTED_FORMAT",
        (thread: string) =>
          `UPDATE ${blobs} SET bytes = '\\x7f' WHERE thread = ${numberOf(thread)} AND length(bytes) <> 32`,
      ],
    ])("fail for one thread if %s", async (_, code, damage) => {
      const threads = await threadsOf();
      const damaged = threads[DIRECT + 2]!;
      await pool.query({ text: damage(damaged) });
      const { counts, results } = await compare(threads.map((thread) => newest(thread)));
      expect(counts).toEqual({ shared: 2, alone: DIRECT + 16 });
      expect(results.flatMap((found, i) => ("code" in found ? [[threads[i], found.code]] : []))).toEqual([
        [damaged, code],
      ]);
      await storage.deleteThreads(threads);
    });

    it("fail for one call only if the statement fails because of it", async () => {
      const threads = await threadsOf();
      const requests = threads.map((thread, i) => newest(i === DIRECT ? `${thread}\0` : thread));
      const { counts, results } = await compare(requests);
      expect(counts).toEqual({ shared: 2, alone: DIRECT + 16 });
      expect(results.flatMap((found, i) => ("code" in found ? [[i, found.code]] : []))).toEqual([
        [DIRECT, "22021"],
      ]);
    });

    it("do not share the answer if it would be large", async () => {
      const threads = await threadsOf();
      const leaves = Array.from({ length: MANY_BLOBS }, (_, i) => blobOf(i));
      const { checkpoint } = putOf(threads[DIRECT]!, "3");
      const refs = leaves.map(({ id }) => id);
      const large: PutRequest = putOf(threads[DIRECT]!, "3", {
        blobs: leaves,
        checkpoint: { ...checkpoint, refs },
      });
      await storage.put(large);
      const requests = threads.map((thread) => newest(thread));
      expect((await compare(requests)).counts).toEqual({ shared: 2, alone: DIRECT + 16 });
      const known = requests.map((request, i) => (i === DIRECT ? { ...request, have: refs } : request));
      expect((await compare(known)).counts).toEqual({ shared: 2, alone: DIRECT });
    });

    it("do not share if they name a checkpoint or renew an expiry", async () => {
      const threads = await threadsOf();
      for (const change of [{ id: "1" }, { ttl: 1e9 }]) {
        const requests = threads.map((thread) => newest(thread, change));
        expect((await compare(requests)).counts).toEqual({ shared: 0, alone: THREADS });
      }
    });

    it("do not share on a single client, which may be in a transaction", async () => {
      const threads = await threadsOf();
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      const texts: string[] = [];
      const query = async (config: pg.QueryConfig): Promise<unknown> => {
        texts.push(config.text);
        return client.query(config);
      };
      const single = storageOn({ query });
      const found = await Promise.all(threads.map((thread) => single.get(newest(thread))));
      expect(found.map((result) => result?.thread)).toEqual(threads);
      expect(texts.filter((text) => text.includes("first_blobs"))).toEqual([]);
      await client.end();
    });
  },
);
