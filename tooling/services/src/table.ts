import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { nameOf } from "./server.ts";
import type { Run } from "./start.ts";

/** Setup and reporter are loaded apart from each other, though in one process. */
const shared = globalThis as { threadmarkRun?: Pick<Run, "servers" | "missing"> };

export function keepForTable(run: Run): void {
  shared.threadmarkRun = run;
}

/** Where a package's run leaves its part of the table. */
export const SERVERS_FILE = ".reports/servers.json";

/** What the tests of a package used, and what they lacked. */
export interface ServerCounts {
  readonly used: readonly { readonly name: string; readonly found: string; readonly passed: number }[];
  readonly lacking: readonly { readonly name: string; readonly reasons: readonly string[] }[];
}

/** Ends a run with a table: which server, found how, how many tests; and what was not tested. */
export class ServerTable implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const { servers = [], missing = [] } = shared.threadmarkRun ?? {};
    const counts = countByServer(modules);
    const found = new Map(servers.map((server) => [nameOf(server), server.found]));
    const names = new Set([...found.keys(), ...counts.keys()]);
    const report: ServerCounts = {
      used: [...names].map((name) => ({
        name,
        found: found.get(name) ?? "in this process",
        passed: counts.get(name) ?? 0,
      })),
      lacking: missing.map((one) => ({
        name: `${one.private ? "private " : ""}${one.name}`,
        reasons: one.reasons.map((reason) => reason.split("\n")[0]!),
      })),
    };
    // Under `npm test` one table of all packages comes at the end.
    if (!process.env["TEST_ONE_TABLE"]) console.log(`\n${serverTable(report)}`);
    await mkdir(dirname(SERVERS_FILE), { recursive: true });
    await writeFile(SERVERS_FILE, JSON.stringify(report));
  }
}

/** The table, for people. */
export function serverTable({ used, lacking }: ServerCounts): string {
  const rows = used.map(({ name, found, passed }) => [name, found, String(passed)]);
  const lines = lacking.map(({ name, reasons }) => `NOT TESTED: ${name} (${reasons.join("; ")})\n`);
  return `${table([["server", "found", "tests passed"], ...rows])}\n${lines.join("")}`;
}

function countByServer(modules: readonly TestModule[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const testModule of modules) {
    for (const test of testModule.children.allTests("passed")) {
      const { servers = [] } = test.meta() as { servers?: string[] };
      for (const name of servers) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")).join("\n");
}
