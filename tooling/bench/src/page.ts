import { cpus } from "node:os";
import type { Cost } from "./compare.ts";
import type { Database } from "./contestant.ts";
import { markdownTable } from "./table.ts";

/** Everything that a page shows. */
export interface Results {
  readonly database: Pick<Database, "id" | "subject" | "server" | "stores" | "trips" | "remarks">;
  /** Names, in the order of `Database.contestants`. */
  readonly contestants: readonly string[];
  readonly costs: readonly Cost[];
  readonly details: string;
}

/** The machine, as far as times depend on it. */
function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`;
}

/** The page of a database, in Markdown. */
export function pageOf(results: Results): string {
  const { database, details } = results;
  return `# Benchmarks of ${database.subject}

Made by \`npm run bench:${database.id}\`, on ${database.server}, ${machine()}.
Times vary between machines, and by a third between runs if the machine is doing other work; bytes and
${database.trips} hardly vary. Every scenario starts with an empty database. The ratio is the other saver's number divided by ours.

${database.remarks}

A chat is a LangGraph.js graph with one node and no model, invoked once per turn with a question of 500 characters, which
it answers with as many. Its time includes LangGraph.js's own.

![What a growing chat takes](benchmarks-${database.id}.svg)

${tableOf(results)}
${details === "" ? "" : `\n## Single calls\n\n${details}\n`}`;
}

function tableOf({ database, contestants, costs }: Results): string {
  const head = ["scenario", "saver", "time", database.trips, "wire", ...database.stores];
  const rows = scenariosOf(costs).flatMap((scenario) => {
    const own = contestants.map((name) => costOf(costs, scenario, name));
    return [
      ...own.map((cost) => [scenario, cost.contestant, ...cellsOf(cost)]),
      [scenario, "**ratio**", ...ratiosOf(own[0]!, own[1]!)],
    ];
  });
  return markdownTable(head, rows);
}

function scenariosOf(costs: readonly Cost[]): string[] {
  return [...new Set(costs.map((cost) => cost.scenario))];
}

/** @throws Error when it was not measured. */
export function costOf(costs: readonly Cost[], scenario: string, contestant: string): Cost {
  const found = costs.find((cost) => cost.scenario === scenario && cost.contestant === contestant);
  if (!found) throw new Error(`${contestant} was not measured with ${scenario}`);
  return found;
}

/** All numbers of a cost, in the order of the columns. */
function numbersOf({ milliseconds, roundTrips, wire, stored }: Cost): number[] {
  return [milliseconds, roundTrips, wire, ...stored];
}

function cellsOf({ milliseconds, roundTrips, wire, stored }: Cost): string[] {
  return [`${(milliseconds / 1000).toFixed(2)} s`, String(roundTrips), ...[wire, ...stored].map(megabytes)];
}

/** How many times as much the other saver takes. */
function ratiosOf(ours: Cost, other: Cost): string[] {
  const mine = numbersOf(ours);
  return numbersOf(other).map((number, i) => `${rounded(number / mine[i]!)} ×`);
}

function rounded(ratio: number): string {
  return ratio >= 20 ? ratio.toFixed(0) : ratio.toFixed(1);
}

/** Bytes as people read them. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
