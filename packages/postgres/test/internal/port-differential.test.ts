import { countTests, nameOf, servers } from "@threadmark/services";
import { MemoryStorage } from "@threadmark/memory";
import { PGlite } from "@electric-sql/pglite";
import fc from "fast-check";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { PgDatabase, PGliteDatabase, type Database } from "../../src/pg.ts";
import { tablesIn } from "../../src/schema.ts";
import { PostgresStorage } from "../../src/storage.ts";
import { newName } from "../database.ts";
import { comparable, contentOf, operation, perform, sorted } from "./random-operations.ts";

const CAPABILITIES = { persistent: true, shared: true, scanAllThreads: true };

/** Random calls get the same answers from this storage as from the one in memory. */
function compare(database: Database, sequences: number): void {
  const schema = newName();
  const tables = tablesIn(schema);
  const open = async () => database;

  afterAll(async () => {
    await database.script(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await database.close();
  });

  it("answers random calls as the storage in memory does", async () => {
    const options = { open, tables, createSchema: true, autoSetup: true, capabilities: CAPABILITIES };
    const storage = new PostgresStorage(options);
    await storage.setup();
    const property = fc.asyncProperty(
      fc.array(operation, { minLength: 10, maxLength: 60, size: "max" }),
      async (operations) => {
        const { threads, checkpoints, writes, blobs } = tables;
        await database.script(
          [threads, checkpoints, writes, blobs].map((name) => `DELETE FROM ${name}`).join(";"),
        );
        const model = new MemoryStorage();
        for (const call of operations) {
          const [expected, actual] = [await perform(model, call), await perform(storage, call)];
          expect(answerOf(call.name, actual)).toEqual(answerOf(call.name, expected));
        }
        expect(comparable(await contentOf(storage))).toEqual(comparable(await contentOf(model)));
      },
    );
    await fc.assert(property, { numRuns: sequences });
  }, 300_000);
}

type Outline = Readonly<Record<string, unknown>>;

function outlineOf({ namespace, id, parent, run, header }: Outline): Outline {
  return { namespace, id, parent, run, header };
}

function answerOf(name: string, answer: unknown): unknown {
  const plain = comparable(answer);
  if (name === "blobs") return sorted(plain as unknown[]);
  if (name === "outline") {
    const page = plain as { checkpoints: Outline[]; more: boolean };
    return { ...page, checkpoints: page.checkpoints.map(outlineOf) };
  }
  if (name === "ancestors") {
    const line = plain as { checkpoint: Outline; writes: unknown }[];
    return line.map(({ checkpoint, writes }) => ({ checkpoint: outlineOf(checkpoint), writes }));
  }
  // The order is by time, which the two storages do not share.
  if (name !== "threads") return plain;
  const page = plain as { threads: unknown[]; more: boolean };
  return { ...page, threads: sorted(page.threads) };
}

describe.each(servers("postgres").map((server) => ({ title: nameOf(server), server })))(
  "PostgresStorage on $title",
  ({ server }) => {
    countTests(server);
    const pool = new pg.Pool({ connectionString: server.url });
    compare(new PgDatabase(pool, { end: () => pool.end(), prepare: false }), 60);
  },
);

describe("PostgresStorage on PGlite", () => {
  countTests({ kind: "pglite", version: "" });
  const client = new PGlite();
  compare(new PGliteDatabase(client, () => client.close()), 15);
});
