import { countTests, nameOf, servers } from "@threadmark/services";
import { PostgresSaver, setupSql } from "@threadmark/postgres";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { newest, newName, useSchema } from "./database.ts";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe.each(servers("postgres").map((server) => ({ title: nameOf(server), server })))(
  "set-up on $title",
  ({ server }) => {
    countTests(server);
    const { schema, pool } = useSchema(server);

    it("succeeds 32 times at once on an empty database", async () => {
      const pools = Array.from({ length: 32 }, () => new pg.Pool({ connectionString: server.url, max: 1 }));
      const savers = pools.map((one) => new PostgresSaver(one, { schema }));
      await Promise.all(savers.map((saver) => saver.setup()));
      await putTurn(savers[7]!, { thread: "t", id: turnId(1), values: { a: 1 } });
      expect((await savers[31]!.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
      await Promise.all(pools.map((one) => one.end()));
    });

    it("refuses a newer schema", async () => {
      const other = useNewer();
      await pool.query(setupSql({ schema: other }));
      await pool.query(`INSERT INTO ${other}.threadmark_migrations (version) VALUES (1000)`);
      const saver = new PostgresSaver(pool, { schema: other });
      await expect(saver.setup()).rejects.toMatchObject({ code: "SCHEMA_TOO_NEW" });
      await expect(saver.getTuple(configOf("t"))).rejects.toMatchObject({ code: "SCHEMA_TOO_NEW" });
    });

    function useNewer(): string {
      const name = newName();
      afterAll(() => pool.query(`DROP SCHEMA ${name} CASCADE`));
      return name;
    }
  },
);

describe("set-up", () => {
  countTests(newest);
  const { schema, pool } = useSchema();

  it("is asked for when it is missing, and enough when it comes later", async () => {
    const saver = new PostgresSaver(pool, { schema });
    const failure = await saver.getTuple(configOf("t")).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "NOT_SET_UP", message: expect.stringContaining("setup()") });
    await saver.setup();
    expect(await saver.getTuple(configOf("t"))).toBeUndefined();
  });

  it("is asked for again when the tables are gone", async () => {
    const name = newName();
    const saver = new PostgresSaver(pool, { schema: name });
    await saver.setup();
    await pool.query(`DROP SCHEMA ${name} CASCADE`);
    await expect(putTurn(saver, { thread: "t", id: turnId(1) })).rejects.toMatchObject({
      code: "NOT_SET_UP",
      cause: { code: "42P01" },
    });
  });

  it("works for a role that may not create anything, once the tables exist", async () => {
    const role = newName();
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await pool.query(setupSql({ schema }));
    await pool.query(
      `GRANT USAGE ON SCHEMA ${schema} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role}`,
    );
    const url = new URL(newest.url);
    [url.username, url.password] = [role, "x"];
    const saver = PostgresSaver.fromConnString(url.href, { schema });
    await saver.setup();
    await putTurn(saver, { thread: "role", id: turnId(1), values: { a: 1 } });
    expect((await saver.get(configOf("role")))?.channel_values).toEqual({ a: 1 });
    await saver.deleteThread("role");
    await saver.close();
    await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it("works for a role that may create tables in a schema, but no schema", async () => {
    const [role, name] = [newName(), newName()];
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; CREATE SCHEMA ${name} AUTHORIZATION ${role}`);
    const url = new URL(newest.url);
    [url.username, url.password] = [role, "x"];
    for (const options of [{ schema: name }, { schema: name, createSchema: false }]) {
      await using saver = PostgresSaver.fromConnString(url.href, options);
      await saver.setup();
      expect(await saver.getTuple(configOf("t"))).toBeUndefined();
    }
    await pool.query(`DROP SCHEMA ${name} CASCADE; DROP ROLE ${role}`);
  });

  it.each(["threads", "checkpoints", "writes", "blobs", "migrations"])(
    "says so when the table of %s is gone, and brings it back",
    async (name) => {
      const own = newName();
      await new PostgresSaver(pool, { schema: own }).setup();
      await pool.query(`DROP TABLE ${own}.threadmark_${name}`);
      const saver = new PostgresSaver(pool, { schema: own });
      await expect(saver.getTuple(configOf("t"))).rejects.toMatchObject({ code: "NOT_SET_UP" });
      await saver.setup();
      await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
      expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
      await pool.query(`DROP SCHEMA ${own} CASCADE`);
    },
  );

  it("sees row level security that hides everything, and works with a policy", async () => {
    const [role, own] = [newName(), newName()];
    await new PostgresSaver(pool, { schema: own }).setup();
    const tables = ["threads", "checkpoints", "writes", "blobs"].map((name) => `${own}.threadmark_${name}`);
    await pool.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA ${own} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${own} TO ${role}`);
    for (const table of [...tables, `${own}.threadmark_migrations`]) {
      await pool.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
    }
    const url = new URL(newest.url);
    [url.username, url.password] = [role, "x"];
    await using saver = PostgresSaver.fromConnString(url.href, { schema: own });
    for (const call of [() => saver.getTuple(configOf("t")), () => saver.setup()]) {
      await expect(call()).rejects.toMatchObject({
        code: "STORAGE_FAILED",
        message: expect.stringMatching(/row level security.*threadmark_threads/),
      });
    }
    await pool.query(`ALTER TABLE ${own}.threadmark_migrations DISABLE ROW LEVEL SECURITY`);
    for (const table of tables) {
      await pool.query(`CREATE POLICY own ON ${table} TO ${role} USING (true)`);
    }
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
    await saver.close();
    await pool.query(`DROP SCHEMA ${own} CASCADE; DROP ROLE ${role}`);
  });

  it("does not create the schema when told not to", async () => {
    const saver = new PostgresSaver(pool, { schema: newName(), createSchema: false });
    await expect(saver.setup()).rejects.toMatchObject({ code: "3F000" });
  });

  it("prints SQL that a DBA can run twice", async () => {
    const name = newName();
    const sql = setupSql({ schema: name });
    await pool.query(sql);
    await pool.query(sql);
    const saver = new PostgresSaver(pool, { schema: name });
    expect(await saver.getTuple(configOf("t"))).toBeUndefined();
    await pool.query(`DROP SCHEMA ${name} CASCADE`);
  });

  it.each(['a"b; DROP TABLE x; --', "Upper Case", "ünïcode", "select", "x".repeat(63)])(
    "takes %j as the name of a schema",
    async (name) => {
      const saver = new PostgresSaver(pool, { schema: name });
      await saver.setup();
      await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
      await saver.copyThread("t", "u");
      expect((await saver.get(configOf("u")))?.channel_values).toEqual({ a: 1 });
      const found = await pool.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [name]);
      expect(found.rows).toHaveLength(1);
      await pool.query(`DROP SCHEMA "${name.replaceAll('"', '""')}" CASCADE`);
    },
  );

  it.each(["", "x".repeat(64), "ü".repeat(32), "a\0b", "\ud800", 7 as unknown as string])(
    "refuses %j as the name of a schema",
    (name) => {
      expect(() => new PostgresSaver(pool, { schema: name })).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT", field: "schema" }),
      );
    },
  );
});
