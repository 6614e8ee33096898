// The servers of all packages that were tested since a time, in one table: found how, how many tests on each, and
// what was not tested. Argument: milliseconds since 1970.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { SERVERS_FILE, serverTable } from "./services/src/table.ts";
import { packages, readJson } from "./workspace.mjs";

const since = Number(process.argv[2]);
const used = new Map();
const lacking = new Map();
for (const { dir } of await packages()) {
  const path = join(dir, SERVERS_FILE);
  const file = await stat(path).catch(() => undefined);
  if (!file || file.mtimeMs < since) continue;
  const report = await readJson(path);
  for (const one of report.used) {
    const passed = (used.get(one.name)?.passed ?? 0) + one.passed;
    used.set(one.name, { ...one, passed });
  }
  for (const one of report.lacking) lacking.set(one.name, one);
}
if (used.size + lacking.size > 0) {
  console.log(serverTable({ used: [...used.values()], lacking: [...lacking.values()] }));
}
