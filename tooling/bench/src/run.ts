// npm run bench -- [--quick] [--trial] [--rounds N] [name of a table, database or scenario ...]
// Measures, keeps the results as JSON, and writes the pages from them. A trial only prints; so does a run of single
// scenarios, since a table is measured in one go. `counts` records what the tests compare with. Nothing else should run meanwhile.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { startServers } from "@threadmark/services/start";
import { countOf } from "./counts/count.ts";
import { writeCounts, type Counts } from "./counts/counts.ts";
import { DATABASES, type Database } from "./databases.ts";
import { thisMachine } from "./machine.ts";
import { measure } from "./measure.ts";
import { writePages } from "./pages/write-pages.ts";
import { writeOverhead, writeResults, writeSerializer } from "./results.ts";
import type { OverheadResults, Row, SerializerResults } from "./results.ts";
import { TABLES, type Scenario, type TableId } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { median, ratios } from "./statistics.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    trial: { type: "boolean", default: false },
    rounds: { type: "string" },
  },
});
const command = ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(
  " ",
);
const SERIALIZER = "serializer";
const OVERHEAD = "overhead";
/** Measured in separate processes, without a database. */
const ALONE = [SERIALIZER, OVERHEAD];
const COUNTS = "counts";
const databases = chosen(DATABASES.map(({ id }) => id));
const tables = values.quick ? ["main"] : chosen(TABLES);
const scenarios = chosen(SCENARIOS.map(({ id }) => id));
const trial = values.trial || positionals.includes(COUNTS) || scenarios.length < SCENARIOS.length;
const unknown = positionals.filter(
  (word) => ![...ALONE, COUNTS, ...databases, ...tables, ...scenarios].includes(word),
);
if (unknown.length > 0) throw new Error(`there is no table, database or scenario ${unknown.join(", ")}`);

const wanted = ALONE.includes(positionals.join()) ? [] : DATABASES.filter(({ id }) => databases.includes(id));
const run = await startServers(wanted.flatMap(({ server }) => server ?? []));
try {
  if (positionals.includes(COUNTS)) await count();
  else
    for (const database of wanted) {
      for (const table of TABLES) if (tables.includes(table)) await bench(database, table);
    }
} finally {
  await run.stop();
}
if (!trial) {
  if (!values.quick && (positionals.length === 0 || positionals.includes(SERIALIZER)))
    await benchSerializer();
  if (!values.quick && (positionals.length === 0 || positionals.includes(OVERHEAD))) await benchOverhead();
  await writePages();
}

/** Those that the command names; all when it names none of this kind. */
function chosen(ids: readonly string[]): readonly string[] {
  const named = ids.filter((id) => positionals.includes(id));
  return named.length > 0 ? named : ids;
}

async function bench(database: Database, table: TableId): Promise<void> {
  const mine = SCENARIOS.filter(
    (one) =>
      one.table === table &&
      scenarios.includes(one.id) &&
      (one.only ?? [database.id]).includes(database.id) &&
      (database.only ?? [one.id]).includes(one.id),
  );
  if (mine.length === 0) return;
  const server = serverOf(database);
  await using meter = await database.meter(server.url);
  const machine = await thisMachine(database.id, server.version, command);
  const rows: Row[] = [];
  for (const scenario of mine) {
    const rounds = values.rounds && scenario.rounds > 1 ? Number(values.rounds) : scenario.rounds;
    const began = performance.now();
    const row = await measure({ database, url: server.url, meter }, { ...scenario, rounds });
    rows.push(row);
    tell(database, scenario, row, performance.now() - began);
  }
  if (!trial) await writeResults({ database: database.id, table, machine, rows });
}

async function benchOverhead(): Promise<void> {
  const measured = await measuredBy<OverheadResults>(OVERHEAD);
  await writeOverhead({ machine: await thisMachine(OVERHEAD, undefined, command), ...measured });
}

async function measuredBy<Results>(name: string): Promise<Omit<Results, "machine">> {
  const program = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", program]);
  return JSON.parse(stdout) as Omit<Results, "machine">;
}

async function benchSerializer(): Promise<void> {
  const measured = await measuredBy<SerializerResults>(SERIALIZER);
  await writeSerializer({ machine: await thisMachine(SERIALIZER, undefined, command), ...measured });
}

/** Records what the tests compare with. */
async function count(): Promise<void> {
  const counts: Record<string, Counts> = {};
  for (const database of DATABASES) {
    if (database.only === undefined) counts[database.id] = await countOf(database, serverOf(database).url);
  }
  await writeCounts(counts);
}

function serverOf({ server, title }: Database): { url: string; version: string | undefined } {
  if (server === undefined) return { url: "", version: undefined };
  const kind = server.split(":")[0];
  const found = run.servers.find((one) => one.kind === kind);
  if (found) return { url: found.url, version: `${title} ${found.version}` };
  const reasons = run.missing.flatMap((one) => one.reasons).join("; ");
  throw new Error(`${server} cannot be started: ${reasons}`);
}

function tell(database: Database, scenario: Scenario, { costs }: Row, milliseconds: number): void {
  const cpu = ({ client, server }: Row["costs"][number]) => client.map((one, i) => one + server[i]!);
  const texts = costs.map((cost) => {
    const [total, wall] = [median(cpu(cost)), median(cost.wall)].map(Math.round);
    return `${cost.contestant} ${total} (${wall})`;
  });
  const ratio = median(ratios(cpu(costs[0]!), cpu(costs[1]!))).toFixed(2);
  const seconds = (milliseconds / 1000).toFixed(1);
  process.stderr.write(
    `${database.id} ${scenario.id}: ${ratio} × — ms of CPU (wall): ${texts.join(", ")} — ${seconds} s\n`,
  );
}
