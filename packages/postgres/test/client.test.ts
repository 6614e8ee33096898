import { countTests } from "@threadmark/services";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { newest, openSaver, useSchema } from "./database.ts";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe("a single client", () => {
  countTests(newest);
  const { schema, pool } = useSchema();

  it("gets one query at a time, however many calls there are, and goes on after one that failed", async () => {
    await openSaver(pool, schema);
    const warnings: Error[] = [];
    const listen = (warning: Error): number => warnings.push(warning);
    process.on("warning", listen);
    const client = new pg.Client({ connectionString: newest.url, statement_timeout: 2000 });
    await client.connect();
    const saver = new PostgresSaver(client, { schema });
    await putTurn(saver, { thread: "t", id: turnId(1) });

    const blocker = await pool.connect();
    await blocker.query(`BEGIN; LOCK ${schema}.threadmark_threads`);
    const failing = putTurn(saver, { thread: "t", id: turnId(2) });
    const waiting = putTurn(saver, { thread: "t", id: turnId(3) });
    await expect(failing).rejects.toMatchObject({ code: "57014" });
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
