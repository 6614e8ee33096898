import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { collect } from "../reading.ts";
import { logState } from "./subgraphs.ts";

/** So many nodes in a row. */
function row(lab: Lab, checkpointer: BaseCheckpointSaver, length: number) {
  const graph = new lab.lg.StateGraph(logState(lab)).addNode("n0", () => ({ log: ["n0"] }));
  graph.addEdge(lab.lg.START, "n0");
  for (let index = 1; index < length; index += 1) {
    graph.addNode(`n${index}`, () => ({ log: [`n${index}`] }));
    graph.addEdge(`n${index - 1}` as never, `n${index}` as never);
  }
  return graph.compile({ checkpointer });
}

export const checkpointCount: Topic = {
  title: "number of checkpoints",
  tests: {
    async "a run of a state graph makes one for its input, one to start, and one per step"(lab) {
      for (const length of [1, 2, 10]) {
        const thread = lab.thread();
        const saver = await lab.reopen();
        await row(lab, lab.saver, length).invoke({ log: [] }, thread);
        expect(await collect(saver.list(thread))).toHaveLength(length + 2);
        await row(lab, lab.saver, length).invoke({ log: [] }, thread);
        expect(await collect(saver.list(thread))).toHaveLength(2 * (length + 2));
      }
    },

    async "a run of a workflow makes two, whatever tasks it calls"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const work = lg.task("work", async (number: number) => number + 1);
      const workflow = lg.entrypoint({ name: "count", checkpointer: lab.saver }, async (to: number) => {
        let number = 0;
        while (number < to) number = await work(number);
        return number;
      });
      const saver = await lab.reopen();
      for (const [run, to] of [0, 1, 9].entries()) {
        await workflow.invoke(to, thread);
        expect(await collect(saver.list(thread))).toHaveLength(2 * (run + 1));
      }
    },

    async "every update makes one, every resume only what its steps need"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const graph = new lg.StateGraph(logState(lab))
        .addNode("ask", () => ({ log: [lg.interrupt<string, string>("?")] }))
        .addEdge(lg.START, "ask")
        .compile({ checkpointer: lab.saver });
      const saver = await lab.reopen();
      const count = async () => (await collect(saver.list(thread))).length;
      await graph.invoke({ log: [] }, thread);
      expect(await count()).toBe(2);
      await graph.invoke(null, thread);
      expect(await count()).toBe(2);
      await graph.invoke(new lg.Command({ resume: "yes" }), thread);
      expect(await count()).toBe(3);
      await graph.updateState(thread, { log: ["more"] });
      expect(await count()).toBe(4);
    },

    async "a checkpoint holds the writes of its tasks, and the last one none"(lab) {
      const thread = lab.thread();
      await row(lab, lab.saver, 2).invoke({ log: ["in"] }, thread);
      const saver = await lab.reopen();
      const tuples = await collect(saver.list(thread));
      const written = tuples.map(({ pendingWrites }) =>
        (pendingWrites ?? []).filter(([, channel]) => channel === "log").map(([, , value]) => value),
      );
      expect(written).toEqual([[], [["n1"]], [["n0"]], [["in"]]]);
      for (const tuple of tuples) expect(await saver.getTuple(tuple.config)).toEqual(tuple);
    },
  },
};
