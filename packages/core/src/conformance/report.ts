/** One clause in a report. */
export interface ReportEntry {
  readonly id: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "not applicable";
  /** Why it failed or does not apply; `""` when it passed. */
  readonly message: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** What `verify` found out about a saver. Plain data. */
export interface Report {
  readonly name: string;
  readonly seed: number;
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
  readonly clauses: readonly ReportEntry[];
}

export function reportOf(name: string, seed: number, clauses: readonly ReportEntry[]): Report {
  const count = (status: ReportEntry["status"]): number =>
    clauses.filter((entry) => entry.status === status).length;
  return {
    name,
    seed,
    passed: count("passed"),
    failed: count("failed"),
    notApplicable: count("not applicable"),
    clauses,
  };
}

/** For a terminal: what failed, in full, then what does not apply, then the sum. */
export function toText(report: Report): string {
  const lines: string[] = [];
  for (const entry of report.clauses) {
    if (entry.status === "failed") {
      lines.push(`FAILED  ${entry.id}`, indent(entry.message), "");
    }
  }
  for (const entry of report.clauses) {
    if (entry.status === "not applicable") lines.push(`n/a     ${entry.id}: ${entry.message}`);
  }
  lines.push(`${report.name}: ${summary(report)} (seed ${report.seed})`);
  return `${lines.join("\n")}\n`;
}

export function toJSON(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** A table of all clauses, for a README. */
export function toMarkdown(report: Report): string {
  const lines = [`**${report.name}**: ${summary(report)}`, "", "| Clause | Result |", "|---|---|"];
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
    `<testsuite name="${xml(report.name)}" tests="${report.clauses.length}" failures="${report.failed}" skipped="${report.notApplicable}" time="${seconds.toFixed(3)}">`,
  ];
  for (const entry of report.clauses) {
    const time = (entry.duration / 1000).toFixed(3);
    const open = `<testcase classname="${xml(report.name)}" name="${xml(entry.id)}" time="${time}"`;
    if (entry.status === "passed") lines.push(`  ${open}/>`);
    if (entry.status === "failed") {
      lines.push(`  ${open}><failure>${xml(entry.message)}</failure></testcase>`);
    }
    if (entry.status === "not applicable") {
      lines.push(`  ${open}><skipped message="${xml(entry.message)}"/></testcase>`);
    }
  }
  lines.push("</testsuite>");
  return `${lines.join("\n")}\n`;
}

function summary(report: Report): string {
  return `${report.passed} passed, ${report.failed} failed, ${report.notApplicable} not applicable`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "        ");
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
