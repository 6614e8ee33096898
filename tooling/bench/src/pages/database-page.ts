import type { Database } from "../databases.ts";
import type { Results } from "../results.ts";
import { costTable } from "./cost-table.ts";
import { code } from "./markdown.ts";
import { HEADINGS, provenance, REMARKS } from "./texts.ts";

/** All tables of a database, with every number. */
export function databasePage(database: Database, tables: readonly Results[], hasChart: boolean): string {
  const sections = tables.map(
    (results) => `## ${HEADINGS[results.table]}

${costTable(database, results)}

${provenance(results.machine)}`,
  );
  const chart = hasChart ? `![What a growing chat takes](benchmarks-${database.id}.svg)\n\n` : "";
  const { name } = database.contestants[0]!;
  return `# Benchmarks of ${code(name)}

[The main tables, and how this is measured](benchmarks.md#how-this-is-measured). Times are medians of the runs, with the
lowest and the highest. The last column is processor time of client and server together, divided by that of ours.

${REMARKS[database.id]!}

${chart}${sections.join("\n\n")}
`;
}
