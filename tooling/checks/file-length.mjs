// A file of more than 300 lines means that a file is missing or a concept misplaced. The linter says so for
// TypeScript; this is for every other kind of source too.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { read } from "../command.mjs";
import { root } from "../workspace.mjs";

const limit = 300;
/** Not what programs write down: measurements, and reports of the conformance suite. */
const sources = ["packages/*/src/*", "tooling", "examples", ":!tooling/*/results/*", ":!tooling/*/reports/*"];
const listed = await read(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard", ...sources],
  {
    cwd: root,
  },
);
const files = listed.split("\0").filter(Boolean);
assert(files.length > 0, "no source file found");

const long = [];
for (const file of files) {
  const lines = (await readFile(join(root, file), "utf8")).split("\n").length - 1;
  if (lines > limit) long.push(`${file}: ${lines} lines`);
}
assert.deepEqual(long, [], `files over ${limit} lines`);
console.log(`${files.length} files of at most ${limit} lines.`);
