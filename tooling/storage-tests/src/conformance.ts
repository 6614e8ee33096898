import { conformance, type OpenStore, type Sizes } from "@threadmark/conformance";
import { enough, seed } from "@threadmark/random-tests";
import { countTests, type Server } from "@threadmark/services";
import { describe, it } from "vitest";

/** A way to open savers. */
export interface Subject {
  readonly name: string;
  readonly server: Pick<Server, "kind" | "version">;
  readonly open: OpenStore;
  /** Groups of clauses to run, where others have run the rest. @default all */
  readonly only?: readonly string[];
}

/** How much is done by clauses that do something many times. */
interface Amount {
  readonly sequences: number;
  readonly sizes: Partial<Sizes>;
}

const FULL: Amount = { sequences: 15, sizes: { listing: 1200 } };
/** More than the pages and batches of 100 and 250, which are what a server or a driver gets to see. */
export const briefSizes: Partial<Sizes> = { listing: 300, turns: 80, ancestors: 120 };
const BRIEF: Amount = { sequences: 5, sizes: briefSizes };

/**
 * Registers the conformance suite for every way to open savers: in full for the first one, in brief for the others.
 * With `TEST_ONLY_FIRST` in the environment the first one is the only one, in brief too.
 */
export function conformanceOf(subjects: readonly Subject[]): void {
  const [first, ...others] = subjects;
  if (process.env["TEST_ONLY_FIRST"]) return conformanceInBrief(subjects.slice(0, 1));
  if (first) register(first, FULL);
  conformanceInBrief(others);
}

/** Registers the conformance suite for more ways: with the same clauses, but fewer and shorter repetitions. */
export function conformanceInBrief(subjects: readonly Subject[]): void {
  for (const subject of subjects) register(subject, BRIEF);
}

function register({ name, server, open, only }: Subject, { sequences, sizes }: Amount): void {
  describe(name, () => {
    countTests(server);
    conformance({
      name,
      runner: { describe, it },
      open,
      ...(only ? { only } : {}),
      share: true,
      everything: true,
      seed,
      sequences: enough(sequences),
      sizes,
    });
  });
}
