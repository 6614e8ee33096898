import { clauses, type Report, type ReportEntry } from "@threadmark/core/conformance";

const LONGEST = 150;

/** A cell: a word, and why, in short. */
function cellOf(entry: ReportEntry | undefined): string {
  if (entry?.status === "passed") return "yes";
  const [first = ""] = entry?.message.split("\n", 1) ?? [];
  const short = first.length > LONGEST ? `${first.slice(0, LONGEST)}…` : first;
  return `${entry?.status === "failed" ? "**no**" : "n/a"}: ${asCode(short)}`;
}

/** Text in which nothing means anything to Markdown, and nothing is invisible. */
function asCode(text: string): string {
  const visible = text
    .replaceAll("`", "'")
    .replaceAll("|", "\\|")
    .replaceAll(/[^\x20-\x7e…−]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ""}}`);
  return `\`${visible}\``;
}

function sumOf({ passed, failed, notApplicable }: Report): string {
  return `${passed} | ${failed} | ${notApplicable}`;
}

/** The document. The same reports give the same text. */
export function documentOf(reports: readonly Report[], version: string): string {
  const names = reports.map(({ name }) => name);
  return [
    "# The conformance suite on other savers",
    "",
    "<!-- Written by `pnpm --filter @threadmark/peers generate`. Do not edit. -->",
    "",
    "What the clauses of [the contract](contract.md) find in savers that are in use. A clause that does not",
    "apply (n/a) is about a method or an option that the saver does not have.",
    "",
    `LangGraph.js's \`MemorySaver\` is that of \`@langchain/langgraph-checkpoint\` ${version}; Threadmark's is that of`,
    "this repository. To see it for yourself: `pnpm --filter @threadmark/peers generate` writes this file again.",
    "",
    "| Saver | kept | not kept | n/a |",
    "| --- | --- | --- | --- |",
    ...reports.map((report) => `| ${report.name} | ${sumOf(report)} |`),
    "",
    `| Clause | ${names.join(" | ")} |`,
    `| --- | ${names.map(() => "---").join(" | ")} |`,
    ...clauses.map(({ id }) => {
      const cells = reports.map(({ clauses: entries }) =>
        cellOf(entries.find((entry) => entry.id === id)),
      );
      return `| \`${id}\` | ${cells.join(" | ")} |`;
    }),
    "",
  ].join("\n");
}
