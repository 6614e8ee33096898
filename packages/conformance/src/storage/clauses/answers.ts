import type { WholeStorage } from "@threadmark/core/storage";
import { MemoryStorage } from "@threadmark/core/memory";
import { show } from "@threadmark/core/comparison";
import fc from "fast-check";
import { ClauseFailure, expectSame, fail } from "../../assertions.ts";
import { storageClause, type StorageClause, type StorageContext } from "../clause.ts";
import { comparable, sorted } from "../comparable.ts";
import { contentOf, operation, perform, REFUSED_REMOVAL, type Operation } from "../random-operations.ts";

export const answerClauses: readonly StorageClause[] = [
  storageClause("answers/are-those-of-the-reference", {
    rule: "Random calls get the same answers as from `MemoryStorage`, and leave the same data.",
    hint: "The calls shown are the shortest sequence with a different answer. The docstring of the request says what the answer must be.",
    async run(context) {
      const property = propertyOf(context);
      const result = await fc.check(property, {
        seed: context.seed,
        numRuns: context.sequences,
        examples: [[REFUSED_REMOVAL]],
      });
      if (!result.failed) return;
      const { errorInstance: error, counterexample } = result;
      const problem = error instanceof ClauseFailure ? error.message : `Unexpected: ${String(error)}`;
      const calls = counterexample?.[0]?.map(({ name, request }) => `  ${name}(${show(request)})`) ?? [];
      fail([problem, "The calls, on an empty storage:", ...calls].join("\n"));
    },
  }),
];

function propertyOf({ storage, clear }: StorageContext): fc.IAsyncProperty<[Operation[]]> {
  const { scanAllThreads } = storage.capabilities;
  const possible = operation.filter((call) => scanAllThreads || !isScanOfAll(call));
  const sequence = fc.array(possible, { minLength: 1, maxLength: 60, size: "max" });
  return fc.asyncProperty(sequence, async (operations) => {
    await clear();
    const model = new MemoryStorage();
    for (const call of operations) await compareAnswers(model, storage, call);
    const [expected, actual] = [
      await contentOf(model, scanAllThreads),
      await contentOf(storage, scanAllThreads),
    ];
    expectSame(comparable(actual), comparable(expected), "The stored data at the end");
  });
}

async function compareAnswers(model: WholeStorage, storage: WholeStorage, call: Operation): Promise<void> {
  const [expected, actual] = [await perform(model, call), await perform(storage, call)];
  expectSame(
    answerOf(call.name, actual),
    answerOf(call.name, expected),
    `The answer of the last ${call.name}`,
  );
}

function isScanOfAll({ name, request }: Operation): boolean {
  return name === "scan" && request.thread === undefined;
}

type Outline = Readonly<Record<string, unknown>>;

function outlineOf({ namespace, id, parent, parentSeal, run, header, seal }: Outline): Outline {
  return { namespace, id, parent, parentSeal, run, header, seal };
}

/** An answer without what the port leaves open. */
function answerOf(name: string, answer: unknown): unknown {
  const plain = comparable(answer);
  if (name === "blobs") return sorted(plain as unknown[]);
  if (name === "outline") {
    const page = plain as { checkpoints: Outline[]; more: boolean };
    return { ...page, checkpoints: page.checkpoints.map(outlineOf) };
  }
  if (name === "ancestors") {
    const line = plain as { checkpoint: Outline; writes: unknown[] }[];
    return line.map(({ checkpoint, writes }) => ({
      checkpoint: outlineOf(checkpoint),
      writes: sorted(writes),
    }));
  }
  // What a byte is differs from storage to storage.
  if (name === "stats") return (plain as { checkpoints: number } | undefined)?.checkpoints;
  // One that has expired may count or not.
  if (name === "deleteThreads") return undefined;
  // The order is by time, which the two storages do not share.
  if (name !== "threads") return plain;
  const page = plain as { threads: unknown[]; more: boolean };
  return { ...page, threads: sorted(page.threads) };
}
