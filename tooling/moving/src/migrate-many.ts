/**
 * Moves many checkpoints from LangGraph.js's `PostgresSaver` to ours with `threadmark migrate`, which is ended by SIGKILL
 * several times and started again, and compares both sides: `node migrate-many.ts <Postgres URL> [checkpoints] [kills]`.
 */
import { isDeepStrictEqual } from "node:util";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { storeMany, threadNames } from "./many-threads.ts";
import { runMigration } from "./migrating-process.ts";
import { newName, oldPostgres } from "./old-savers.ts";
import { tuplesOf } from "./threads.ts";

const PER_THREAD = 500;
const [url = "", wanted = "100000", wantedKills = "5"] = process.argv.slice(2);
const total = Number(wanted);
const kills = Number(wantedKills);
const threads = Math.ceil(total / PER_THREAD);
const started = Date.now();

function print(what: string): void {
  console.log(`${((Date.now() - started) / 1000).toFixed(0).padStart(5)} s  ${what}`);
}

const old = await oldPostgres({ url } as never);
const places = { url, oldSchema: old.schema, schema: newName() };
await storeMany(old.saver, { threads, perThread: PER_THREAD });
print(`${threads * PER_THREAD} checkpoints stored by LangGraph.js's PostgresSaver`);

let killed = 0;
for (;;) {
  const killAt = killed < kills ? Math.round(((killed + 1) / (kills + 1)) * total) : Infinity;
  let printed = -1;
  const run = await runMigration(places, {
    progress(checkpoints, bytes) {
      const tenth = Math.floor((checkpoints / total) * 10);
      if (tenth !== printed) print(`${checkpoints} checkpoints, ${Math.round(bytes / 2 ** 20)} MB resident`);
      printed = tenth;
      return checkpoints >= killAt;
    },
  });
  if (run.killed) {
    print(`ended by SIGKILL, for the ${++killed}. time`);
    continue;
  }
  print(`exit code ${run.code}: ${run.out.trim()}`);
  if (run.code !== 0) console.error(run.err);
  break;
}

const pool = new pg.Pool({ connectionString: url, max: 4 });
const saver = new PostgresSaver(pool, { schema: places.schema });
let same = 0;
for (const thread of threadNames(threads)) {
  const [before, after] = [await tuplesOf(old.saver, thread), await tuplesOf(saver, thread)];
  if (!isDeepStrictEqual(after, before)) throw new Error(`${thread} is different`);
  same += after.length;
}
print(`${same} checkpoints are equal on both sides, after ${killed} kills`);
await saver.close();
await pool.query(`DROP SCHEMA ${places.schema} CASCADE`);
await pool.end();
await old.close();
