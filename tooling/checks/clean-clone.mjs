// The commands of the README work where it says that they do: on a fresh clone of the last commit, in an empty home
// folder, with the machine's own Node. The tests are those of one package: `.ci/run` has run all.
import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { read, run } from "../command.mjs";
import { root } from "../workspace.mjs";

await using scratch = await mkdtempDisposable(join(tmpdir(), "threadmark-clone-"));
const clone = join(scratch.path, "clone");
const home = join(scratch.path, "home");
await mkdir(home);
await run("git", ["clone", "--quiet", "--no-hardlinks", root, clone]);

const readme = await readFile(join(clone, "README.md"), "utf8");
const [, block] = /```sh\n([^`]*)```/.exec(readme) ?? [];
const commands = (block ?? "").split("\n").filter(Boolean);
assert.equal(commands.length, 2, "the first shell block of the README has the two commands");

const env = await strangersEnvironment();
const [demo, test] = commands.map((command) => command.replace(/ *#.*/, ""));
await run("sh", ["-c", demo], { cwd: clone, env });
const again = await read("sh", ["-c", demo], { cwd: clone, env });
console.log(again);
assert.match(again, /which an earlier run has left\n.*what's my name\?\n.*Your name is Bob/);
await run("sh", ["-c", `${test} -- --filter=@threadmark/memory`], { cwd: clone, env });

/** This machine's environment without anything of this repository, of its npm run, or of the user's home. */
async function strangersEnvironment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|pnpm_|turbo_|xdg_|node_path$|node_env$|vitest|init_cwd$)/i.test(name),
  );
  const path = (process.env.PATH ?? "").split(delimiter).filter((dir) => !dir.includes("node_modules"));
  // Where packages come from is a property of the machine, even where it is written down in the home folder.
  const registry = (await read("npm", ["config", "get", "registry"])).trim();
  return {
    ...Object.fromEntries(kept),
    PATH: path.join(delimiter),
    HOME: home,
    npm_config_registry: registry,
  };
}
