// The packed packages in a stranger's project: installed by npm without LangChain, type-checked down to the last
// declaration by the newest TypeScript and the oldest, and run, in one process with both formats too.
import assert from "node:assert/strict";
import { cp, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { read, run } from "../command.mjs";
import { packAll } from "../packed.mjs";
import { root } from "../workspace.mjs";

const tools = ["@types/node", "typescript", "typescript-5"];

await using scratch = await mkdtempDisposable(join(tmpdir(), "threadmark-consumer-"));
const project = scratch.path;
const catalog = JSON.parse(await read("pnpm", ["config", "get", "catalog", "--json"], { cwd: root }));
const packed = await packAll(project);
const dependencies = {
  ...Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`])),
  ...Object.fromEntries(tools.map((name) => [name, catalog[name]])),
};
await cp(join(root, "tooling", "consumer"), project, { recursive: true });
await writeFile(join(project, "package.json"), JSON.stringify({ type: "module", dependencies }));
const install = "npm install --no-audit --no-fund --no-package-lock 2>&1";
const said = await read("sh", ["-c", install], {
  cwd: project,
  env: { ...process.env, npm_config_loglevel: "warn" },
});
console.log(said);
assert.doesNotMatch(said, /warn/i, "npm warns about the packages");
for (const compiler of ["typescript", "typescript-5"]) {
  await run(process.execPath, [join("node_modules", compiler, "bin", "tsc"), "--project", "."], {
    cwd: project,
  });
}
for (const program of ["main.js", "same-exports.mjs", "both-formats.mjs"])
  await run(process.execPath, [program], { cwd: project });
console.log("The packed packages install, type-check and run.");
