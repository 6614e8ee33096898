import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { RunnableConfig } from "@langchain/core/runnables";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";

/** A running sum, with everything that was ever added. */
function sum({ lg }: Lab, checkpointer: BaseCheckpointSaver) {
  return lg.entrypoint({ name: "sum", checkpointer }, async (amount: number) => {
    const previous = lg.getPreviousState<{ total: number; added: number[] }>();
    const total = (previous?.total ?? 0) + amount;
    const added = [...(previous?.added ?? []), amount];
    return lg.entrypoint.final({ value: total, save: { total, added } });
  });
}

type Sum = ReturnType<typeof sum>;

/** Runs the amounts on the thread and returns the config of the end of each run. */
async function run(workflow: Sum, thread: RunnableConfig, amounts: readonly number[]) {
  const ends: RunnableConfig[] = [];
  for (const amount of amounts) {
    await workflow.invoke(amount, thread);
    ends.push((await workflow.getState(thread)).config);
  }
  return ends;
}

export const forkOfWorkflow: Topic = {
  title: "fork of a workflow",
  tests: {
    async "a run on an old checkpoint sees the previous value of that checkpoint"(lab) {
      const thread = lab.thread();
      const [first] = await run(sum(lab, lab.saver), thread, [1, 2, 4]);
      const elsewhere = sum(lab, await lab.reopen());
      expect(await elsewhere.invoke(1000, first)).toBe(1001);
    },

    async "the run after a fork continues the fork"(lab) {
      const thread = lab.thread();
      const workflow = sum(lab, lab.saver);
      const [first] = await run(workflow, thread, [1, 2]);
      await workflow.invoke(1000, first);
      const elsewhere = sum(lab, await lab.reopen());
      expect(await elsewhere.invoke(100, thread)).toBe(1101);
    },

    async "every branch keeps its own previous value"(lab) {
      const thread = lab.thread();
      const workflow = sum(lab, lab.saver);
      const [first, second] = await run(workflow, thread, [1, 2]);
      const heads = [second!];
      for (const amount of [10, 20, 30]) {
        await workflow.invoke(amount, first);
        heads.push((await workflow.getState(thread)).config);
      }
      const elsewhere = sum(lab, await lab.reopen());
      const totals: unknown[] = [];
      for (const head of heads) totals.push(await elsewhere.invoke(100, head));
      expect(totals).toEqual([103, 111, 121, 131]);
    },

    async "a saved value set by an update is the previous of the next run"(lab) {
      const thread = lab.thread();
      const workflow = sum(lab, lab.saver);
      const [first] = await run(workflow, thread, [1, 2]);
      const corrected = lab.lg.entrypoint.final({ value: 500, save: { total: 500, added: [500] } });
      await workflow.updateState(first!, corrected, "sum");
      const elsewhere = sum(lab, await lab.reopen());
      expect(await elsewhere.invoke(1, thread)).toBe(501);
    },
  },
};
