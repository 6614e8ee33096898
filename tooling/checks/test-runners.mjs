// The conformance suite in every runner that its page names: what passes is counted as passed, and what does not apply
// as skipped, never as passed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPacked } from "../scratch-project.mjs";
import { publishedPackages, root } from "../workspace.mjs";

await using scratch = await mkdtempDisposable(join(tmpdir(), "threadmark-runners-"));
const project = scratch.path;
const packages = (await publishedPackages()).filter(({ manifest }) =>
  /\/(core|conformance|memory)$/.test(manifest.name),
);
await installPacked(project, {
  packages,
  dependencies: {
    ...Object.fromEntries(packages.map(({ manifest }) => [manifest.name, "workspace:^"])),
    ...Object.fromEntries(["bun", "jest", "mocha", "vitest"].map((name) => [name, "catalog:"])),
    "@jest/globals": "catalog:",
  },
});
await cp(join(root, "tooling", "runners"), project, { recursive: true });
await writeFile(
  join(project, "jest.config.mjs"),
  'export default { testMatch: ["**/jest.mjs"], transform: {} };',
);

const { selected } = await count();
const skipped = 3;
const passed = selected - skipped;
expectCounts("vitest", ["vitest", "run", "vitest.test.mjs"], [`${passed} passed`, `${skipped} skipped`]);
expectCounts(
  "node:test",
  ["node", "--test", "--test-reporter=tap", "node.mjs"],
  [`# pass ${passed}`, `# skipped ${skipped}`],
);
expectCounts("Mocha", ["mocha", "mocha.mjs"], [`${passed} passing`, `${skipped} pending`]);
expectCounts("Jest", ["jest", "jest.mjs"], [`${passed} passed`, `${skipped} skipped`]);
expectCounts("Bun", ["bun", "test", "./bun.test.mjs"], [`${passed} pass`, `${skipped} skip`, "0 fail"]);

/** How many clauses the harness selects. */
async function count() {
  const script = `
    import { clauses } from "@threadmark/conformance";
    console.log(clauses.filter(({ id }) => /^(get|reopen)\\//.test(id)).length);`;
  await writeFile(join(project, "count.mjs"), script);
  const { stdout } = runIn("node", ["count.mjs"]);
  return { selected: Number(stdout) };
}

function expectCounts(name, [command, ...args], wanted) {
  const { status, output } = runIn(command, args);
  assert.equal(status, 0, `${name} ended with ${status}:\n${output}`);
  for (const text of wanted) assert(output.includes(text), `${name} does not say "${text}":\n${output}`);
  console.log(`${name}: ${wanted.join(", ")}`);
}

function runIn(command, args) {
  const bin = join(project, "node_modules", ".bin");
  const result = spawnSync(command, args, {
    cwd: project,
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      NO_COLOR: "1",
      // Jest loads ESM through this only.
      NODE_OPTIONS: command === "jest" ? "--experimental-vm-modules" : "",
    },
  });
  return { status: result.status, stdout: result.stdout, output: `${result.stdout}${result.stderr}` };
}
