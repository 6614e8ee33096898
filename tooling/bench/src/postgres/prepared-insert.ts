import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { interleave, timesTable } from "../interleave.ts";
import { put } from "../scenarios.ts";

const ROUNDS = 400;
const BYTES = 4000;
const SCHEMA = "bench_insert";

/** How long a put takes beside the least that could be done: one prepared insert of as many bytes. */
export async function insertTable(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  const saver = new PostgresSaver(client, { schema: SCHEMA });
  const preparing = new PostgresSaver(client, { schema: SCHEMA, prepareStatements: true });
  await saver.setup();
  await client.query(`CREATE TABLE ${SCHEMA}.plain (id text PRIMARY KEY, bytes bytea)`);
  const putWith = (one: PostgresSaver, thread: string) => (round: number) =>
    put(one, { thread, step: round + 1, values: { bytes: newBytes() }, changed: ["bytes"] });
  const times = await interleave(
    [
      {
        name: "prepared insert",
        run: (round) =>
          client.query({
            name: "insert",
            text: `INSERT INTO ${SCHEMA}.plain VALUES ($1, $2)`,
            values: [String(round), newBytes()],
          }),
      },
      { name: "put", run: putWith(saver, "a") },
      { name: "put with `prepareStatements`", run: putWith(preparing, "b") },
    ],
    ROUNDS,
  );
  await client.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
  await client.end();
  return `A put compared with the least that storing as many bytes can take, alternating on one connection:

${timesTable(`${BYTES} new bytes`, times)}`;
}

function newBytes(): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(BYTES));
}
