import { groupOf } from "../group.ts";
import type { Runner } from "../conformance.ts";
import { host } from "../host.ts";
import { reportOf, type Report, type ReportEntry } from "../report.ts";
import { safeError } from "../safe-text.ts";
import type { StorageClause } from "./clause.ts";
import { storageClauses } from "./clauses.ts";
import { settleStorage, type StorageSuiteOptions } from "./options.ts";
import { StorageUnderTest, runStorageClause } from "./run-clause.ts";

export interface StorageConformanceOptions extends StorageSuiteOptions {
  readonly runner: Runner;
}

export interface VerifyStorageOptions extends StorageSuiteOptions {
  /** Called when a clause has ended. */
  readonly onEnd?: (entry: ReportEntry) => void;
}

/** More than a clause's own time, so that the clause and not the runner tells what happened. */
const GRACE = 10_000;

/**
 * Registers the suite for storages with a test runner: one test for every rule of the storage port.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` for an option that it does not know.
 * @example
 * import { storageConformance } from "@threadmark/conformance/storage";
 * import { afterAll, describe, it } from "vitest";
 *
 * storageConformance({
 *   name: "MyStorage",
 *   runner: { describe, it, afterAll },
 *   async open() {
 *     const storage = new MyStorage(":memory:");
 *     return { storage, close: () => storage.close() };
 *   },
 * });
 */
export function storageConformance(options: StorageConformanceOptions): void {
  const { runner } = options;
  const settings = settleStorage<StorageConformanceOptions>(options, { runner: true });
  const subject = new StorageUnderTest(settings);
  runner.describe(settings.name, () => {
    for (const tested of selected(options)) {
      const test = async (): Promise<void> => {
        const { status, message, error } = await runStorageClause(tested, settings, subject);
        if (status !== "passed") throw new Error(message, { cause: safeError(error) });
      };
      runner.it(`${tested.id}: ${tested.rule}`, test, settings.timeout + GRACE);
    }
    if (runner.afterAll) runner.afterAll(() => subject.close());
    else runner.it("closes the storage", () => subject.close());
  });
}

/**
 * Runs the suite for storages without a test runner.
 *
 * @throws CheckpointError `INVALID_ARGUMENT` for an option that it does not know.
 * @example
 * const report = await verifyStorage({
 *   name: "MyStorage",
 *   open: async () => ({ storage: new MyStorage(), close: async () => {} }),
 * });
 * console.log(toText(report)); // `toText` of "@threadmark/conformance"
 */
export async function verifyStorage(options: VerifyStorageOptions): Promise<Report> {
  const settings = settleStorage<VerifyStorageOptions>(options, { onEnd: true });
  const subject = new StorageUnderTest(settings);
  const entries: ReportEntry[] = [];
  for (const tested of selected(options)) {
    const start = host.performance.now();
    const { status, message } = await runStorageClause(tested, settings, subject);
    const duration = host.performance.now() - start;
    const entry = { id: tested.id, title: tested.title, level: undefined, status, message, duration };
    entries.push(entry);
    options.onEnd?.(entry);
  }
  await subject.close();
  return reportOf(settings.name, settings.seed, entries);
}

function selected({ only, skip = [] }: StorageSuiteOptions): readonly StorageClause[] {
  for (const name of [...(only ?? []), ...skip]) {
    const isKnown = storageClauses.some(({ id }) => id === name || groupOf(id) === name);
    if (!isKnown) throw new Error(`There is no clause or group ${JSON.stringify(name)} for storages.`);
  }
  const names = (list: readonly string[], { id }: StorageClause): boolean =>
    list.includes(id) || list.includes(groupOf(id));
  return storageClauses.filter((one) => (only === undefined || names(only, one)) && !names(skip, one));
}
