// Tests and types see the sources of every package, never an old build, or a wrong change could pass. Shown on a copy
// of the repository in which the entries of sources and builds say which they are.
import { appendFile, cp, mkdir, mkdtempDisposable, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { read, run } from "../command.mjs";
import { packages, root } from "../workspace.mjs";

const workspace = await packages();
await using scratch = await mkdtempDisposable(join(tmpdir(), "threadmark-sources-"));
await copyRepository(scratch.path);
for (const one of workspace) {
  for (const { source, built } of entriesOf(one)) {
    await appendFile(source, '\nexport const origin = "source" as const;\n');
    await mkdir(dirname(built), { recursive: true });
    await writeFile(built, 'export const origin = "build";\n');
    await writeFile(built.replace(/js$/, "d.ts"), 'export declare const origin: "build";\n');
  }
}
// As many at once as there are cores: each mostly starts a compiler and a test runner, and waits for them.
const waiting = workspace.values();
await Promise.all(Array.from({ length: availableParallelism() }, checkAll));

/** Checks packages until none is left that no other call has taken. */
async function checkAll() {
  for (const one of waiting) await check(one);
}

async function check(one) {
  const names = namesSeenBy(one);
  // An application that is built by its own tools gets what users get.
  const isBuiltApart = !one.manifest.scripts?.typecheck;
  if (names.length === 0 || isBuiltApart) return;
  const folder = copied(one.dir);
  await mkdir(join(folder, "test"), { recursive: true });
  await writeFile(join(folder, "test", "origin.test.ts"), testOf(names));
  await writeFile(
    join(folder, "tsconfig.origin.json"),
    '{ "extends": "./tsconfig.json", "include": ["test/origin.test.ts"] }',
  );
  await run("tsc", ["-p", "tsconfig.origin.json"], { cwd: folder });
  if (one.manifest.scripts.test) await test(folder);
  console.log(`${one.manifest.name} sees sources of ${names.join(", ")}`);
}

/** With the package's own configuration, but without its servers. */
function test(folder) {
  const env = { ...process.env, TEST_WAYS: "environment", TEST_REQUIRE: "" };
  return run("vitest", ["run", "test/origin.test.ts", "--reporter=dot"], { cwd: folder, env });
}

/** What a test imports, and what a program that it starts does. */
function testOf(names) {
  const imports = names.map((name, i) => `import { origin as origin${i} } from "${name}";`);
  const origins = names.map((_, i) => `origin${i}`).join(", ");
  const program = `${imports.join(" ")} console.log([${origins}].join());`;
  return `import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
${imports.join("\n")}

const origins: "source"[] = [${origins}];

it("sees sources", () => {
  expect([...new Set(origins)]).toEqual(["source"]);
  const args = ["--input-type=module", "--eval", ${JSON.stringify(program)}];
  const said = execFileSync(process.execPath, args, { cwd: import.meta.dirname, encoding: "utf8" });
  expect(said.trim()).toBe(origins.join());
});
`;
}

/** Everything that a package can import of the packages that are built: their names and subpaths, its own too. */
function namesSeenBy({ manifest }) {
  const all = { [manifest.name]: "", ...manifest.dependencies, ...manifest.devDependencies };
  return workspace
    .filter((one) => one.manifest.name in all)
    .flatMap((one) => entriesOf(one).map(({ path }) => one.manifest.name + path));
}

/** The entries of a package that has a build. */
function entriesOf({ dir, manifest }) {
  return Object.entries(manifest.exports ?? {})
    .filter(([, target]) => target["@threadmark/source"])
    .map(([path, target]) => ({
      path: path.slice(1),
      source: join(copied(dir), target["@threadmark/source"]),
      built: join(copied(dir), target.default),
    }));
}

function copied(path) {
  return join(scratch.path, relative(root, path));
}

/** The files that git knows or would take, and what is installed. */
async function copyRepository(destination) {
  const listed = await read("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  for (const file of listed.split("\0").filter(Boolean)) await cp(join(root, file), join(destination, file));
  await symlink(join(root, "node_modules"), join(destination, "node_modules"));
  for (const { dir } of workspace) {
    await cp(join(dir, "node_modules"), join(copied(dir), "node_modules"), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}
