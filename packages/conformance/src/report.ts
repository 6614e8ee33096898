import { levels, type Level } from "./levels.ts";
import type { Status } from "./run-clause.ts";

/** One clause in a report. */
export interface ReportEntry {
  readonly id: string;
  readonly title: string;
  /** Storages have none. */
  readonly level: Level | undefined;
  readonly status: Status;
  /** Why it did not pass; `""` when it did. */
  readonly message: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** How many clauses of a level a saver keeps, of those that apply and could be run. */
export interface LevelCount {
  readonly level: Level;
  readonly kept: number;
  readonly of: number;
}

/** What `verify` found out about a saver. Plain data. */
export interface Report {
  readonly name: string;
  readonly seed: number;
  readonly passed: number;
  readonly failed: number;
  readonly knownFailures: number;
  readonly notApplicable: number;
  /** Clauses for which no store could be opened. */
  readonly notRun: number;
  /** The levels that were run, the most needed first. */
  readonly levels: readonly LevelCount[];
  readonly clauses: readonly ReportEntry[];
}

/** Sums up entries, those of a run that has not ended too. */
export function reportOf(name: string, seed: number, clauses: readonly ReportEntry[]): Report {
  const count = (status: Status): number => clauses.filter((entry) => entry.status === status).length;
  return {
    name,
    seed,
    passed: count("passed"),
    failed: count("failed"),
    knownFailures: count("known failure"),
    notApplicable: count("not applicable"),
    notRun: count("not run"),
    levels: levels.flatMap((level) => countOf(level, clauses)),
    clauses,
  };
}

function countOf(level: Level, clauses: readonly ReportEntry[]): LevelCount[] {
  const members = clauses.filter((entry) => entry.level === level);
  const counted = members.filter(({ status }) => status !== "not applicable" && status !== "not run");
  const kept = counted.filter(({ status }) => status === "passed").length;
  return members.length === 0 ? [] : [{ level, kept, of: counted.length }];
}

/** `langgraph 128/128 · exact 20/32`, for a line or a badge. */
export function levelsOf({ levels: counts }: Pick<Report, "levels">): string {
  return counts.map(({ level, kept, of }) => `${level} ${kept}/${of}`).join(" · ");
}

export function toJSON(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** A table of all clauses, for a README. */
export function toMarkdown(report: Report): string {
  const levelled = levelsOf(report);
  const lines = [
    levelled === "" ? `**${report.name}**` : `**${report.name}**: ${levelled}`,
    "",
    summary(report),
    "",
    "| Clause | Result |",
    "|---|---|",
  ];
  for (const entry of report.clauses) {
    const first = entry.message.split("\n", 1)[0] ?? "";
    const why = first === "" ? "" : `: ${markdownCell(first)}`;
    lines.push(`| \`${entry.id}\` | ${entry.status}${why} |`);
  }
  return `${lines.join("\n")}\n`;
}

/** For continuous integration. */
export function toJUnit(report: Report): string {
  const seconds = report.clauses.reduce((sum, entry) => sum + entry.duration, 0) / 1000;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${xml(report.name)}" tests="${report.clauses.length}" failures="${report.failed}" errors="${report.notRun}" skipped="${report.notApplicable + report.knownFailures}" time="${seconds.toFixed(3)}">`,
  ];
  for (const entry of report.clauses) {
    const time = (entry.duration / 1000).toFixed(3);
    const open = `<testcase classname="${xml(report.name)}" name="${xml(entry.id)}" time="${time}"`;
    if (entry.status === "passed") lines.push(`  ${open}/>`);
    if (entry.status === "failed") {
      lines.push(`  ${open}><failure>${xml(entry.message)}</failure></testcase>`);
    }
    if (entry.status === "not run") lines.push(`  ${open}><error>${xml(entry.message)}</error></testcase>`);
    if (entry.status === "not applicable" || entry.status === "known failure") {
      const reason = entry.status === "known failure" ? `known failure: ${entry.message}` : entry.message;
      lines.push(`  ${open}><skipped message="${xml(reason)}"/></testcase>`);
    }
  }
  lines.push("</testsuite>");
  return `${lines.join("\n")}\n`;
}

/** The counts of a report in words. */
export function summary(report: Report): string {
  const parts = [
    `${report.passed} passed`,
    `${report.failed} failed`,
    ...(report.knownFailures > 0 ? [`${report.knownFailures} known failures`] : []),
    `${report.notApplicable} not applicable`,
    ...(report.notRun > 0 ? [`${report.notRun} not run`] : []),
  ];
  return parts.join(", ");
}

/** Text that stays in one cell of a Markdown table. */
export function markdownCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll(/\s+/g, " ");
}

function xml(text: string): string {
  return (
    text
      // Control characters and half surrogates cannot be in XML at all.
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("\n", "&#10;")
  );
}
