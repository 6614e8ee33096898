/** A process that adopts: `node adopting-process.ts <url> <schema of the old> <schema of the new> <thread>…` */
import { PostgresSaver as OldPostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { at } from "./threads.ts";

const [url, oldSchema, schema, ...threads] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url!, max: 2 });
const adopt = new OldPostgresSaver(pool, undefined, { schema: oldSchema! });
const saver = new PostgresSaver(pool, { schema: schema!, adopt });
process.stdout.write("ready\n");
for (const thread of threads) {
  const tuple = await saver.getTuple(at(thread));
  process.stdout.write(`${tuple ? "found" : "missing"} ${thread}\n`);
}
await pool.end();
