// Adds up what vitest reported for every package that has tests. Prints "<passed> <failed>" for `.ci/run`, and on
// the standard error what a person wants to know about it: also what failed, and why.
import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { packages, readJson } from "./workspace.mjs";

let passed = 0;
let failed = 0;
for (const { dir, manifest } of await packages()) {
  // Test files count even if no script runs them.
  if (!manifest.scripts?.test && globSync("test/**/*.test.ts", { cwd: dir }).length === 0) continue;
  const counted = await count(join(dir, ".reports", "vitest.json"));
  console.error(
    `${manifest.name}: ${counted.passed} tests passed, ${counted.failed} failed${counted.remark}`,
  );
  for (const failure of counted.failures) console.error(`  ${failure.replaceAll("\n", "\n    ")}`);
  passed += counted.passed;
  failed += counted.failed;
}
console.log(passed, failed);

async function count(path) {
  const report = await readJson(path).catch(() => undefined);
  if (!report) {
    return { passed: 0, failed: 1, failures: [], remark: ": no report, so its tests did not run" };
  }
  const unrun = report.numTotalTests - report.numPassedTests - report.numFailedTests;
  const remark = unrun > 0 ? `, ${unrun} did not run` : "";
  // A file that cannot be loaded and an error between tests fail the run, but no test of it.
  const hidden = !report.success && report.numFailedTests === 0 ? 1 : 0;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + hidden,
    failures: report.testResults.flatMap(failuresOf),
    remark,
  };
}

/** Of one file: each test that failed, or why the file could not be run to its end. */
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(process.cwd(), name);
  const failures = assertionResults
    .filter((test) => test.status === "failed")
    .map((test) => `FAILED ${file} > ${test.fullName}\n${test.failureMessages.join("\n")}`);
  if (status === "failed" && message) failures.push(`FAILED ${file}\n${message}`);
  return failures;
}
