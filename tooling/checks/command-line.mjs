// The packed command in an empty folder: a package by its name, LangGraph.js's own saver, and a file that fails in open().
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installPacked } from "../scratch-project.mjs";
import { publishedPackages } from "../workspace.mjs";

await using scratch = await mkdtempDisposable(join(tmpdir(), "threadmark-command-line-"));
const project = scratch.path;
const packages = (await publishedPackages()).filter(({ manifest }) =>
  /\/(core|conformance|memory|cli)$/.test(manifest.name),
);
await installPacked(project, {
  packages,
  dependencies: {
    ...Object.fromEntries(packages.map(({ manifest }) => [manifest.name, "workspace:^"])),
    "@langchain/core": "catalog:",
    "@langchain/langgraph": "catalog:",
    "@langchain/langgraph-checkpoint": "catalog:",
  },
});

const full =
  /^langgraph (\d+)\/\1 · exact (\d+)\/\2 · strict (\d+)\/\3 · legacy (\d+)\/\4 · extended (\d+)\/\5$/m;
expectRun(["@threadmark/memory", "--fast"], 0, full);
expectRun(
  ["@langchain/langgraph-checkpoint", "--fast"],
  1,
  /^langgraph (\d+)\/\1 · exact \d+\/\d+ · strict/m,
);
await writeFile(
  join(project, "broken.mjs"),
  'export const open = async () => { throw new Error("no store"); };',
);
expectRun(["./broken.mjs", "--only", "get"], 2, /NOT RUN \d+ clauses: open\(\) failed: Error: no store/);
// Steps are read by people: names and lines are those of the source.
expectRun(["explain", "binary/bytes-stay-bytes"], 0, /^\s+noText: Uint8Array\.of\(0, 255, 254, 1\),$/m);

function expectRun(args, code, text) {
  const command = join(project, "node_modules", ".bin", "threadmark");
  const result = spawnSync(command, ["conformance", ...args], { cwd: project, encoding: "utf8" });
  assert.equal(
    result.status,
    code,
    `threadmark conformance ${args.join(" ")}:\n${result.stdout}${result.stderr}`,
  );
  assert.match(result.stdout, text);
  console.log(`threadmark conformance ${args.join(" ")}: exit code ${code}, ${text.exec(result.stdout)[0]}`);
}
