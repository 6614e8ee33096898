import { groupOf } from "./clause.ts";
import type { Clause } from "./clause.ts";
import { settle } from "./options.ts";
import type { SuiteOptions, SuiteSettings } from "./options.ts";
import { SharedStore, runClause } from "./run-clause.ts";
import { selectClauses } from "./verify.ts";

/** The part of a test runner that the suite uses: that of vitest, node:test, Mocha, Jest or Bun. */
export interface Runner {
  describe(name: string, register: () => void): unknown;
  it(name: string, test: () => Promise<void>, timeout?: number): unknown;
  /** Closes a shared store. Without it the last test does. */
  afterAll?(hook: () => Promise<void>): unknown;
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
  runner.describe(settings.name, () => {
    for (const [group, members] of grouped(selectClauses(options.only))) {
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
  async function test(...args: unknown[]): Promise<void> {
    const outcome = await runClause(tested, settings, shared);
    if (outcome.status === "failed") throw new Error(outcome.message, { cause: outcome.error });
    if (outcome.status === "not applicable") skip(args[0], outcome.message);
  }
  runner.it(`${tested.id}: ${tested.rule}`, test, settings.timeout + GRACE);
}

/** Tells the runner, where it can be told, that the clause does not apply. */
function skip(test: unknown, reason: string): void {
  if (typeof test !== "object" || test === null) return;
  const { skip: tell } = test as { skip?: unknown };
  if (typeof tell === "function") Reflect.apply(tell, test, [reason]);
}
