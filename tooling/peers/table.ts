import { clauses, levels, levelOf } from "@threadmark/conformance";
import { peers, type Peer } from "./peers.ts";
import { countsOf, type KeptReport } from "./reports.ts";

const LONGEST = 160;
const WORDS = {
  passed: "yes",
  failed: "**no**",
  "known failure": "**no**",
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

/** A message in which nothing means anything to Markdown and nothing is invisible. */
function shortMessage(first: string): string {
  const short = first.length > LONGEST ? `${first.slice(0, LONGEST)}…` : first;
  const visible = short
    .replaceAll("`", "'")
    .replaceAll(/[^\x20-\x7e…−]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ""}}`);
  return `\`${visible}\``;
}

/** The clauses that a saver fails, each with what was seen. */
function findingsOf({ name, clauses: entries }: KeptReport): string[] {
  const failed = entries.filter(({ status }) => status === "failed");
  if (failed.length === 0) return [];
  const lines = failed.map(({ id, message = "" }) => `- \`${id}\`: ${shortMessage(message)}`);
  return [`## ${name}: failed clauses`, "", ...lines, ""];
}

function rowOf(report: KeptReport): string[] {
  const { levels: counts, notApplicable } = countsOf(report);
  const cells = levels.map((level) => {
    const count = counts.find((one) => one.level === level);
    return count && count.of > 0 ? `${count.kept} of ${count.of}` : "";
  });
  return [report.name, report.version === "0.0.0" ? "" : report.version, ...cells, `${notApplicable}`];
}

function noteOf({ name, note }: Peer): string[] {
  return note === undefined ? [] : [`- ${name}: ${note}.`];
}

/** The document. The same reports give the same text. */
export function documentOf(reports: readonly KeptReport[]): string {
  const wordFor = ({ clauses: entries }: KeptReport, id: string): string => {
    const entry = entries.find((other) => other.id === id);
    return entry === undefined ? "" : WORDS[entry.status];
  };
  return [
    "# The conformance suite on savers in use",
    "",
    "<!-- Written by `pnpm --filter @threadmark/peers generate`. Do not edit. -->",
    "",
    "How many clauses of `npx threadmark conformance` each saver passes. A clause does not apply (n/a) if it is about a",
    "method or an option that the saver does not have.",
    "",
    ...tableOf(["Saver", "version", ...levels, "n/a"], reports.map(rowOf)),
    "",
    "`langgraph` is what LangGraph.js 1.x relies on. [Test your saver](test-your-saver.md#which-level-to-aim-for) explains",
    "the other levels, and [the contract](contract.md) every clause. Savers without a version are those of this repository.",
    "",
    "- LangGraph.js's `RedisSaver` is not included: it needs the modules RedisJSON and RediSearch, which plain Redis and",
    "  Valkey do not have.",
    ...peers.flatMap(noteOf),
    "",
    "`npm run docs` repeats all of this, on the servers that the tests use.",
    "",
    ...reports.flatMap(findingsOf),
    "## Every clause",
    "",
    ...tableOf(
      ["Clause", "level", ...reports.map(({ name }) => name)],
      clauses.map(({ id }) => [`\`${id}\``, levelOf(id), ...reports.map((report) => wordFor(report, id))]),
    ),
    "",
  ].join("\n");
}
