import fc from "fast-check";
import { describeError, fail } from "../../assertions.ts";
import { storageClause, type StorageClause, type StorageContext } from "../clause.ts";
import { LivingProgram, step, type Step } from "../living-program.ts";

export const rollbackClauses: readonly StorageClause[] = [
  storageClause("rollback/what-is-acknowledged-afterwards-is-there", {
    rule: "After the storage has lost its last acknowledged changes, as when a server comes back in an older state, everything stored from then on can be read.",
    hint: "Look for every blob of `relies`. The epoch proves nothing: a server that was rolled back has an earlier one.",
    async run(context) {
      const result = await fc.check(rollbackProperty(context), {
        seed: context.seed,
        numRuns: context.programs,
      });
      if (!result.failed) return;
      const { errorInstance: error, counterexample } = result;
      const steps = counterexample?.[0]?.map((one) => `  ${JSON.stringify(one)}`) ?? [];
      const problem = `After a rollback, a saver fails: ${describeError(error)}`;
      fail([problem, "What two savers did, on an empty storage:", ...steps].join("\n"));
    },
  }),
];

/** Random programs, each on an empty storage. */
function rollbackProperty({
  storage,
  clear,
}: Pick<StorageContext, "storage" | "clear">): fc.IAsyncProperty<[Step[]]> {
  const steps = fc.array(step, { minLength: 5, maxLength: 30, size: "max" });
  return fc.asyncProperty(steps, async (chosen) => {
    await clear();
    const program = new LivingProgram(storage, clear);
    for (const one of chosen) await program.run(one);
    await program.check();
  });
}
