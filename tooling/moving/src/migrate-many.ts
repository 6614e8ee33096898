/**
 * Copies many checkpoints from LangGraph.js's `SqliteSaver` to ours on Postgres, and prints how far it is and what the
 * process holds: `node migrate-many.ts <Postgres URL> [checkpoints]`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrateThreads } from "@threadmark/core";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { newName, openSqlite } from "./old-savers.ts";

const PER_THREAD = 500;
const [url, wanted = "100000"] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "threadmark-migrate-"));
const { saver: from, close } = await openSqlite(join(folder, "old.db"));
const started = Date.now();

function print(what: string): void {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const megabytes = [rss, heapUsed].map((bytes) => `${Math.round(bytes / 2 ** 20)} MB`);
  console.log(
    `${((Date.now() - started) / 1000).toFixed(0)} s  ${what}  rss ${megabytes[0]}, heap ${megabytes[1]}`,
  );
}

for (let count = 0; count < Number(wanted); count++) {
  const turn = count % PER_THREAD;
  const id = (n: number) => `1f000000-0000-6000-8000-${String(n).padStart(12, "0")}`;
  const messages = Array.from({ length: 1 + (turn % 20) }, (_, i) => ({
    role: "user",
    content: `message ${i}`,
  }));
  await from.put(
    {
      configurable: {
        thread_id: `thread ${Math.floor(count / PER_THREAD)}`,
        ...(turn > 0 && { checkpoint_id: id(turn - 1) }),
      },
    },
    {
      v: 4,
      id: id(turn),
      ts: new Date(started + count).toISOString(),
      channel_values: { messages },
      channel_versions: { messages: turn + 1 },
      versions_seen: {},
    },
    { source: "loop", step: turn, parents: {} },
    { messages: turn + 1 },
  );
}
print(`${wanted} checkpoints are there`);

const pool = new pg.Pool({ connectionString: url!, max: 4 });
const schema = newName();
const to = new PostgresSaver(pool, { schema });
await to.setup();
const report = await migrateThreads({
  from,
  to,
  onProgress: ({ checkpoints }) => checkpoints % 5000 === 0 && print(`${checkpoints} checkpoints`),
});
print(JSON.stringify(report));
await pool.query(`DROP SCHEMA ${schema} CASCADE`);
await pool.end();
await close();
await rm(folder, { recursive: true });
