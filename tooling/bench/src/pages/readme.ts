import { compare } from "../comparison.ts";
import type { Database } from "../databases.ts";
import type { Results, Row } from "../results.ts";
import { code, markdownTable } from "./markdown.ts";
import { times } from "./quantities.ts";

/** Scenarios that a README shows, where they were measured, in short words. */
const SHOWN: readonly (readonly [string, string])[] = [
  ["graph-64", "64 new threads at once, a StateGraph of 4 turns"],
  ["graph-64-network", "the same with 1 ms of network"],
  ["functional-64", "64 new threads at once, a function of 4 turns"],
  ["warm-64", "64 threads at once, 5 more turns, calls alone"],
  ["channels", "30 channels of 1 kB, 2 change"],
  ["chat-50", "one chat of 50 turns"],
  ["chat-200", "one chat of 200 turns"],
  ["chat-1000", "one chat of 1,000 turns"],
];

/** A few rows for the README of a package. */
export function readmeTable(database: Database, tables: readonly Results[]): string {
  const [, other] = database.contestants;
  const hasServer = database.server !== undefined;
  const head = ["", "processor time", "time", ...(hasServer ? ["wire"] : []), database.stores[0]!];
  const lines = shown(tables).map(([label, row]) => {
    const ratio = compare(row);
    return [label, ratio.cpu, ratio.wall, ...(hasServer ? [ratio.wire] : []), ratio.stored].map(cell);
  });
  return `What ${code(other!.name)} needs, divided by what this package needs. Below 1 ×, this package needs more:

${markdownTable(head, lines)}`;
}

/** Processor time of all databases, for the README of the repository. */
export function summaryTable(all: readonly (readonly [Database, readonly Results[]])[]): string {
  const lines = SHOWN.map(([scenario, label]) => [
    label,
    ...all.map(([, tables]) => {
      const row = rowsOf(tables).find((one) => one.scenario === scenario);
      return row ? times(compare(row).cpu) : "–";
    }),
  ]);
  return markdownTable(["", ...all.map(([{ title }]) => title)], lines);
}

function shown(tables: readonly Results[]): [string, Row][] {
  return SHOWN.flatMap(([scenario, label]) => {
    const row = rowsOf(tables).find((one) => one.scenario === scenario);
    return row ? [[label, row] as [string, Row]] : [];
  });
}

function rowsOf(tables: readonly Results[]): Row[] {
  return tables.flatMap(({ rows }) => rows);
}

function cell(value: string | number): string {
  return typeof value === "number" ? times(value) : value;
}

/** The text with another part between the marks of a benchmark. */
export function withPart(text: string, id: string, part: string): string {
  const begin = `<!-- benchmark ${id} -->`;
  const end = "<!-- end of benchmark -->";
  const start = text.indexOf(begin);
  if (start === -1) return text;
  const stop = text.indexOf(end, start);
  if (stop === -1) throw new Error(`${begin} has no ${end}`);
  return `${text.slice(0, start + begin.length)}\n\n${part}\n\n${text.slice(stop)}`;
}
