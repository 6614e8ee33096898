import { storageConformance } from "@threadmark/conformance/storage";
import { enough, seed } from "@threadmark/random-tests";
import { countTests, nameOf, servers } from "@threadmark/services";
import { openPGlite } from "@threadmark/services/pglite";
import pg from "pg";
import { afterAll, describe, it } from "vitest";
import { PgDatabase, PGliteDatabase, type Database } from "../../src/pg.ts";
import { tablesIn } from "../../src/schema.ts";
import { PostgresStorage } from "../../src/storage.ts";
import { newName } from "../database.ts";

const CAPABILITIES = { persistent: true, shared: true, scanAllThreads: true };

function compare(database: Database, sequences: number): void {
  const schema = newName();
  const tables = tablesIn(schema);
  const { threads, checkpoints, writes, blobs } = tables;
  const open = async () => database;
  const options = { open, tables, createSchema: true, autoSetup: true, capabilities: CAPABILITIES };
  storageConformance({
    name: "the port",
    runner: { describe, it, afterAll },
    skip: ["rollback"],
    seed,
    sequences: enough(sequences),
    open: async () => ({
      storage: new PostgresStorage(options),
      async clear() {
        const statements = [threads, checkpoints, writes, blobs].map((name) => `DELETE FROM ${name}`);
        await database.script(statements.join(";"));
      },
      async close() {
        await database.script(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
        await database.close();
      },
    }),
  });
}

/** Sequences look for logic errors, which are the same on every server: one has most of them. */
const onEach = servers("postgres").map((server, index) => ({
  title: nameOf(server),
  server,
  sequences: index === 0 ? 30 : 15,
}));

describe.each(onEach)("PostgresStorage on $title", ({ server, sequences }) => {
  countTests(server);
  const pool = new pg.Pool({ connectionString: server.url });
  compare(new PgDatabase(pool, { end: () => pool.end(), prepare: false }), sequences);
});

const client = await openPGlite();

describe("PostgresStorage on PGlite", () => {
  countTests({ kind: "pglite", version: "" });
  compare(new PGliteDatabase(client, () => client.close()), 15);
});
