// What would be published to npm is complete, resolvable by every consumer, and small, and contains nothing else.
import assert from "node:assert/strict";
import { mkdtempDisposable, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { read, run } from "../command.mjs";
import { packAll } from "../packed.mjs";

/** The most that an application downloads of this repository for a saver, in bytes. */
const LIMIT = 150_000;
/** What is installed next to a saver, or by authors and operators. */
const NO_SAVERS = new Set(["@threadmark/cli", "@threadmark/conformance", "@threadmark/workflow"]);

const packs = new Map();
await using scratch = await mkdtempDisposable(join(tmpdir(), "threadmark-packages-"));
for (const { name, tarball } of await packAll(scratch.path)) {
  console.log(`\n${name}`);
  const files = (await read("tar", ["-tzf", tarball])).trim().split("\n");
  const manifest = await read("tar", ["-xzOf", tarball, "package/package.json"]);
  // A command is started, never imported.
  const { bin, dependencies } = JSON.parse(manifest);
  packs.set(name, { bytes: (await stat(tarball)).size, dependencies: Object.keys(dependencies ?? {}) });
  const programs = Object.values(bin ?? {}).map((path) => join("package", path));
  const formats = ["package/dist/index.js", "package/dist/cjs/index.js"];
  for (const needed of ["package/README.md", "package/LICENSE", ...(bin ? programs : formats)]) {
    assert(files.includes(needed), `${name} lacks ${needed}`);
  }
  const strange = files.filter(
    (file) => !/^package\/(dist\/.+|package\.json|README\.md|LICENSE)$/.test(file),
  );
  assert.deepEqual(strange, [], `${name} would publish files that are no use to its users`);
  assert.doesNotMatch(
    manifest,
    /"(workspace|catalog):/,
    `${name} would publish a version only this repository knows`,
  );
  for (const field of ["repository", "homepage", "bugs", "keywords", "author", "license"]) {
    assert(field in JSON.parse(manifest), `${name} lacks ${field}`);
  }
  const readme = await read("tar", ["-xzOf", tarball, "package/README.md"]);
  const relative = [...readme.matchAll(/\]\((?!https:|#)[^)]*\)/g)].map(([link]) => link);
  assert.deepEqual(relative, [], `links of ${name} lead nowhere on npm's page`);
  const mapped = files.filter((file) => file.endsWith(".map"));
  assert.deepEqual(mapped, [], `${name} would publish maps of sources that it does not have`);
  assert.doesNotMatch(manifest, /@threadmark\/source/, `${name} would lead to sources that it does not have`);
  await run("publint", ["--strict", tarball]);
  if (!bin) await run("attw", [tarball]);
}

console.log("\nPacked, with what it depends on of this repository:");
for (const name of packs.keys()) {
  const all = [...withDependencies(name)];
  const bytes = all.reduce((sum, one) => sum + packs.get(one).bytes, 0);
  const parts = all.map((one) => `${one.replace("@threadmark/", "")} ${kilobytes(packs.get(one).bytes)}`);
  console.log(`${kilobytes(bytes).padStart(6)} kB  ${name} (${parts.join(" + ")})`);
  if (!NO_SAVERS.has(name)) assert(bytes <= LIMIT, `${name} is more than ${kilobytes(LIMIT)} kB`);
}

/** A package and those of this repository that are installed with it. */
function withDependencies(name, found = new Set()) {
  if (!packs.has(name) || found.has(name)) return found;
  found.add(name);
  for (const dependency of packs.get(name).dependencies) withDependencies(dependency, found);
  return found;
}

function kilobytes(bytes) {
  return (bytes / 1000).toFixed(1);
}
