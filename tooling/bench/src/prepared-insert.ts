import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { markdownTable } from "./table.ts";

const ROUNDS = 400;
const BYTES = 4000;

/** How long a put takes beside the least that could be done: one prepared insert of as many bytes. */
export async function prepareInsert(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const schema = "bench_insert";
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  const saver = new PostgresSaver(client, { schema });
  await saver.setup();
  await client.query(`CREATE TABLE ${schema}.plain (id text PRIMARY KEY, bytes bytea)`);
  const insert = async (id: string, bytes: Uint8Array): Promise<void> => {
    await client.query({
      name: "insert",
      text: `INSERT INTO ${schema}.plain VALUES ($1, $2)`,
      values: [id, bytes],
    });
  };
  const put = async (id: string, bytes: Uint8Array): Promise<void> => {
    await saver.put(
      { configurable: { thread_id: "t" } },
      {
        v: 4,
        id,
        ts: "2026-01-01T00:00:00.000Z",
        channel_values: { bytes },
        channel_versions: { bytes: 1 },
        versions_seen: {},
      },
      { source: "loop", step: 0, parents: {} },
      { bytes: 1 },
    );
  };
  const contestants = new Map([
    ["prepared insert", insert],
    ["put", put],
  ]);
  const times = new Map([...contestants.keys()].map((name) => [name, 0]));
  for (let round = -50; round < ROUNDS; round++) {
    for (const [name, work] of contestants) {
      const bytes = globalThis.crypto.getRandomValues(new Uint8Array(BYTES));
      const start = performance.now();
      await work(String(round + 1000), bytes);
      if (round >= 0) times.set(name, times.get(name)! + performance.now() - start);
    }
  }
  await client.query(`DROP SCHEMA ${schema} CASCADE`);
  await client.end();
  const rows = [...times].map(([name, total]) => [name, `${(total / ROUNDS).toFixed(2)} ms`]);
  return markdownTable([`${BYTES} new bytes on one connection`, "mean"], rows);
}
