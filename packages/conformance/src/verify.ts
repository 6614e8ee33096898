import type { Clause } from "./clause.ts";
import { host } from "./host.ts";
import { levelOf } from "./levels.ts";
import { settle } from "./options.ts";
import type { SuiteOptions, SuiteSettings } from "./options.ts";
import { reportOf } from "./report.ts";
import type { Report, ReportEntry } from "./report.ts";
import { SharedStore, runClause } from "./run-clause.ts";
import { checkClauseIds, selectClauses } from "./selection.ts";

export interface VerifyOptions extends SuiteOptions {
  /** Ends after the first clause that fails or cannot be run. @default false */
  readonly bail?: boolean;
  /** Called before a clause runs; useful to know which one hangs. */
  readonly onStart?: (clause: Clause) => void;
  /** Called when a clause has ended. */
  readonly onEnd?: (entry: ReportEntry) => void;
}

/**
 * Runs the suite on a saver without a test runner.
 *
 * @example
 * const report = await verify({ name: "MySaver", open: async () => ({ saver: new MySaver(), close }) });
 * console.log(toText(report));
 */
export async function verify(options: VerifyOptions): Promise<Report> {
  const settings = settle<VerifyOptions>(options, { bail: true, onStart: true, onEnd: true });
  const shared = new SharedStore(settings);
  const entries: ReportEntry[] = [];
  checkClauseIds(settings.knownFailures);
  for (const tested of selectClauses(options)) {
    options.onStart?.(tested);
    // One after the other, so that a clause that blocks can be named.
    const entry = await entryOf(tested, settings, shared);
    entries.push(entry);
    options.onEnd?.(entry);
    if (options.bail && (entry.status === "failed" || entry.status === "not run")) break;
  }
  await shared.close();
  return reportOf(settings.name, settings.seed, entries);
}

async function entryOf(tested: Clause, settings: SuiteSettings, shared: SharedStore): Promise<ReportEntry> {
  const start = host.performance.now();
  const outcome = await runClause(tested, settings, shared);
  return {
    id: tested.id,
    title: tested.title,
    level: levelOf(tested.id),
    status: outcome.status,
    message: outcome.message,
    duration: host.performance.now() - start,
  };
}
