import { accessSync, constants, existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { levelsOf, toJUnit, toMarkdown, type LevelCount } from "@threadmark/conformance";
import { jsonText } from "../json-text.ts";
import { CommandError } from "../exit-codes.ts";
import type { VersionedReport } from "./protocol.ts";

/** The files that a report is written to. */
export interface ReportFiles {
  readonly json?: string | true;
  readonly junit?: string;
  readonly markdown?: string;
  readonly badge?: string;
}

/**
 * Looks whether every file can be written, and writes none: an empty report would look like a good one.
 *
 * @throws CommandError when one cannot be written.
 */
export function checkReports({ json, junit, markdown, badge }: ReportFiles): void {
  for (const file of [json, junit, markdown, badge]) {
    if (typeof file !== "string") continue;
    saying(() => accessSync(existsSync(file) ? file : dirname(file), constants.W_OK));
  }
}

/**
 * Writes every file that was asked for, with the results so far.
 *
 * @throws CommandError when one cannot be written.
 */
export function writeReports(report: VersionedReport, files: ReportFiles): void {
  if (typeof files.json === "string") write(files.json, jsonOf(report));
  if (files.junit) write(files.junit, toJUnit(report));
  if (files.markdown) write(files.markdown, toMarkdown(report));
  if (files.badge) write(files.badge, badgeOf(report));
}

function write(file: string, text: string): void {
  saying(() => writeFileSync(file, text));
}

function saying(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new CommandError(`the report cannot be written: ${(error as Error).message}`);
  }
}

/** A report as JSON, with the versions of what was tested. */
export function jsonOf(report: VersionedReport): string {
  return jsonText(report, { indent: 2 });
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
  return jsonText(badge, { indent: 2 });
}

/** Green if every clause that was run is kept, orange if those that LangGraph.js relies on are, red otherwise. */
function colourOf(levels: readonly LevelCount[]): string {
  const full = ({ kept, of }: LevelCount): boolean => kept === of;
  if (levels.every(full)) return "brightgreen";
  return levels.some((count) => count.level === "langgraph" && full(count)) ? "orange" : "red";
}
