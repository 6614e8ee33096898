// Measures savers beside others, and writes docs/benchmarks-<database>.md and .svg.
// Arguments: databases, as in their files; all without any. --turns N bounds the chats.
// Nothing else should run meanwhile. The servers are those that the tests use.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { startServers } from "@threadmark/services/start";
import { chartOf } from "./chart.ts";
import { compareAll } from "./compare.ts";
import type { DatabaseRecipe } from "./contestant.ts";
import { DATABASES } from "./databases.ts";
import { pageOf } from "./page.ts";
import { SCENARIOS } from "./scenarios.ts";
import { summaryOf, updateReadmes } from "./summary.ts";

const DOCS = new URL("../../../docs/", import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { turns: { type: "string", default: "1000" } },
});
const scenarios = SCENARIOS.filter(({ turns = 0 }) => turns <= Number(values.turns));
for (const id of positionals.length > 0 ? positionals : DATABASES.map((one) => one.id)) {
  const recipe = DATABASES.find((one) => one.id === id);
  if (!recipe)
    throw new Error(`there is no benchmark of ${id}; there are ${DATABASES.map((one) => one.id).join(", ")}`);
  await bench(recipe);
}

async function bench(recipe: DatabaseRecipe): Promise<void> {
  const run = await startServers(recipe.servers);
  try {
    const [server] = run.servers;
    if (!server) {
      const reasons = run.missing.flatMap((one) => one.reasons).join("; ");
      throw new Error(`no ${recipe.id} can be had here: ${reasons}`);
    }
    await using database = await recipe.open(server.url, server.version);
    const costs = await compareAll(database, scenarios, (line) => process.stderr.write(line));
    process.stderr.write(`${database.server}: single calls\n`);
    const contestants = database.contestants.map(({ name }) => name);
    const results = { database, contestants, costs, details: await database.details() };
    await writeFile(new URL(`benchmarks-${recipe.id}.md`, DOCS), pageOf(results));
    await writeFile(new URL(`benchmarks-${recipe.id}.svg`, DOCS), chartOf(results));
    if (scenarios.length === SCENARIOS.length) await updateReadmes(recipe.id, summaryOf(results));
  } finally {
    await run.stop();
  }
}
