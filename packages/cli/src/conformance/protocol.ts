import type { Report, ReportEntry, SuiteOptions } from "@threadmark/conformance";

/** What the process that runs the clauses receives. Plain data. */
export interface Job {
  /** A file or the name of a package, with a saver or a harness. */
  readonly target: string;
  /** The folder that the target is resolved from. */
  readonly folder: string;
  /** For packages that need a database. */
  readonly url: string | undefined;
  readonly options: JobOptions;
}

/** The options of the suite that are plain data. */
type JobOptions = Omit<SuiteOptions, "name" | "open"> & { readonly bail?: boolean };

/** What that process sends. */
export type Message =
  | { readonly kind: "loaded"; readonly name: string }
  | { readonly kind: "start"; readonly id: string }
  | { readonly kind: "end"; readonly entry: ReportEntry }
  | { readonly kind: "done" }
  /** The target does not give a harness. */
  | { readonly kind: "unusable"; readonly message: string };

/** A report with what was tested, and with what. */
export interface VersionedReport extends Report {
  readonly versions: Readonly<Record<string, string>>;
}
