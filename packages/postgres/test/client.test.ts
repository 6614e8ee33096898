import { countTests } from "@threadmark/services";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { newest, openSaver, useSchema } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const CANCEL_IF_WAITING = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
WHERE pid = $1 AND wait_event_type = 'Lock'`;

describe("a single client", () => {
  countTests(newest);
  const { schema, pool } = useSchema();

  it("gets one query at a time, however many calls there are, and continues after one that failed", async () => {
    await openSaver(pool, schema);
    const warnings: Error[] = [];
    const listen = (warning: Error): number => warnings.push(warning);
    process.on("warning", listen);
    const client = new pg.Client({ connectionString: newest.url });
    await client.connect();
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const saver = new PostgresSaver(client, { schema });
    await putTurn(saver, { thread: "t", id: turnId(1) });

    const blocker = await pool.connect();
    await blocker.query(`BEGIN; LOCK ${schema}.threadmark_threads`);
    const failing = putTurn(saver, { thread: "t", id: turnId(2) });
    const waiting = putTurn(saver, { thread: "t", id: turnId(3) });
    const rejected: Promise<unknown> = failing.catch((error: unknown) => error);
    const cancel = async () => (await blocker.query(CANCEL_IF_WAITING, [rows[0]!.pid])).rowCount;
    await expect.poll(cancel, { timeout: 240_000 }).toBe(1);
    expect(await rejected).toMatchObject({ code: "57014" });
    await blocker.query("ROLLBACK");
    blocker.release();
    await waiting;
    await Promise.all([4, 5, 6].map((n) => putTurn(saver, { thread: "t", id: turnId(n), values: { n } })));

    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ n: 6 });
    await client.end();
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });
});

describe("sessions that the application has set up in its own way", () => {
  countTests(newest);
  const { schema, pool } = useSchema();
  const values = { text: longText("one"), words: ["a", "ü", ""] };

  beforeAll(() => openSaver(pool, schema));

  async function on(
    options: pg.PoolConfig & { binary?: boolean },
    use: (saver: PostgresSaver) => Promise<void>,
  ): Promise<void> {
    const own = new pg.Pool({ connectionString: newest.url, ...options });
    await use(new PostgresSaver(own, { schema }));
    await own.end();
  }

  it("may get results in binary form", async () => {
    await on({ binary: true }, async (saver) => {
      await saver.setup();
      await putTurn(saver, { thread: "binary", id: turnId(1), values });
      await saver.putWrites(configOf("binary", turnId(1)), [["a", 1]], "task");
      const tuple = await saver.getTuple(configOf("binary"));
      expect(tuple?.checkpoint.channel_values).toEqual(values);
      expect(tuple?.pendingWrites).toEqual([["task", "a", 1]]);
      await saver.copyThread("binary", "copy");
      expect(await saver.prune({ threadIds: ["binary"], keepLatest: 1 })).toMatchObject({ checkpoints: 0 });
      await saver.deleteThread("binary");
      expect(await saver.getTuple(configOf("binary"))).toBeUndefined();
    });
  });

  it.each(["serializable", "repeatable read"])("may be %s: 16 puts at once all succeed", async (level) => {
    const options = `-c default_transaction_isolation=${level.replace(" ", "\\ ")}`;
    await on({ options, max: 16 }, async (saver) => {
      const ids = Array.from({ length: 16 }, (_, i) => turnId(i + 1));
      await Promise.all(ids.map((id) => putTurn(saver, { thread: level, id, values: { id } })));
      for (const id of ids) {
        expect((await saver.get(configOf(level, id)))?.channel_values).toEqual({ id });
      }
    });
  });

  it("may be read-only: reading works, and writing rejects with the error of the server", async () => {
    await putTurn(new PostgresSaver(pool, { schema }), { thread: "read", id: turnId(1), values });
    await on({ options: "-c default_transaction_read_only=on" }, async (saver) => {
      await saver.setup();
      expect((await saver.get(configOf("read")))?.channel_values).toEqual(values);
      await expect(putTurn(saver, { thread: "read", id: turnId(2) })).rejects.toMatchObject({
        code: "25006",
      });
    });
  });
});
