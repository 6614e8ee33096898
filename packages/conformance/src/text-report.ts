import { summary, levelsOf } from "./report.ts";
import type { Report, ReportEntry } from "./report.ts";

/** For a terminal: what failed, grouped by cause and in full; then what was not run or does not apply; then the totals. */
export function toText(report: Report): string {
  const failed = report.clauses.filter(({ status }) => status === "failed");
  const lines = groupByCause(failed).flatMap(groupLines);
  for (const [cause, members] of grouped(report, "not run")) {
    lines.push(`NOT RUN ${members.length} ${members.length === 1 ? "clause" : "clauses"}: ${cause}`, "");
  }
  for (const [cause, members] of grouped(report, "not applicable")) {
    lines.push(`n/a     ${cause}: ${members.map(({ id }) => id).join(", ")}`);
  }
  for (const { id } of report.clauses.filter(({ status }) => status === "known failure")) {
    lines.push(`known   ${id}`);
  }
  lines.push(`${report.name}: ${summary(report)} (seed ${report.seed})`);
  const levelled = levelsOf(report);
  if (levelled !== "") lines.push(levelled);
  return `${lines.join("\n")}\n`;
}

/**
 * Failures that probably have one cause: those with the same first line, except for ids and numbers, and those with the
 * same remedy. The largest group first.
 */
export function groupByCause(failed: readonly ReportEntry[]): readonly (readonly ReportEntry[])[] {
  const byLine = groupBy(failed, (entry) => causeOf(entry.message));
  const single = [...byLine.values()].filter((group) => group.length === 1).flat();
  const several = [...byLine.values()].filter((group) => group.length > 1);
  const byCure = [...groupBy(single, (entry) => cureOf(entry.message)).values()];
  return [...several, ...byCure].toSorted((a, b) => b.length - a.length);
}

function groupLines(group: readonly ReportEntry[]): string[] {
  const [first] = group;
  const head = group.length > 1 ? [`${group.length} CLAUSES FAILED, probably for the same reason`] : [];
  const bodies = group.flatMap((entry) => [`FAILED  ${entry.id}`, indent(entry.message), ""]);
  return first === undefined ? [] : [...head, ...bodies];
}

function grouped(report: Report, status: ReportEntry["status"]): Map<string, ReportEntry[]> {
  return groupBy(
    report.clauses.filter((entry) => entry.status === status),
    ({ message }) => message,
  );
}

function groupBy(
  entries: readonly ReportEntry[],
  key: (entry: ReportEntry) => string,
): Map<string, ReportEntry[]> {
  const groups = new Map<string, ReportEntry[]>();
  for (const entry of entries) groups.set(key(entry), [...(groups.get(key(entry)) ?? []), entry]);
  return groups;
}

/** The first line of a message without what differs from clause to clause. */
function causeOf(message: string): string {
  const [first = ""] = message.split("\n", 1);
  return first.replaceAll(/"[^"]*"|\d+( items?| bytes?)?/g, "…");
}

function cureOf(message: string): string {
  return /^What to do: .*$/m.exec(message)?.[0] ?? message;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "        ");
}
