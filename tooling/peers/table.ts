import { clauses, levels, levelOf, type Report, type ReportEntry } from "@threadmark/conformance";

const LONGEST = 160;
const WORDS = {
  passed: "kept",
  failed: "**not kept**",
  "known failure": "**not kept**",
  "not applicable": "n/a",
  "not run": "not run",
} as const;

/** A Markdown table whose columns are padded, as the formatter wants it. */
function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [line(head), line(rule), ...rows.map(line)];
}

/** The first line of a message, in which nothing means anything to Markdown and nothing is invisible. */
function shortMessage({ message }: ReportEntry): string {
  const [first = ""] = message.split("\n", 1);
  const short = first.length > LONGEST ? `${first.slice(0, LONGEST)}…` : first;
  const visible = short
    .replaceAll("`", "'")
    .replaceAll(/[^\x20-\x7e…−]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ""}}`);
  return `\`${visible}\``;
}

/** What a saver does not keep, and how that showed. */
function findingsOf({ name, clauses: entries }: Report): string[] {
  const failed = entries.filter(({ status }) => status === "failed");
  if (failed.length === 0) return [];
  const lines = failed.map((entry) => `- \`${entry.id}\`: ${shortMessage(entry)}`);
  return [`## ${name}: what is not kept`, "", ...lines, ""];
}

/** The document. The same reports give the same text. */
export function documentOf(reports: readonly Report[], version: string): string {
  const names = reports.map(({ name }) => name);
  const wordFor = ({ clauses: entries }: Report, id: string): string => {
    const entry = entries.find((other) => other.id === id);
    return entry === undefined ? "" : WORDS[entry.status];
  };
  return [
    "# The conformance suite on savers in use",
    "",
    "<!-- Written by `pnpm --filter @threadmark/peers generate`. Do not edit. -->",
    "",
    "What the clauses of [the contract](contract.md) find in savers that are in use. A clause that does not apply (n/a)",
    "is about a method or an option that the saver does not have.",
    "",
    `LangGraph.js's \`MemorySaver\` is that of \`@langchain/langgraph-checkpoint\` ${version}; Threadmark's is that of this`,
    "repository. To see it for yourself: `pnpm --filter @threadmark/peers generate` writes this file again.",
    "",
    ...tableOf(
      ["Saver", ...levels, "n/a"],
      reports.map(({ name, levels: counts, notApplicable }) => [
        name,
        ...levels.map((level) => {
          const count = counts.find((one) => one.level === level);
          return count ? `${count.kept} of ${count.of}` : "";
        }),
        `${notApplicable}`,
      ]),
    ),
    "",
    "`langgraph` is what LangGraph.js 1.x relies on; the other levels are explained in [the contract](contract.md).",
    "",
    ...reports.flatMap(findingsOf),
    "## Every clause",
    "",
    ...tableOf(
      ["Clause", "level", ...names],
      clauses.map(({ id }) => [`\`${id}\``, levelOf(id), ...reports.map((report) => wordFor(report, id))]),
    ),
    "",
  ].join("\n");
}
