import { compare } from "../comparison.ts";
import type { Contestant, Database } from "../databases.ts";
import type { Cost, Results, Row } from "../results.ts";
import { scenarioOf } from "../scenarios.ts";
import { median } from "../statistics.ts";
import { markdownTable } from "./markdown.ts";
import { duration, size, times } from "./quantities.ts";

/** Every number of every contestant. */
export function costTable(database: Database, { rows }: Results): string {
  const head = [
    "scenario",
    "saver",
    "time",
    "CPU of the client",
    "CPU of the server",
    database.trips,
    "wire",
  ];
  const log = database.log === undefined ? [] : [database.log];
  const lines = rows.flatMap((row) => {
    const [first, ...rest] = row.costs.map((cost) => cells(database, row, cost));
    return [[row.title, ...first!], ...rest.map((line) => ["", ...line])];
  });
  return markdownTable([...head, ...log, ...database.stores, "peak memory", "CPU, compared"], lines);
}

function cells(database: Database, row: Row, cost: Cost): string[] {
  const { calls = 1, isPerCall } = callsOf(row);
  const time = (series: readonly number[]): string => {
    const all = series.map((one) => one / calls);
    const range = all.length > 1 ? ` (${duration(Math.min(...all))} – ${duration(Math.max(...all))})` : "";
    return `${duration(median(all))}${range}`;
  };
  const hasServer = database.server !== undefined;
  const logs = database.log === undefined ? [] : [cost.log === undefined ? "–" : bytes(cost.log / calls)];
  return [
    nameOf(database, cost.contestant),
    time(cost.wall),
    time(cost.client),
    hasServer ? time(cost.server) : "–",
    hasServer ? trips(cost.roundTrips / calls, isPerCall) : "–",
    hasServer ? bytes(cost.wire / calls) : "–",
    ...logs,
    ...cost.stored.map((one) => bytes(one / calls)),
    size(cost.peak),
    compared(row, cost),
  ];
}

function callsOf(row: Row): { calls: number | undefined; isPerCall: boolean } {
  const { calls } = scenarioOf(row.scenario);
  return { calls, isPerCall: calls !== undefined };
}

function trips(count: number, isPerCall: boolean): string {
  return isPerCall ? count.toFixed(1) : String(Math.round(count));
}

/** Memory that was freed meanwhile, or a page that was split before, does not count as stored. */
function bytes(count: number): string {
  return count < 1 ? "–" : size(count);
}

/** What it needs, divided by what ours needs. */
function compared(row: Row, cost: Cost): string {
  if (cost === row.costs[0]) return "";
  return times(compare({ ...row, costs: [row.costs[0]!, cost] }).cpu);
}

function nameOf(database: Database, id: string): string {
  const known: readonly (Contestant | undefined)[] = [...database.contestants, database.floor];
  return known.find((one) => one?.id === id)?.name ?? id;
}
