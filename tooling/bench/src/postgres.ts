// Measures PostgresSaver beside LangGraph.js's own on one server, and writes docs/benchmarks-postgres.md.
// Arguments: --turns 50,200,1000. The server is the one that the tests use.
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startFaultProxy, type FaultProxy } from "@threadmark/services";
import { startServers } from "@threadmark/services/start";
import pg from "pg";
import { SCENARIOS, type Scenario } from "./postgres-scenarios.ts";
import { CONTESTANTS, type Contestant } from "./postgres-savers.ts";
import { prepareInsert } from "./prepared-insert.ts";
import { markdownTable } from "./table.ts";

/** What a scenario has cost. */
interface Cost {
  readonly milliseconds: number;
  readonly roundTrips: number;
  readonly wire: number;
  readonly disk: number;
}

const { values } = parseArgs({ options: { turns: { type: "string", default: "50,200,1000" } } });
const run = await startServers(["postgres:17"]);
try {
  const [server] = run.servers;
  if (!server) throw new Error("no Postgres can be had here");
  const comparison = await compareAll(server.url, values.turns.split(",").map(Number));
  const text = `# Benchmarks of @threadmark/postgres

Made by \`npm run bench:postgres\` in \`tooling/bench\`, on Postgres ${server.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}.
Times differ from machine to machine; round trips and bytes hardly do. *disk* is everything that the tables take at the end,
indexes included.

${comparison}

The least that storing bytes can take, and a put of as many:

${await prepareInsert(server.url)}
`;
  await writeFile(new URL("../../../docs/benchmarks-postgres.md", import.meta.url), text);
} finally {
  await run.stop();
}

async function compareAll(url: string, turns: readonly number[]): Promise<string> {
  const rows: string[][] = [];
  for (const scenario of SCENARIOS(turns)) {
    const costs: Cost[] = [];
    for (const contestant of CONTESTANTS) {
      process.stderr.write(`${scenario.name}: ${contestant.name}\n`);
      costs.push(await measure(url, scenario, contestant));
      rows.push([scenario.name, contestant.name, ...cells(costs.at(-1)!)]);
    }
    rows.push([scenario.name, "**ratio**", ...ratios(costs)]);
  }
  return markdownTable(["scenario", "saver", "time", "round trips", "wire", "disk"], rows);
}

async function measure(url: string, scenario: Scenario, contestant: Contestant): Promise<Cost> {
  const direct = new pg.Pool({ connectionString: url });
  const target = new URL(url);
  const proxy = await startFaultProxy({ host: target.hostname, port: Number(target.port) });
  [target.hostname, target.port] = ["127.0.0.1", String(proxy.port)];
  const pool = new pg.Pool({ connectionString: target.href, max: scenario.connections });
  const schema = `bench_${contestant.schema}`;
  try {
    const trips = countTrips(proxy);
    await direct.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    const open = () => contestant.open(pool, schema);
    const saver = await open();
    await saver.setup();
    await scenario.prepare?.(saver);
    const before = { trips: trips(), wire: proxy.sent + proxy.received };
    const start = performance.now();
    await scenario.run(saver, open);
    const milliseconds = performance.now() - start;
    const wire = proxy.sent + proxy.received - before.wire;
    return { milliseconds, roundTrips: trips() - before.trips, wire, disk: await diskOf(direct, schema) };
  } finally {
    await direct.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
    await proxy.close();
    await direct.end();
  }
}

/** A round trip ends with the message ReadyForQuery, `Z`, whose length is 5 and which ends what is sent. */
function countTrips(proxy: FaultProxy): () => number {
  let count = 0;
  proxy.onData = (data) => {
    const end = data.subarray(-6);
    if (end[0] === 0x5a && end.readInt32BE(1) === 5) count++;
    return false;
  };
  return () => count;
}

async function diskOf(pool: pg.Pool, schema: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    `SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class AS c
    WHERE c.relkind = 'r' AND c.relnamespace = $1::regnamespace`,
    [schema],
  );
  return Number(rows[0]!.bytes);
}

function cells({ milliseconds, roundTrips, wire, disk }: Cost): string[] {
  return [`${(milliseconds / 1000).toFixed(2)} s`, String(roundTrips), megabytes(wire), megabytes(disk)];
}

function ratios([ours, official]: readonly Cost[]): string[] {
  const ratio = (pick: (cost: Cost) => number) => `${(pick(official!) / pick(ours!)).toFixed(1)} ×`;
  return [
    ratio((cost) => cost.milliseconds),
    ratio((cost) => cost.roundTrips),
    ratio((cost) => cost.wire),
    ratio((cost) => cost.disk),
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
