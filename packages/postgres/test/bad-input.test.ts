import { inspect } from "node:util";
import { PostgresSaver, setupSql } from "@threadmark/postgres";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { countTests } from "@threadmark/services";
import { openPGlite } from "@threadmark/services/pglite";
import { drizzle } from "drizzle-orm/node-postgres";
import { drizzle as drizzlePostgresJs } from "drizzle-orm/postgres-js";
import knex from "knex";
import pg from "pg";
import postgres from "postgres";
import { afterAll, describe, expect, it } from "vitest";
import { newest, newName, useSchema } from "./database.ts";

const SECRET = "s3cret-pa55";

/** Everything that a logger could print of an error. */
function printed(error: unknown): string {
  return inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error);
}

function thrownBy(make: () => unknown): unknown {
  try {
    make();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("what is no client", () => {
  countTests(newest);
  const { pool } = useSchema();
  const sql = postgres(`postgres://u:${SECRET}@127.0.0.1:1/x`, { max: 1 });
  const knexed = knex({ client: "pg", connection: `postgres://u:${SECRET}@127.0.0.1:1/x` });
  const ended = new pg.Pool({ connectionString: newest.url });
  const named: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["a URL", () => `postgres://u:${SECRET}@h/x`, /fromConnString/],
    ["a URL object", () => new URL(`postgres://u:${SECRET}@h/x`), /fromConnString/],
    ["nothing", () => undefined, /not undefined/],
    ["null", () => null, /not null/],
    ["options of a pool", () => ({ connectionString: `postgres://u:${SECRET}@h/x` }), /no query method/],
    ["postgres.js", () => sql, /postgres\.js/],
    ["Drizzle on pg", () => drizzle(pool), /Drizzle.*\$client/],
    ["Drizzle on postgres.js", () => drizzlePostgresJs(sql), /Drizzle/],
    ["Knex", () => knexed, /Knex/],
    ["a Client that is not connected", () => new pg.Client({ connectionString: newest.url }), /connect\(\)/],
    ["a Pool that was ended", () => (void ended.end(), ended), /ended/],
    ["the module pg", () => pg, /no query method/],
    ["a function", () => async () => [], /no query method/],
  ];

  afterAll(async () => {
    await sql.end();
    await knexed.destroy();
  });

  it.each(named)("is refused when the saver is made, and named: %s", (_, make, message) => {
    const error = thrownBy(() => new PostgresSaver(make() as pg.Pool));
    expect(error).toMatchObject({
      code: "INVALID_ARGUMENT",
      field: "client",
      message: expect.stringMatching(message),
    });
    expect(printed(error)).not.toContain(SECRET);
  });

  it("is neither a client that is being connected, nor one that was lent, nor the pool of Drizzle", async () => {
    const { schema } = useNewSchema();
    const client = new pg.Client({ connectionString: newest.url });
    const connected = client.connect();
    const saver = new PostgresSaver(client, { schema });
    await connected;
    await saver.setup();
    const lent = await pool.connect();
    expect(await new PostgresSaver(lent, { schema }).getTuple(configOf("t"))).toBeUndefined();
    lent.release();
    expect(
      await new PostgresSaver(drizzle(pool).$client, { schema }).getTuple(configOf("t")),
    ).toBeUndefined();
    await client.end();
  });

  function useNewSchema(): { schema: string } {
    const schema = newName();
    afterAll(async () => {
      const admin = new pg.Pool({ connectionString: newest.url });
      await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await admin.end();
    });
    return { schema };
  }
});

describe("what is no connection string", () => {
  countTests(newest);

  it.each([
    undefined,
    null,
    "",
    7,
    { host: "localhost", password: SECRET },
    `mysql://root:${SECRET}@localhost/x`,
    `http://u:${SECRET}@localhost`,
    `host=localhost password=${SECRET}`,
    `postgres://u:p#${SECRET}@localhost/x`,
    `postgres://u:${SECRET}@localhost:port/x`,
    `postgres://u:${SECRET}@a:1,b:2/x`,
  ])("is refused: %#", (connString) => {
    const error = thrownBy(() => PostgresSaver.fromConnString(connString as string));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field: "connString" });
    expect(printed(error)).not.toContain(SECRET);
  });

  it.each(["/var/run/postgresql agents", "socket:/tmp?db=agents", "postgresql:///agents?host=/tmp"])(
    "is not %s",
    async (connString) => {
      await PostgresSaver.fromConnString(connString).close();
    },
  );

  it.each([undefined, "", 7, "a\0b", "memory://", "file:///tmp/x", new URL("file:///tmp/x")])(
    "nor is %j a folder",
    (folder) => {
      expect(() => PostgresSaver.fromFolder(folder as string)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT", field: "folder" }),
      );
    },
  );
});

describe("an option that does not exist", () => {
  countTests(newest);
  const url = "postgres://localhost/x";
  const make: readonly (readonly [string, (options: object) => unknown])[] = [
    ["new PostgresSaver", (options) => new PostgresSaver(new pg.Pool(), options)],
    ["new PostgresSaver with serde", (options) => new PostgresSaver(new pg.Pool(), undefined, options)],
    ["fromConnString", (options) => PostgresSaver.fromConnString(url, options)],
    ["fromFolder", (options) => PostgresSaver.fromFolder("threads", options)],
    ["setupSql", (options) => setupSql(options)],
  ];

  it.each(make)("is refused by %s, which names the one that was meant", (_, saver) => {
    expect(() => saver({ shcema: "agents" })).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        field: "shcema",
        message: expect.stringContaining("did you mean schema?"),
      }),
    );
    for (const options of [url, 7, [], () => {}]) {
      expect(() => saver(options as object)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    }
  });

  it.each([
    [{ max: 5 }, "max", /use pool/],
    [{ pool: 5 }, "pool", /an object/],
    [{ createSchema: "no" }, "createSchema", /true or false/],
    [{ prepareStatements: 1 }, "prepareStatements", /true or false/],
  ])("nor one that is wrong: %j", (options, field, message) => {
    expect(() => PostgresSaver.fromConnString(url, options as object)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", field, message: expect.stringMatching(message) }),
    );
  });
});

describe("a driver's errors", () => {
  countTests(newest);
  const { schema, pool } = useSchema();

  it("hand on no value that is stored or sent, nor the password", async () => {
    const saver = new PostgresSaver(pool, { schema });
    await saver.setup();
    await pool.query(`ALTER TABLE ${schema}.threadmark_checkpoints ADD CHECK (thread <> '${SECRET}')`);
    await pool.query(`ALTER TABLE ${schema}.threadmark_writes ADD CHECK (channel <> '${SECRET}x')`);
    const reporting = new pg.Pool({
      connectionString: newest.url,
      options: "-c log_parameter_max_length_on_error=-1",
    });
    const errors = [
      await rejection(
        putTurn(new PostgresSaver(reporting, { schema }), {
          thread: SECRET,
          id: turnId(1),
          values: { a: SECRET },
        }),
      ),
      await rejection(saver.putWrites(configOf("t", turnId(1)), [[`${SECRET}x`, SECRET]], "task")),
      await rejection(onWrongPassword().setup()),
    ];
    await reporting.end();
    expect(errors.map((error) => (error as { code: unknown }).code).slice(0, 2)).toEqual(["23514", "23514"]);
    for (const error of errors) expect(printed(error)).not.toContain(SECRET);
  });

  it("hand on none from PGlite either, which repeats parameters; and one that was closed is no client", async () => {
    const lite = await openPGlite();
    const saver = new PostgresSaver(lite);
    await saver.setup();
    await lite.exec(`ALTER TABLE threadmark_checkpoints ADD CHECK (thread <> '${SECRET}')`);
    const error = await rejection(putTurn(saver, { thread: SECRET, id: turnId(1), values: { a: SECRET } }));
    expect(error).toMatchObject({ code: "23514" });
    expect(printed(error)).not.toContain(SECRET);
    await lite.close();
    expect(() => new PostgresSaver(lite)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  async function rejection(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );
  }

  function onWrongPassword(): PostgresSaver {
    const url = new URL(newest.url);
    url.username = "nobody-has-this-name";
    url.password = SECRET;
    return PostgresSaver.fromConnString(url.href);
  }
});
