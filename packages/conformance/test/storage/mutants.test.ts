import { storageClauses, verifyStorage } from "@threadmark/conformance/storage";
import { describe, expect, it } from "vitest";
import { storageMutants } from "./mutants/index.ts";
import { openStorageMutant } from "./mutants/mutant.ts";

describe("a storage that is broken on purpose", () => {
  it("exists for every clause", () => {
    const broken = new Set(storageMutants.map(({ clause }) => clause));
    expect(storageClauses.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
  });

  it.each(storageMutants)("$clause notices: $name", async (mutant) => {
    const report = await verifyStorage({
      name: mutant.name,
      only: [mutant.clause],
      programs: 1000,
      open: openStorageMutant(mutant),
    });
    expect(report.clauses).toMatchObject([{ id: mutant.clause, status: "failed" }]);
    expect(report.clauses[0]?.message).not.toMatch(/did not end within|TypeError/);
  });
});
