import { readFile, writeFile } from "node:fs/promises";
import { reportOf, type Report, type ReportEntry } from "@threadmark/conformance";

/** A report as it is kept: what does not change from run to run. */
export interface KeptReport {
  readonly name: string;
  /** Of the saver's package. */
  readonly version: string;
  readonly clauses: readonly KeptEntry[];
}

type KeptEntry = Pick<ReportEntry, "id" | "level" | "status"> & {
  /** The first line of the message, where the clause is not kept. */
  readonly message?: string;
};

/** What is kept of a report of `threadmark conformance --json`. */
export function keptOf(report: Report, name: string, version: string): KeptReport {
  return {
    name,
    version,
    clauses: report.clauses.map(({ id, level, status, message }) => ({
      id,
      level,
      status,
      ...(status === "failed" && { message: message.split("\n", 1)[0]! }),
    })),
  };
}

export function countsOf({ name, clauses }: KeptReport): Report {
  const entries = clauses.map((entry): ReportEntry => ({ title: "", duration: 0, message: "", ...entry }));
  return reportOf(name, 0, entries);
}

export async function readReport(id: string): Promise<KeptReport> {
  return JSON.parse(await readFile(fileOf(id), "utf8")) as KeptReport;
}

export async function writeReport(id: string, report: KeptReport): Promise<void> {
  await writeFile(fileOf(id), `${JSON.stringify(report, undefined, 2)}\n`);
}

function fileOf(id: string): URL {
  return new URL(`reports/${id}.json`, import.meta.url);
}
