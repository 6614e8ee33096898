// docs/guarantees.md names tests and commands. They exist, so that anybody can repeat what it says.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../workspace.mjs";

const { attacks } = await import(pathToFileURL(join(root, "tooling/soak/src/attacks.ts")).href);
const text = await readFile(join(root, "docs/guarantees.md"), "utf8");

const inTables = all(/`((?:packages|tooling)\/[^`]+\.test\.ts)`/g).map(([path]) => path);
const inCommands = all(/cd (\S+) && TEST_TIMES=\d+ npx vitest run (test\/[^\s`]+)/g).map((parts) =>
  parts.join("/"),
);
const ofAttacks = Object.values(attacks)
  .flat()
  .flatMap(({ folder, files }) => files.map((file) => `${folder}/${file}`));
for (const path of [...inTables, ...inCommands, ...ofAttacks])
  assert(existsSync(join(root, path)), `${path} is not there`);
for (const path of ofAttacks)
  assert(inTables.includes(path), `docs/guarantees.md does not say what ${path} shows`);

const soaks = all(/npm run soak -- ([a-z-]+)((?: [a-z]+)*)/g);
for (const [what = "", savers = ""] of soaks) {
  if (what === "mixed") continue;
  assert(attacks[what], `npm run soak -- ${what}: there is no such attack`);
  const known = attacks[what].map(({ saver }) => saver);
  for (const saver of savers.split(" ").filter(Boolean))
    assert(known.includes(saver), `npm run soak -- ${what} ${saver}: none of ${known.join(", ")}`);
}
for (const what of Object.keys(attacks))
  assert(
    soaks.some(([named]) => named === what),
    `docs/guarantees.md does not name npm run soak -- ${what}`,
  );
assert(inTables.length > 0 && inCommands.length > 0, "no test found in docs/guarantees.md");
console.log(`docs/guarantees.md: ${inTables.length} tests, ${inCommands.length + soaks.length} commands.`);

/** The groups of all matches. */
function all(pattern) {
  return [...text.matchAll(pattern)].map(([, ...groups]) => groups);
}
