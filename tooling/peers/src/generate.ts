// Writes the pages of docs/ that are made from the suite. With --check it writes nothing and fails if one is stale.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { contractPage } from "./contract-page.ts";
import { peersPage } from "./peers-page.ts";

const check = process.argv.includes("--check");
const pages = { "contract.md": contractPage(), "peers.md": await peersPage() };
for (const [name, text] of Object.entries(pages)) {
  const file = new URL(`../../../docs/${name}`, import.meta.url);
  if (check) assert.equal(await readFile(file, "utf8"), text, `docs/${name} is stale; run npm run docs`);
  else await writeFile(file, text);
}
