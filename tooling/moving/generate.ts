import { readFile, writeFile } from "node:fs/promises";
import { comparisons } from "./src/comparison.ts";
import { comparisonTables, withTables } from "./src/comparison-table.ts";

const file = new URL("../../docs/coming-from-langgraph.md", import.meta.url);
await writeFile(file, withTables(await readFile(file, "utf8"), comparisonTables(comparisons)));
