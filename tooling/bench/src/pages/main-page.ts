import type { Database } from "../databases.ts";
import type { Results } from "../results.ts";
import { comparisonTable } from "./comparison-table.ts";
import { code } from "./markdown.ts";
import { METHOD, provenance } from "./texts.ts";

/** The main table of every database. */
export function mainPage(all: readonly { readonly database: Database; readonly main: Results }[]): string {
  const sections = all.map(({ database, main }) => {
    const [ours, other] = database.contestants.map(({ name }) => code(name));
    return `## ${database.title}

${ours} compared with ${other}. [All numbers](benchmarks-${database.id}.md)

${comparisonTable(database, main)}

${provenance(main.machine)}`;
  });
  return `# Benchmarks

\`npm run bench -- --quick\` measures these tables in about 7 minutes on 2 cores, and \`npm run bench\` measures
everything. Both rewrite the pages. Each ratio is what the other saver needs, divided by what ours needs; ▼ marks where
ours needs more.
[The serializer](benchmarks-serializer.md) has a page for itself.

${sections.join("\n\n")}

${METHOD}`;
}
