import { countTests, nameOf, servers } from "@threadmark/services";
import type { Blob, PutRequest } from "@threadmark/core/storage";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PgDatabase } from "../../src/pg.ts";
import { tablesIn } from "../../src/schema.ts";
import { checkpointMark } from "../../src/statements/marks.ts";
import { setState } from "../../src/statements/thread-row.ts";
import { PostgresStorage } from "../../src/storage.ts";
import { newName } from "../database.ts";

const blob: Blob = { id: "ab".repeat(15) + "00", kind: "leaf", bytes: new Uint8Array(3000) };
const bytes = new Uint8Array(3);
const checkpoint = {
  namespace: "",
  parent: undefined,
  parentSeal: 0,
  seal: 0,
  run: undefined,
  header: bytes,
  metadata: bytes,
  index: [],
};

function putOf(id: string, epoch: string | undefined, parent?: string): PutRequest {
  return {
    thread: "t",
    blobs: epoch === undefined ? [blob] : [],
    epoch,
    relies: epoch === undefined ? [] : [blob.id],
    newEpoch: "first",
    ttl: undefined,
    entries: [],
    claim: undefined,
    checkpoint: { ...checkpoint, id, parent, refs: [blob.id] },
    keepParent: false,
    fence: false,
  };
}

describe.each(servers("postgres").map((server) => ({ title: nameOf(server), server })))(
  "calls that wait for a lock on $title",
  ({ server }) => {
    countTests(server);
    const tables = tablesIn(newName());
    const pool = new pg.Pool({ connectionString: server.url });
    const capabilities = { persistent: true, shared: true, scanAllThreads: true };
    const open = async () => new PgDatabase(pool, { end: async () => {}, prepare: false });
    const storage = new PostgresStorage({ open, tables, createSchema: true, autoSetup: false, capabilities });

    beforeAll(() => storage.setup());

    afterAll(async () => {
      await pool.query(`DROP SCHEMA ${tables.schema} CASCADE`);
      await pool.end();
    });

    /** Starts a call while another transaction holds the thread, which then does something and commits. */
    async function whileHeld<T>(call: () => Promise<T>, work: readonly string[]): Promise<T> {
      const holder = await pool.connect();
      await holder.query("BEGIN");
      await holder.query(`SELECT FROM ${tables.threads} WHERE thread = 't' FOR UPDATE`);
      try {
        const result = call();
        for (let waiting = 0; waiting === 0;) {
          const { rows } = await pool.query(
            "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND strpos(query, $1) > 0",
            [tables.threads],
          );
          ({ waiting } = rows[0] as { waiting: number });
        }
        for (const text of work) await holder.query(text);
        await holder.query("COMMIT");
        return await result;
      } finally {
        holder.release(true);
      }
    }

    async function startAnew(): Promise<void> {
      await storage.deleteThreads(["t"]);
      await storage.put(putOf("1", undefined));
    }

    const prune = [
      `UPDATE ${tables.threads} AS t SET ${setState({ epoch: "'second'::text" })} WHERE thread = 't'`,
      `DELETE FROM ${tables.checkpoints} WHERE thread = 't' AND id = '1'`,
      `DELETE FROM ${tables.blobs} WHERE thread = (SELECT number FROM ${tables.threads} WHERE thread = 't')`,
    ];

    it("a put that relies on blobs which a prune removes meanwhile is stale, and writes nothing", async () => {
      await startAnew();
      expect(await whileHeld(() => storage.put(putOf("2", "first")), prune)).toEqual({ outcome: "stale" });
      expect((await storage.outline({ thread: "t", after: undefined, limit: 9 })).checkpoints).toEqual([]);
    });

    it("a putWrites that relies on them is stale too", async () => {
      await startAnew();
      const write = { task: "task", path: "", idx: 0, channel: "c", value: bytes, refs: [blob.id], seal: 0 };
      const request = { ...putOf("1", "first"), namespace: "", checkpoint: "1", writes: [write] };
      expect(await whileHeld(() => storage.putWrites(request), prune)).toEqual({ outcome: "stale" });
    });

    it("a put that sends everything stores again what the prune removes meanwhile", async () => {
      await startAnew();
      const outcome = await whileHeld(() => storage.put(putOf("2", undefined)), prune);
      expect(outcome).toEqual({ outcome: "stored", epoch: "second" });
      const found = await storage.get({ thread: "t", namespace: "", id: "2", have: [], ttl: undefined });
      expect(found?.blobs.map(({ id }) => id)).toEqual([blob.id]);
    });

    it("a put to a thread that is deleted meanwhile is stale, and does not create it again", async () => {
      await startAnew();
      const gone = [...prune, `DELETE FROM ${tables.threads} WHERE thread = 't'`];
      expect(await whileHeld(() => storage.put(putOf("2", "first")), gone)).toEqual({ outcome: "stale" });
      expect(
        (await storage.threads({ thread: "t", filter: [], after: undefined, limit: 9, pendingChannels: [] }))
          .threads,
      ).toEqual([]);
    });

    const laterPut = [
      `INSERT INTO ${tables.checkpoints}
        (thread, namespace, id, parent, parent_seal, seal, owner, mark, run, header, metadata, tokens, refs)
      SELECT thread, namespace, '2', '1', parent_seal, seal, owner,
        ${checkpointMark((name) => (name === "id" ? "'2'" : name))}, run, header, metadata, tokens, refs
      FROM ${tables.checkpoints} WHERE thread = 't'`,
    ];

    it("deleteThreads removes what was stored while it waited", async () => {
      await startAnew();
      await whileHeld(() => storage.deleteThreads(["t"]), laterPut);
      expect((await pool.query(`SELECT FROM ${tables.checkpoints} WHERE thread = 't'`)).rowCount).toBe(0);
    });

    it("a removal sees the child that was stored while it waited", async () => {
      await startAnew();
      const request = {
        thread: "t",
        checkpoints: [{ namespace: "", id: "1" }],
        relink: [],
        newEpoch: "third",
      };
      expect(await whileHeld(() => storage.remove(request), laterPut)).toEqual({ outcome: "conflict" });
    });

    it("a fence sees the head that was stored while it waited", async () => {
      await startAnew();
      const put = { ...putOf("3", undefined, "1"), fence: true };
      expect(await whileHeld(() => storage.put(put), laterPut)).toEqual({ outcome: "conflict", head: "2" });
    });
  },
);
