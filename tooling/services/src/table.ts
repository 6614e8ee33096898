import type { Reporter, TestModule } from "vitest/node";
import { nameOf } from "./server.ts";
import type { Missing } from "./session.ts";
import type { Run } from "./start.ts";

/** Setup and reporter are loaded apart from each other, though in one process. */
const shared = globalThis as { threadmarkRun?: Pick<Run, "servers" | "missing"> };

export function keepForTable(run: Run): void {
  shared.threadmarkRun = run;
}

/** Ends a run with a table: which server, found how, how many tests; and what was not tested. */
export class ServerTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const { servers = [], missing = [] } = shared.threadmarkRun ?? {};
    const counts = countByServer(modules);
    const found = new Map(servers.map((server) => [nameOf(server), server.found]));
    const names = new Set([...found.keys(), ...counts.keys()]);
    const rows = [...names].map((name) => [
      name,
      found.get(name) ?? "in this process",
      String(counts.get(name) ?? 0),
    ]);
    console.log(`\n${table([["server", "found", "tests passed"], ...rows])}\n${notTested(missing)}`);
  }
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

function notTested(missing: readonly Missing[]): string {
  const lines = missing.map((one) => {
    const reasons = one.reasons.map((reason) => reason.split("\n")[0]).join("; ");
    return `NOT TESTED: ${one.private ? "private " : ""}${one.name} (${reasons})\n`;
  });
  return lines.join("");
}
