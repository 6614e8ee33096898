import { countTests } from "@threadmark/services";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { newest, useSchema } from "./database.ts";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe("statements that a connection keeps", () => {
  countTests(newest);
  const { schema, pool } = useSchema();

  beforeAll(async () => {
    await new PostgresSaver(pool, { schema }).setup();
  });

  async function keptBy(options: { prepareStatements?: boolean }): Promise<string[]> {
    const client = new pg.Client({ connectionString: newest.url });
    await client.connect();
    const saver = new PostgresSaver(client, { ...options, schema });
    for (let i = 1; i <= 3; i++) await putTurn(saver, { thread: "t", id: turnId(i), values: { i } });
    await saver.putWrites(configOf("t", turnId(1)), [["a", 1]], "task");
    for (let i = 0; i < 2; i++) await saver.getTuple(configOf("t"));
    for await (const tuple of saver.list(configOf("t"))) expect(tuple.config).toBeDefined();
    const { rows } = await client.query<{ text: string }>(
      "SELECT statement AS text FROM pg_prepared_statements",
    );
    await client.end();
    return rows.map(({ text }) => text);
  }

  it("are none", async () => {
    expect(await keptBy({})).toEqual([]);
  });

  it("are those of put, putWrites and getTuple where the option asks for it", async () => {
    const kept = await keptBy({ prepareStatements: true });
    const parts = ["stored_checkpoint", "stored_writes", "reached"];
    for (const part of parts) expect(kept.some((text) => text.includes(part))).toBe(true);
    expect(kept.some((text) => text.includes("row_number"))).toBe(false);
  });
});
