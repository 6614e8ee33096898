/**
 * The conformance suite: one clause per rule of the checkpoint contract, for any saver and any runner.
 */

export { conformance } from "./conformance.ts";
export type { ConformanceOptions, Runner } from "./conformance.ts";
export { verify } from "./verify.ts";
export type { VerifyOptions } from "./verify.ts";
export { clauses } from "./clauses.ts";
export type { Clause, ClauseContext, Need } from "./clause.ts";
export { defaultSizes } from "./options.ts";
export type { Sizes, SuiteOptions } from "./options.ts";
export { markdownCell, reportOf, toJSON, toJUnit, toMarkdown, toText } from "./report.ts";
export type { Report, ReportEntry } from "./report.ts";
export { difference } from "./difference.ts";
export type { Difference, DifferenceOptions } from "./difference.ts";
export type {
  OpenOptions,
  OpenStore,
  OpenedStore,
  PruneOptions,
  PruneResult,
  TestedSaver,
  ThreadListOptions,
  ThreadSummary,
} from "./saver.ts";
