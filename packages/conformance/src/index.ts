/**
 * The conformance suite: one clause per rule of the checkpoint contract, for any saver and any runner.
 */

export { conformance } from "./conformance.ts";
export type { ConformanceOptions, Runner, TestFunction } from "./conformance.ts";
export { verify } from "./verify.ts";
export type { VerifyOptions } from "./verify.ts";
export { clauses } from "./clauses.ts";
export type { Capability, Clause, ClauseContext, Need } from "./clause.ts";
export { levelOf, levels } from "./levels.ts";
export type { Level } from "./levels.ts";
export { groupOf } from "./group.ts";
export { reasonOfAll } from "./reasons.ts";
export { defaultSeed, defaultSizes } from "./options.ts";
export type { Sizes, SuiteOptions } from "./options.ts";
export { levelsOf, markdownCell, reportOf, summary, toJSON, toJUnit, toMarkdown } from "./report.ts";
export { groupByCause, toText } from "./text-report.ts";
export { printable, withoutSecrets } from "./safe-text.ts";
export type { LevelCount, Report, ReportEntry } from "./report.ts";
export type { Status } from "./run-clause.ts";
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
