// The ten test files that took longest in the last run of each package, for `.ci/run`.
import { join, relative } from "node:path";
import { packages, readJson, root } from "./workspace.mjs";

const files = [];
for (const { dir } of await packages()) {
  const report = await readJson(join(dir, ".reports", "vitest.json")).catch(() => undefined);
  for (const { name, startTime, endTime } of report?.testResults ?? []) {
    files.push({ name: relative(root, name), seconds: (endTime - startTime) / 1000 });
  }
}
files.sort((a, b) => b.seconds - a.seconds);
console.log("\nThe slowest test files:");
for (const { name, seconds } of files.slice(0, 10))
  console.log(`${seconds.toFixed(0).padStart(6)} s  ${name}`);
