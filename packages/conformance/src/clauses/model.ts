import { fail } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext } from "../clause.ts";
import { generate } from "../model/generate.ts";
import type { Operation } from "../model/operations.ts";
import { cleanUp, runSequence } from "../model/run.ts";
import { seeded } from "../random.ts";

const LENGTH = 60;
/** Runs spent on making a failing sequence shorter. */
const SHRINKING = 150;

/** An operation in one line, with the start of long texts only. */
function lineOf(operation: Operation): string {
  const line = JSON.stringify(operation, (_, value: unknown) => {
    if (typeof value === "string" && value.length > 60) {
      return `${value.slice(0, 30)}… (${value.length} characters)`;
    }
    return Array.isArray(value) && value.length > 20 ? [...value.slice(0, 2), "…"] : value;
  });
  return `  ${line}`;
}

/** Leaves out what the failure does not need, one operation at a time. */
async function shrink(
  failing: readonly Operation[],
  fails: (operations: readonly Operation[]) => Promise<boolean>,
): Promise<readonly Operation[]> {
  let shortest = failing;
  let runs = 0;
  for (let index = failing.length - 1; index >= 0 && runs < SHRINKING; index--) {
    const shorter = shortest.filter((_, place) => place !== index);
    runs++;
    if (await fails(shorter)) shortest = shorter;
  }
  return shortest;
}

async function compareSequences(context: ClauseContext): Promise<void> {
  const { saver, seed, sequences, threadId } = context;
  const extras = {
    copy: typeof saver.copyThread === "function",
    prune: typeof saver.prune === "function",
  };
  for (let sequence = 0; sequence < sequences; sequence++) {
    const operations = generate(seeded(seed + sequence), LENGTH, extras);
    const prefix = threadId(`${sequence}`);
    const found = await runSequence(saver, operations, prefix);
    if (found !== undefined) {
      const name = `Sequence ${sequence} with seed ${seed}`;
      await explain(context, name, operations.slice(0, found.length), found.message);
    }
    await cleanUp(saver, prefix);
  }
}

/** Fails with the shortest sequence that shows the difference, each tried in a store that nothing was in before. */
async function explain(
  { openFresh, threadId }: ClauseContext,
  name: string,
  failing: readonly Operation[],
  message: string,
): Promise<never> {
  const run = async (operations: readonly Operation[]): Promise<string | undefined> => {
    const store = await openFresh();
    const found = await runSequence(store.saver, operations, threadId("again"));
    return found?.message;
  };
  if ((await run(failing)) === undefined) {
    fail(
      `${name} does not end as the contract requires: ${message}\n` +
        "In an empty store it does: deleteThread has left something behind.",
    );
  }
  const shortest = await shrink(failing, async (shorter) => (await run(shorter)) !== undefined);
  const last = await run(shortest);
  fail(
    [
      `${name} does not end as the contract requires: ${last ?? message}`,
      "These calls show it in an empty store:",
      ...shortest.map(lineOf),
    ].join("\n"),
  );
}

export const modelClauses: readonly Clause[] = [
  clause("model/random-sequences-agree-with-the-reference", {
    rule: "Whatever the order of puts, writes, forks, retries, deletions and reads, every read returns what a simple model of the contract computes.",
    hint: "Repeat the printed operations in that order, and compare what the last one returns.",
    alone: true,
    run: compareSequences,
  }),
];
