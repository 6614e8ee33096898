import { verify, type Report, type SuiteOptions } from "@threadmark/conformance";
import { keptOf, type KeptReport } from "./reports.ts";
import type { Tested } from "./savers.ts";

/** Options with which the same saver gives the same messages every time. */
export const examination = {
  run: "thread",
  // Deep enough to overflow the stack wherever it can be.
  sizes: { depth: 200_000 },
} satisfies Partial<SuiteOptions>;

/** Runs the suite on a saver in this process. */
export async function examine({ name, version, open }: Tested): Promise<KeptReport> {
  const report: Report = await verify({ name, open, ...examination });
  return keptOf(report, name, version);
}
