import { enough, tell } from "@threadmark/random-tests";
import fc from "fast-check";
import { afterAll, it } from "vitest";
import type { StorageUnderTest } from "./differential.ts";
import { LivingProgram, step } from "./living-program.ts";

/**
 * Registers a test: a storage loses its last acknowledged changes while savers on it live on, as a server does that
 * comes back from an older state. Whatever they are told is stored afterwards is there for everybody.
 */
export function survivesRollback(
  { storage, clear, close }: StorageUnderTest,
  { programs }: { readonly programs: number },
): void {
  afterAll(async () => {
    await clear();
    await close();
  });

  it(
    "loses nothing that is acknowledged after a rollback under a living process",
    async () => {
      await storage.setup();
      await fc.assert(rollbackProperty({ storage, clear }), { numRuns: programs });
      tell("random programs on a storage that loses its last changes", { programs });
    },
    enough(300_000),
  );
}

/** Random programs, each on an empty storage. */
export function rollbackProperty({
  storage,
  clear,
}: Pick<StorageUnderTest, "storage" | "clear">): fc.IAsyncProperty<unknown> {
  const steps = fc.array(step, { minLength: 5, maxLength: 30, size: "max" });
  return fc.asyncProperty(steps, async (chosen) => {
    await clear();
    const program = new LivingProgram(storage, clear);
    for (const one of chosen) await program.run(one);
    await program.check();
  });
}
