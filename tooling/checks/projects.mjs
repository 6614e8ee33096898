// The packed packages in typical projects, most of them CommonJS or bundled: each is built, stores
// something in a real Postgres, and finds it again from another process. Some are examples, which test that themselves.
// Optional peers are installed only where a project uses them. Arguments: names of projects, all by default.
import assert from "node:assert/strict";
import { cp, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { read, run } from "../command.mjs";
import { pack } from "../packed.mjs";
import { startServers } from "../services/src/start.ts";
import { publishedPackages, root } from "../workspace.mjs";

/** Its folder in `tooling/projects`, how it is built, and what it says when it has stored or found something. */
const projects = [
  { name: "jest", builds: [], says: [/1 passed/, /1 passed/] },
  { name: "ts-jest", builds: [], says: [/1 passed/, /1 passed/] },
  { name: "nest", builds: ["build"], says: [/^written$/m, /^read hi$/m] },
  { name: "vite", builds: ["build"], says: [/^written$/m, /^read 1970-01-01T00:00:00.000Z and 5000/m] },
  { name: "webpack", builds: ["build"], says: [/^written$/m, /^read 1970-01-01T00:00:00.000Z and 5000/m] },
  // Their folders are in `examples`, and `pnpm run check` is their test.
  { name: "lambda", builds: ["bundle"] },
  { name: "nestjs", builds: ["compile"] },
  { name: "nextjs", builds: ["build:turbopack", "build:webpack"] },
];
const names = process.argv.slice(2);
const chosen = projects.filter(({ name }) => names.length === 0 || names.includes(name));
assert(chosen.length > 0, `there are ${projects.map(({ name }) => name).join(", ")}`);

await using scratch = await mkdtempDisposable(join(tmpdir(), "threadmark-projects-"));
await install();
const servers = await startServers(["postgres:17"]);
try {
  const [server] = servers.servers;
  if (!server) throw new Error(servers.missing.flatMap(({ reasons }) => reasons).join("; "));
  for (const project of chosen) await check(project, server.url);
} finally {
  await servers.stop();
}

/** @param {{ name: string, builds: string[], says?: RegExp[] }} project */
async function check({ name, builds, says }, url) {
  const cwd = join(scratch.path, name);
  const env = { ...process.env, POSTGRES_URL: url, NEXT_TELEMETRY_DISABLED: "1", NODE_OPTIONS: "" };
  for (const build of builds.length > 0 ? builds : [undefined]) {
    if (build) await run("pnpm", ["run", build], { cwd, env });
    if (!says) await run("pnpm", ["run", "check"], { cwd, env });
    for (const [i, expected] of (says ?? []).entries()) {
      const STEP = ["write", "read"][i];
      const own = { ...env, STEP, THREAD: `${name} ${build}` };
      // Jest reports on the standard error.
      const output = await read("sh", ["-c", "pnpm run start 2>&1"], { cwd, env: own });
      assert.match(output, expected, `${name} was to ${STEP}`);
    }
    console.log(`${name}${build ? `, ${build}` : ""}: stored, and found again`);
  }
}

/** A workspace of all the projects, which get nothing but what they name. */
async function install() {
  for (const { name, says } of chosen) await copy(name, says ? "tooling/projects" : "examples");
  const wanted = (await publishedPackages()).filter(({ manifest }) =>
    /\/(core|postgres|workflow)$/.test(manifest.name),
  );
  const tarballs = await pack(wanted, scratch.path);
  const overrides = tarballs.map(({ name, tarball }) => `  "${name}": file:${tarball}\n`).join("");
  const settings = await readFile(join(root, "pnpm-workspace.yaml"), "utf8");
  const catalogs = /^catalog:\n(?:(?: .*)?\n)*/m.exec(settings)?.[0] ?? "";
  const peers = /^catalogs:\n(?:(?: .*)?\n)*/m.exec(settings)?.[0] ?? "";
  const members = chosen.map(({ name }) => `  - ${name}\n`).join("");
  await writeFile(
    join(scratch.path, "pnpm-workspace.yaml"),
    `packages:\n${members}${catalogs}${peers}overrides:\n${overrides}onlyBuiltDependencies:\n  - esbuild\n`,
  );
  await writeFile(join(scratch.path, "package.json"), '{ "private": true }');
  await run("pnpm", ["install", "--no-frozen-lockfile", "--prefer-offline", "--reporter=append-only"], {
    cwd: scratch.path,
  });
}

/** A project as it is in the repository, without what was installed or built there. */
async function copy(name, folder) {
  const files = await read("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", name], {
    cwd: join(root, folder),
  });
  for (const file of files.split("\0").filter(Boolean))
    await cp(join(root, folder, file), join(scratch.path, file));
  if (folder === "tooling/projects") {
    await cp(join(root, folder, "turn.js"), join(scratch.path, name, "turn.js"));
  }
}
