import { storageConformance } from "@threadmark/conformance/storage";
import { enough, seed, tell } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import pg from "pg";
import { afterAll, describe, it } from "vitest";
import { PgDatabase } from "../../src/pg.ts";
import { tablesIn } from "../../src/schema.ts";
import { PostgresStorage } from "../../src/storage.ts";
import { newest, newName } from "../database.ts";

describe("PostgresStorage that loses its last changes", () => {
  countTests(newest);
  const tables = tablesIn(newName());
  const pool = new pg.Pool({ connectionString: newest.url });
  const capabilities = { persistent: true, shared: true, scanAllThreads: true };
  const open = async () => new PgDatabase(pool, { end: async () => {}, prepare: undefined });
  const storage = new PostgresStorage({ open, tables, createSchema: true, autoSetup: true, capabilities });
  const programs = enough(5);
  storageConformance({
    name: "the port",
    runner: { describe, it, afterAll },
    only: ["rollback"],
    seed,
    programs,
    open: async () => ({
      storage,
      async clear() {
        await pool.query(`DELETE FROM ${tables.threads}; DELETE FROM ${tables.checkpoints};
          DELETE FROM ${tables.writes}; DELETE FROM ${tables.blobs}`);
      },
      async close() {
        await pool.query(`DROP SCHEMA ${tables.schema} CASCADE`);
        await pool.end();
      },
    }),
  });
  afterAll(() => {
    tell("random programs on a storage that loses its last changes", { programs });
  });
});
