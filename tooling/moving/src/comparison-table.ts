import type { Comparison, Row } from "./comparison.ts";

const MARKS = ["<!-- comparison -->", "<!-- end of comparison -->"] as const;

const PARTS = [
  ["exports", ""],
  ["making", ""],
  ["options", "option "],
  ["methods", ""],
] as const;

/** The tables of all packages. */
export function comparisonTables(comparisons: readonly Comparison[]): string {
  return comparisons
    .map(({ from, to, ...parts }) => {
      const rows = PARTS.flatMap(([part, prefix]) =>
        parts[part].map((row) => lineOf(row, prefix, part === "methods")),
      );
      const title = `### \`${from}\`${to === undefined ? "" : ` → \`${to}\``}`;
      return [title, "", "| there | here | why |", "| --- | --- | --- |", ...rows, ""].join("\n");
    })
    .join("\n");
}

function lineOf({ names, verdict, why }: Row, prefix: string, isMethod: boolean): string {
  const shown = names.map((name) => `\`${name}${isMethod ? "()" : ""}\``).join(", ");
  return `| ${prefix}${shown} | ${verdict} | ${why} |`;
}

/** A document with the tables between its marks. */
export function withTables(document: string, tables: string): string {
  const start = document.indexOf(MARKS[0]);
  const end = document.indexOf(MARKS[1]);
  if (start < 0 || end < start) throw new Error("the document has no place for the comparison");
  return `${document.slice(0, start + MARKS[0].length)}\n\n${tables}\n${document.slice(end)}`;
}

/** Without what a formatter adds to a table. */
export function withoutPadding(text: string): string {
  return text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}
