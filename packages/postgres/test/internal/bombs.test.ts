import { countTests } from "@threadmark/services";
import { refusesBombs } from "@threadmark/storage-tests";
import pg from "pg";
import { describe } from "vitest";
import { PgDatabase } from "../../src/pg.ts";
import { tablesIn } from "../../src/schema.ts";
import { PostgresStorage } from "../../src/storage.ts";
import { newest, newName } from "../database.ts";

describe("PostgresStorage with values that blow up", () => {
  countTests(newest);
  const tables = tablesIn(newName());
  const pool = new pg.Pool({ connectionString: newest.url });
  const capabilities = { persistent: true, shared: true, scanAllThreads: true };
  const open = async () => new PgDatabase(pool, { end: async () => {}, prepare: undefined });
  const storage = new PostgresStorage({ open, tables, createSchema: true, autoSetup: true, capabilities });
  refusesBombs({
    storage,
    async clear() {
      await pool.query(`DELETE FROM ${tables.threads}; DELETE FROM ${tables.checkpoints};
          DELETE FROM ${tables.writes}; DELETE FROM ${tables.blobs}`);
    },
    async close() {
      await pool.query(`DROP SCHEMA ${tables.schema} CASCADE`);
      await pool.end();
    },
  });
});
