import { clauses } from "./clauses.ts";
import { groupOf } from "./clause.ts";
import type { Clause } from "./clause.ts";
import { host } from "./host.ts";
import { settle } from "./options.ts";
import type { SuiteOptions, SuiteSettings } from "./options.ts";
import { reportOf } from "./report.ts";
import type { Report, ReportEntry } from "./report.ts";
import { SharedStore, runClause } from "./run-clause.ts";

export interface VerifyOptions extends SuiteOptions {
  /** Called before a clause runs; useful to know which one hangs. */
  readonly onStart?: (clause: Clause) => void;
  /** Called when a clause has ended. */
  readonly onEnd?: (entry: ReportEntry) => void;
}

/** The clauses that `only` names, by id or by group. */
export function selectClauses(only: readonly string[] | undefined): readonly Clause[] {
  if (only === undefined) return clauses;
  for (const wanted of only) {
    if (!clauses.some(({ id }) => id === wanted || groupOf(id) === wanted)) {
      throw new Error(`There is no clause or group ${JSON.stringify(wanted)}.`);
    }
  }
  return clauses.filter(({ id }) => only.includes(id) || only.includes(groupOf(id)));
}

/**
 * Runs the suite on a saver without a test runner.
 *
 * @example
 * const report = await verify({ name: "MySaver", open: async () => ({ saver: new MySaver(), close }) });
 * console.log(toText(report));
 */
export async function verify(options: VerifyOptions): Promise<Report> {
  const settings = settle<VerifyOptions>(options, { onStart: true, onEnd: true });
  const shared = new SharedStore(settings);
  const entries: ReportEntry[] = [];
  for (const tested of selectClauses(options.only)) {
    options.onStart?.(tested);
    // One after the other, so that a clause that blocks can be named.
    const entry = await entryOf(tested, settings, shared);
    entries.push(entry);
    options.onEnd?.(entry);
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
    status: outcome.status,
    message: outcome.message,
    duration: host.performance.now() - start,
  };
}
