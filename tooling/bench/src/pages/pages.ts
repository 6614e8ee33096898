import { readFile } from "node:fs/promises";
import { DATABASES, type Database } from "../databases.ts";
import { readOverhead, readResults, readSerializer, type Results } from "../results.ts";
import { TABLES } from "../scenario.ts";
import { chartOf } from "./chart.ts";
import { databasePage } from "./database-page.ts";
import { overheadSection } from "./overhead-section.ts";
import { mainPage } from "./main-page.ts";
import { readmeTable, summaryTable, withPart } from "./readme.ts";
import { serializerPage } from "./serializer-page.ts";

const ROOT = new URL("../../../../", import.meta.url);

/** Every file that is made from the results, by its place in the repository. */
export async function pages(): Promise<Map<string, string>> {
  const measured: [Database, Results[]][] = [];
  for (const database of DATABASES) {
    const tables = await Promise.all(TABLES.map((table) => readResults(database.id, table)));
    measured.push([database, tables.filter((one) => one !== undefined)]);
  }
  const files = new Map<string, string>();
  const mains = measured.flatMap(([database, tables]) => {
    const main = tables.find(({ table }) => table === "main");
    return main ? [{ database, main }] : [];
  });
  files.set("docs/benchmarks.md", mainPage(mains));
  for (const [database, tables] of measured) {
    const chart = chartOf(database, tables);
    if (chart !== undefined) files.set(`docs/benchmarks-${database.id}.svg`, chart);
    files.set(`docs/benchmarks-${database.id}.md`, databasePage(database, tables, chart !== undefined));
    const readme = `packages/${database.id}/README.md`;
    files.set(readme, withPart(await read(readme), database.id, readmeTable(database, tables)));
  }
  const overhead = await readOverhead();
  const workflowPage = "docs/benchmarks-workflow.md";
  if (overhead) files.set(workflowPage, `${files.get(workflowPage)!}\n${overheadSection(overhead)}`);
  const serializer = await readSerializer();
  if (serializer) files.set("docs/benchmarks-serializer.md", serializerPage(serializer));
  files.set("README.md", withPart(await read("README.md"), "all", summaryTable(measured.slice(0, 4))));
  return files;
}

export function fileOf(name: string): URL {
  return new URL(name, ROOT);
}

function read(name: string): Promise<string> {
  return readFile(fileOf(name), "utf8");
}
