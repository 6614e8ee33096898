import { conformance, type OpenStore } from "@threadmark/conformance";
import { enough, seed } from "@threadmark/random-tests";
import { countTests, type Server } from "@threadmark/services";
import { describe, it } from "vitest";

/** A way to open savers. */
interface Subject {
  readonly name: string;
  readonly server: Pick<Server, "kind" | "version">;
  readonly open: OpenStore;
}

/**
 * Registers the conformance suite for every way to open savers. All clauses run on all of them; the first one has
 * most of the random sequences, and with `TEST_ONLY_FIRST` in the environment it is the only one.
 */
export function conformanceOf(subjects: readonly Subject[]): void {
  const chosen = process.env["TEST_ONLY_FIRST"] ? subjects.slice(0, 1) : subjects;
  for (const [index, { name, server, open }] of chosen.entries()) {
    const sequences = enough(index === 0 ? 40 : 10);
    describe(name, () => {
      countTests(server);
      conformance({
        name,
        runner: { describe, it },
        open,
        share: true,
        everything: true,
        seed,
        sequences,
        sizes: { listing: 1200 },
      });
    });
  }
}
