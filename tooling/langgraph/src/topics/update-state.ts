import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { collect } from "../reading.ts";

/** Two nodes in a row; each adds its name to a list. */
function pair({ lg }: Lab, checkpointer: BaseCheckpointSaver) {
  const State = lg.Annotation.Root({
    list: lg.Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
    note: lg.Annotation<string | undefined>,
  });
  return new lg.StateGraph(State)
    .addNode("a", () => ({ list: ["a"] }))
    .addNode("b", () => ({ list: ["b"] }))
    .addEdge(lg.START, "a")
    .addEdge("a", "b")
    .compile({ checkpointer });
}

export const updateState: Topic = {
  title: "updateState",
  tests: {
    async "a thread can begin with an update"(lab) {
      const thread = lab.thread();
      await pair(lab, lab.saver).updateState(thread, { list: ["given"] }, "a");
      const elsewhere = pair(lab, await lab.reopen());
      expect(await elsewhere.invoke(null, thread)).toEqual({ list: ["given", "b"] });
    },

    async "an update without values changes nothing but the head"(lab) {
      const thread = lab.thread();
      const graph = pair(lab, lab.saver);
      await graph.invoke({ note: "kept" }, thread);
      const ended = await graph.getState(thread);
      const updated = await graph.updateState(thread, null);
      const head = await pair(lab, await lab.reopen()).getState(thread);
      expect(head.config.configurable!["checkpoint_id"]).toBe(updated.configurable!["checkpoint_id"]);
      expect(head.config).not.toEqual(ended.config);
      expect(head.values).toEqual({ list: ["a", "b"], note: "kept" });
      expect(head.metadata?.source).toBe("update");
    },

    async "an update as the end leaves nothing to do and keeps the values"(lab) {
      const thread = lab.thread();
      const graph = pair(lab, lab.saver);
      await graph.invoke({ note: "kept" }, { ...thread, interruptBefore: ["b"] });
      expect((await graph.getState(thread)).next).toEqual(["b"]);
      await graph.updateState(thread, null, lab.lg.END);
      const head = await pair(lab, await lab.reopen()).getState(thread);
      expect(head.next).toEqual([]);
      expect(head.values).toEqual({ list: ["a"], note: "kept" });
    },

    async "a copy of any checkpoint has the values of its original"(lab) {
      const thread = lab.thread();
      const graph = pair(lab, lab.saver);
      await graph.invoke({ note: "kept" }, thread);
      const states = await collect(graph.getStateHistory(thread));
      expect(states).toHaveLength(4);
      const elsewhere = pair(lab, await lab.reopen());
      for (const { config, values, metadata } of states) {
        const original = await elsewhere.getState(config);
        const copy = await graph.updateState(config, null, "__copy__");
        const copied = await pair(lab, await lab.reopen()).getState(copy);
        expect(copied.values).toEqual(values);
        expect(copied.next).toEqual(original.next);
        expect(copied.metadata).toMatchObject({ source: "fork", step: metadata!.step + 1 });
      }
    },

    async "a copy of the first checkpoint runs as the original did"(lab) {
      const thread = lab.thread();
      const graph = pair(lab, lab.saver);
      await graph.invoke({ note: "kept" }, thread);
      const [first] = (await collect(graph.getStateHistory(thread))).slice(-1);
      const copy = await graph.updateState(first!.config, null, "__copy__");
      const elsewhere = pair(lab, await lab.reopen());
      expect(await elsewhere.invoke(null, copy)).toEqual({ list: ["a", "b"], note: "kept" });
    },

    async "two updates of one checkpoint both keep their values"(lab) {
      const thread = lab.thread();
      const graph = pair(lab, lab.saver);
      await graph.invoke({ note: "original" }, thread);
      const { config } = await graph.getState(thread);
      const one = await graph.updateState(config, { note: "one" }, "b");
      const two = await graph.updateState(config, { note: "two" }, "b");
      const elsewhere = pair(lab, await lab.reopen());
      expect((await elsewhere.getState(one)).values).toMatchObject({ note: "one" });
      expect((await elsewhere.getState(two)).values).toMatchObject({ note: "two" });
      expect((await elsewhere.getState(config)).values).toMatchObject({ note: "original" });
    },

    async "several updates in one call are several checkpoints"(lab) {
      const thread = lab.thread();
      const graph = pair(lab, lab.saver);
      await graph.bulkUpdateState(thread, [
        { updates: [{ values: { list: ["1"] }, asNode: "a" }] },
        { updates: [{ values: { list: ["2"] }, asNode: "b" }] },
      ]);
      const states = await collect(pair(lab, await lab.reopen()).getStateHistory(thread));
      expect(states.map(({ values }) => values.list)).toEqual([["1", "2"], ["1"]]);
      expect(states.map(({ metadata }) => metadata?.source)).toEqual(["update", "update"]);
    },
  },
};
