import { groupOf } from "./group.ts";
import type { Clause } from "./clause.ts";
import { settle } from "./options.ts";
import type { SuiteOptions, SuiteSettings } from "./options.ts";
import { SharedStore, runClause } from "./run-clause.ts";
import { safeError } from "./safe-text.ts";
import { checkClauseIds, selectClauses } from "./selection.ts";

/** The part of a test runner that the suite uses: that of vitest, node:test, Mocha, Jest or Bun. */
export interface Runner {
  describe(name: string, register: () => void): unknown;
  it: TestFunction;
  /** Closes a shared store. Without it, the last test closes it. */
  afterAll?(hook: () => Promise<void>): unknown;
}

/** Registers a test. */
export interface TestFunction {
  (name: string, test: () => Promise<void>, timeout?: number): unknown;
  /** Registers a test that is shown as skipped. */
  readonly skip?: (name: string, test: () => Promise<void>) => unknown;
}

export interface ConformanceOptions extends SuiteOptions {
  readonly runner: Runner;
}

/** More than a clause's own time, so that the clause and not the runner tells what happened. */
const GRACE = 10_000;

/**
 * Registers one test per clause, grouped.
 *
 * @example
 * import { describe, it } from "vitest";
 *
 * conformance({
 *   name: "MySaver",
 *   runner: { describe, it },
 *   async open() {
 *     const saver = new MySaver();
 *     return { saver, close: () => saver.close() };
 *   },
 * });
 */
export function conformance(options: ConformanceOptions): void {
  const { runner } = options;
  const settings = settle<ConformanceOptions>(options, { runner: true });
  const shared = new SharedStore(settings);
  checkClauseIds(settings.knownFailures);
  runner.describe(settings.name, () => {
    for (const [group, members] of grouped(selectClauses(options))) {
      runner.describe(group, () => {
        for (const tested of members) register(tested, settings, shared, runner);
      });
    }
    if (runner.afterAll !== undefined) runner.afterAll(() => shared.close());
    else if (settings.share) runner.it("closes the shared store", () => shared.close());
  });
}

function grouped(clauses: readonly Clause[]): Map<string, Clause[]> {
  const groups = new Map<string, Clause[]>();
  for (const tested of clauses) {
    const group = groupOf(tested.id);
    groups.set(group, [...(groups.get(group) ?? []), tested]);
  }
  return groups;
}

function register(tested: Clause, settings: SuiteSettings, shared: SharedStore, runner: Runner): void {
  // Without named parameters: some runners take a parameter for a callback to wait for.
  async function test(this: unknown, ...args: unknown[]): Promise<void> {
    const outcome = await runClause(tested, settings, shared);
    if (outcome.status === "passed") return;
    if (outcome.status === "not applicable") return skip(tested, outcome.message, [args[0], this]);
    if (outcome.status === "known failure") return skip(tested, "known failure", [args[0], this]);
    throw new Error(outcome.message, { cause: safeError(outcome.error) });
  }
  const name = `${tested.id}: ${tested.rule}`;
  const left = tested.needs.some((need) => settings.without.includes(need));
  if (left && runner.it.skip) runner.it.skip(name, test);
  else runner.it(name, test, settings.timeout + GRACE);
}

/**
 * Tells the runner that a test has no result: vitest and node:test by the test's context, Mocha by `this`. With any
 * other runner the test fails, so that a clause that does not apply never looks like one that passed.
 */
function skip({ id, needs }: Clause, reason: string, contexts: readonly unknown[]): void {
  for (const context of contexts) {
    if ((typeof context !== "object" && typeof context !== "function") || context === null) continue;
    const { skip: tell } = context as { skip?: unknown };
    if (typeof tell !== "function") continue;
    Reflect.apply(tell, context, [reason]);
    return;
  }
  const way = needs.length > 0 ? `without: ${JSON.stringify(needs)}, or skip` : "skip";
  throw new Error(
    `${id} cannot be counted (${reason}), and this test runner cannot skip a test that is running. ` +
      `Give conformance() ${way}: [${JSON.stringify(id)}].`,
  );
}
