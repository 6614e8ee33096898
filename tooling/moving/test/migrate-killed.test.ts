import { PostgresSaver } from "@threadmark/postgres";
import { countTests, servers } from "@threadmark/services";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { storeMany, threadNames } from "../src/many-threads.ts";
import { runMigration } from "../src/migrating-process.ts";
import { newName, oldPostgres } from "../src/old-savers.ts";
import { tuplesOf } from "../src/threads.ts";

const AMOUNT = { threads: 12, perThread: 60 };

describe.each(servers("postgres"))("threadmark migrate on $kind $version", (server) => {
  countTests(server);

  it("continues after SIGKILL, and then everything is the same on both sides", async () => {
    const old = await oldPostgres(server);
    const schema = newName();
    const { url } = server;
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    try {
      await storeMany(old.saver, AMOUNT);
      const places = { url, oldSchema: old.schema, schema };
      const saver = new PostgresSaver(pool, { schema });
      await saver.setup();
      // Slow, so that it cannot come to its end before it is killed.
      await pool.query(`
        CREATE FUNCTION ${schema}.slow() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$;
        CREATE TRIGGER slow BEFORE INSERT ON ${schema}.threadmark_checkpoints
          FOR EACH ROW EXECUTE FUNCTION ${schema}.slow()`);
      // Its first line of progress comes with the first checkpoint.
      for (let kill = 0; kill < 2; kill++) {
        expect(await runMigration(places, { progress: () => true })).toMatchObject({ killed: true });
      }
      await pool.query(`DROP FUNCTION ${schema}.slow() CASCADE`);
      const total = AMOUNT.threads * AMOUNT.perThread;
      const { code, out, err } = await runMigration(places);
      expect([code, err.replaceAll(/^\d+ of 12 threads, .*\n/gm, "")]).toEqual([0, ""]);
      const report = JSON.parse(out) as { stored: number };
      expect(report).toMatchObject({ threads: AMOUNT.threads, checkpoints: total, failures: [] });
      expect(report.stored).toBeLessThan(total);
      for (const thread of threadNames(AMOUNT.threads)) {
        expect(await tuplesOf(saver, thread)).toEqual(await tuplesOf(old.saver, thread));
      }
    } finally {
      await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await pool.end();
      await old.close();
    }
  });
});
