import { countTests, nameOf, servers } from "@threadmark/services";
import { PostgresSaver, type PostgresSaverOptions } from "@threadmark/postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newest, newName, useSchema } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

/** A pool that remembers which of its queries had a name, in their order. */
class WatchedPool extends pg.Pool {
  readonly named: boolean[] = [];

  override query = ((config: pg.QueryConfig): unknown => {
    if (/stored_|reached/.test(config.text)) this.named.push(config.name !== undefined);
    return super.query(config);
  }) as pg.Pool["query"];
}

async function use(saver: PostgresSaver, thread: string, turns = 4): Promise<void> {
  for (let i = 1; i <= turns; i++) {
    const text = longText(`${thread} ${i}`);
    await putTurn(saver, { thread, id: turnId(i), values: { text } });
    await saver.putWrites(configOf(thread, turnId(i)), [["a", i]], "task");
    const tuple = await saver.getTuple(configOf(thread));
    expect(tuple?.checkpoint.channel_values).toEqual({ text });
    expect(tuple?.pendingWrites).toEqual([["task", "a", i]]);
  }
}

describe("statements that a connection keeps", () => {
  countTests(newest);
  const { schema, pool } = useSchema();

  beforeAll(() => new PostgresSaver(pool, { schema }).setup());

  async function kept(client: pg.Pool | pg.Client, options: PostgresSaverOptions = {}): Promise<string[]> {
    const saver = new PostgresSaver(client, { ...options, schema });
    const thread = newName();
    await use(saver, thread);
    for await (const tuple of saver.list({}, { limit: 1 })) expect(tuple.config).toBeDefined();
    const { rows } = await client.query<{ text: string }>(
      "SELECT statement AS text FROM pg_prepared_statements",
    );
    await client.end();
    return rows.map(({ text }) => text);
  }

  const onePool = (): pg.Pool => new pg.Pool({ connectionString: newest.url, max: 1 });
  const connected = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: newest.url });
    await client.connect();
    return client;
  };

  it("are those of frequent calls in a pool, and where the option asks for it", async () => {
    for (const texts of [await kept(onePool()), await kept(await connected(), { prepareStatements: true })]) {
      const parts = ["stored_checkpoint", "stored_writes", "reached"];
      for (const part of parts) expect(texts.some((text) => text.includes(part))).toBe(true);
      expect(texts.some((text) => text.includes("row_number"))).toBe(false);
    }
  });

  it("are planned five times, which Postgres insists on, and then never again", async () => {
    const client = onePool();
    // Of two savers, neither of which knows what the other has stored.
    for (const thread of ["planned", "planned again"]) {
      const saver = new PostgresSaver(client, { schema });
      await use(saver, thread, 12);
      for (let turn = 1; turn <= 12; turn++) {
        const text = longText("planned", 40_000) + turn;
        await putTurn(saver, { thread: "grows", id: turnId(turn), values: { text, again: text } });
        await saver.putWrites(configOf("grows", turnId(turn)), [["a", text]], "task");
        await Promise.all(
          Array.from({ length: 12 }, (_, i) =>
            putTurn(saver, {
              thread: `many ${i}`,
              id: turnId(turn),
              parent: turnId(turn - 1),
              values: { text: longText(`${i}`, 100 * turn) },
            }),
          ),
        );
        const list = saver.list(configOf("grows"), {
          limit: turn,
          ...(turn % 2 === 1 && { filter: { step: 0 } }),
          ...(turn > 6 && { before: configOf("grows", turnId(turn)) }),
        });
        for await (const tuple of list) expect(tuple.checkpoint.channel_values["text"]).toContain("planned");
        expect(await saver.claimThread("grows", { claim: "me", ttl: { seconds: 60 } })).toMatchObject({
          claimed: true,
        });
        expect(await saver.renewThread("grows", { claim: "me", ttl: { seconds: 60 } })).toBe(true);
        expect(await saver.releaseThread("grows", "me")).toBe(true);
        await saver.updateThread("grows", { metadata: { turn } });
        await Promise.all(Array.from({ length: 12 }, (_, i) => saver.getTuple(configOf(`many ${i}`))));
      }
    }
    const { rows } = await client.query<{ statement: string; often: number; planned: number }>(
      "SELECT statement, (generic_plans + custom_plans)::int AS often, custom_plans::int AS planned FROM pg_prepared_statements",
    );
    await client.end();
    const parts = ["SKIP LOCKED", "first_blobs", "row_number", "SET claim", "RETURNING t.thread"];
    for (const part of parts) {
      expect(rows.some(({ statement, often }) => statement.includes(part) && often > 5)).toBe(true);
    }
    const frequent = rows.filter(({ often }) => often > 5);
    expect(frequent.length).toBeGreaterThanOrEqual(5);
    expect(frequent.filter(({ planned }) => planned > 5)).toEqual([]);
  });

  it("are none of a single client, which may be in a transaction, and where the option says so", async () => {
    expect(await kept(await connected())).toEqual([]);
    expect(await kept(onePool(), { prepareStatements: false })).toEqual([]);
  });

  it("may be thrown away at any time: nobody notices, and the pool sends no more names", async () => {
    const watched = new WatchedPool({ connectionString: newest.url, max: 1 });
    const saver = new PostgresSaver(watched, { schema });
    await use(saver, "thrown");
    expect(watched.named.at(-1)).toBe(true);
    await watched.query("DEALLOCATE ALL");
    await use(saver, "thrown again");
    await use(new PostgresSaver(watched, { schema }), "by another saver of the pool");
    // The one that failed is the last with a name.
    const last = watched.named.lastIndexOf(true);
    expect(watched.named.slice(0, last + 1)).not.toContain(false);
    expect(watched.named.slice(last + 1)).not.toHaveLength(0);
    await watched.end();
  });

  it("may give other types than before", async () => {
    const { schema: own } = useOwnSchema();
    const client = onePool();
    const saver = new PostgresSaver(client, { schema: own });
    await saver.setup();
    await use(saver, "before");
    await client.query(`ALTER TABLE ${own}.threadmark_threads ALTER COLUMN epoch TYPE varchar`);
    await use(saver, "after");
    await client.end();
  });

  function useOwnSchema(): { schema: string } {
    const name = `${schema}_own`;
    afterAll(() => pool.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`));
    return { schema: name };
  }
});

describe.each(servers("pgbouncer").map((server) => ({ title: nameOf(server), server })))(
  "named statements through $title, which hands sessions from one client to another",
  ({ server }) => {
    countTests(server);
    const { schema, pool } = useSchema();

    beforeAll(() => new PostgresSaver(pool, { schema }).setup());

    async function tell(text: string): Promise<void> {
      const url = new URL(server.url);
      url.pathname = "/pgbouncer";
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      await client.query(text);
      await client.end();
    }

    afterAll(() => tell("SET max_prepared_statements = 0"));

    it.each([0, 100])("and keeps track of %i of them: nothing fails", async (tracked) => {
      await tell(`SET max_prepared_statements = ${tracked}`);
      const pools = [0, 1, 2].map(() => new WatchedPool({ connectionString: server.url, max: 6 }));
      const threads = pools.flatMap((watched, p) =>
        Array.from({ length: 8 }, (_, t) => ({ watched, thread: `${tracked} ${p} ${t}` })),
      );
      await Promise.all(
        threads.map(({ watched, thread }) => use(new PostgresSaver(watched, { schema }), thread, 8)),
      );
      for (const watched of pools) {
        expect(watched.named[0]).toBe(true);
        await watched.end();
      }
      // Without tracking, some statement was not there or there already, and the rest went without names.
      expect(pools.some((watched) => !watched.named.at(-1))).toBe(tracked === 0);
    });
  },
);
