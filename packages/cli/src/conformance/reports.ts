import { writeFileSync } from "node:fs";
import { levelsOf, toJUnit, toMarkdown, type LevelCount } from "@threadmark/conformance";
import type { VersionedReport } from "./protocol.ts";

/** The files that a report is written to. */
export interface ReportFiles {
  readonly json?: string | true;
  readonly junit?: string;
  readonly markdown?: string;
  readonly badge?: string;
}

/** Writes every file that was asked for, with the results so far. */
export function writeReports(report: VersionedReport, files: ReportFiles): void {
  if (typeof files.json === "string") writeFileSync(files.json, jsonOf(report));
  if (files.junit) writeFileSync(files.junit, toJUnit(report));
  if (files.markdown) writeFileSync(files.markdown, toMarkdown(report));
  if (files.badge) writeFileSync(files.badge, badgeOf(report));
}

/** A report as JSON, with the versions of what was tested. */
export function jsonOf(report: VersionedReport): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

/** What shields.io shows for `https://img.shields.io/endpoint?url=…`. */
function badgeOf(report: VersionedReport): string {
  const badge = {
    schemaVersion: 1,
    label: "checkpointer",
    message: levelsOf(report),
    color: colourOf(report.levels),
    versions: report.versions,
  };
  return `${JSON.stringify(badge, undefined, 2)}\n`;
}

/** Green if every clause that was run is kept, orange if those that LangGraph.js relies on are, red otherwise. */
function colourOf(levels: readonly LevelCount[]): string {
  const full = ({ kept, of }: LevelCount): boolean => kept === of;
  if (levels.every(full)) return "brightgreen";
  return levels.some((count) => count.level === "langgraph" && full(count)) ? "orange" : "red";
}
