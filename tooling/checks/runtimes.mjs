// The packages are not for Node alone: the same program runs in Bun, in Deno, in a Worker, and bundled for browsers.
import { cp, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../command.mjs";
import { installPacked } from "../scratch-project.mjs";
import { publishedPackages, root } from "../workspace.mjs";

await using scratch = await mkdtempDisposable(join(tmpdir(), "threadmark-runtimes-"));
const project = scratch.path;
const packages = (await publishedPackages()).filter(({ manifest }) =>
  /\/(core|memory|workflow)$/.test(manifest.name),
);
await installPacked(project, {
  packages,
  dependencies: {
    ...Object.fromEntries(packages.map(({ manifest }) => [manifest.name, "workspace:^"])),
    ...Object.fromEntries(["bun", "deno", "esbuild", "workerd"].map((name) => [name, "catalog:"])),
  },
});
await cp(join(root, "tooling", "consumer"), project, { recursive: true });

// A bundler for a platform without Node's modules fails on every import of one.
await bundle("browser", "main");
await bundle("neutral", "worker");
await report("Bun", "bun", ["main.ts"]);
await report("Deno", "deno", [
  "run",
  "--cached-only",
  "--sloppy-imports",
  "--node-modules-dir=manual",
  "main.ts",
]);
await report("Deno, bundled for browsers", "deno", ["run", "--no-config", "main.js"]);
await report("a Worker", "workerd", ["test", "worker.capnp"]);

async function bundle(platform, entry) {
  const options = ["--bundle", "--format=esm", "--external:@langchain/core", "--log-level=warning"];
  await inProject("esbuild", [`${entry}.ts`, ...options, `--platform=${platform}`, `--outfile=${entry}.js`]);
}

async function report(name, command, args) {
  await inProject(command, args);
  console.log(`It runs in ${name}.`);
}

function inProject(command, args) {
  return run(join(project, "node_modules", ".bin", command), args, { cwd: project });
}
