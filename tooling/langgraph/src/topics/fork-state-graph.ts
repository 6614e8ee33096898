import type { RunnableConfig } from "@langchain/core/runnables";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { ancestry, collect, idOf } from "../reading.ts";

/** Three nodes in a row; each adds its letter to the word. */
function letters({ lg }: Lab, checkpointer: BaseCheckpointSaver) {
  const State = lg.Annotation.Root({
    word: lg.Annotation<string>,
    visits: lg.Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
  });
  const adding =
    (letter: string) =>
    ({ word }: typeof State.State) => ({ word: word + letter, visits: [letter] });
  return new lg.StateGraph(State)
    .addNode("a", adding("a"))
    .addNode("b", adding("b"))
    .addNode("c", adding("c"))
    .addEdge(lg.START, "a")
    .addEdge("a", "b")
    .addEdge("b", "c")
    .compile({ checkpointer });
}

type Letters = ReturnType<typeof letters>;

/** The newest checkpoint at which `node` was the next to run. */
async function before(node: string, graph: Letters, thread: RunnableConfig) {
  for await (const state of graph.getStateHistory(thread)) {
    if (state.next.includes(node)) return state;
  }
  throw new Error(`${node} was never the next node`);
}

/** Values of every checkpoint by id. */
async function valuesById(graph: Letters, thread: RunnableConfig) {
  const states = await collect(graph.getStateHistory(thread));
  return new Map(states.map(({ config, values }) => [idOf(config), values as unknown]));
}

export const forkOfStateGraph: Topic = {
  title: "fork of a state graph",
  tests: {
    async "an update of an old checkpoint starts a branch with its own values"(lab) {
      const thread = lab.thread();
      const graph = letters(lab, lab.saver);
      await graph.invoke({ word: "x" }, thread);
      const old = await before("b", graph, thread);
      const fork = await graph.updateState(old.config, { word: "FORK" }, "a");

      const elsewhere = letters(lab, await lab.reopen());
      expect((await elsewhere.getState(fork)).values).toEqual({ word: "FORK", visits: ["a"] });
      expect((await elsewhere.getState(thread)).values).toEqual({ word: "FORK", visits: ["a"] });
      expect(await elsewhere.invoke(null, fork)).toEqual({
        word: "FORKbc",
        visits: ["a", "b", "c"],
      });
    },

    async "the old branch keeps every value it had"(lab) {
      const thread = lab.thread();
      const graph = letters(lab, lab.saver);
      await graph.invoke({ word: "x" }, thread);
      const original = await valuesById(graph, thread);
      const old = await before("b", graph, thread);
      const fork = await graph.updateState(old.config, { word: "FORK" }, "a");
      await graph.invoke(null, fork);

      const afterwards = await valuesById(letters(lab, await lab.reopen()), thread);
      expect(original.size).toBe(5);
      expect(afterwards.size).toBe(8);
      for (const [id, values] of original) expect(afterwards.get(id)).toEqual(values);
    },

    async "branches that count their versions alike never mix"(lab) {
      const thread = lab.thread();
      const graph = letters(lab, lab.saver);
      await graph.invoke({ word: "x" }, thread);
      const old = await before("b", graph, thread);
      const forks: RunnableConfig[] = [];
      for (const word of ["p", "q", "r"]) {
        forks.push(await graph.updateState(old.config, { word }, "a"));
      }
      for (const fork of forks) await graph.invoke(null, fork);

      const elsewhere = letters(lab, await lab.reopen());
      const states = await collect(elsewhere.getStateHistory(thread));
      const ends = states.filter(({ next }) => next.length === 0).map(({ values }) => values);
      expect(ends).toEqual(["rbc", "qbc", "pbc", "xabc"].map((word) => ({ word, visits: ["a", "b", "c"] })));
    },

    async "an old branch can be continued after a newer one"(lab) {
      const thread = lab.thread();
      const graph = letters(lab, lab.saver);
      await graph.invoke({ word: "1" }, thread);
      const end = await graph.getState(thread);
      await graph.invoke({ word: "2" }, thread);
      const newer = await graph.getState(thread);

      const elsewhere = letters(lab, await lab.reopen());
      const forked = await elsewhere.invoke({ word: "3" }, end.config);
      expect(forked).toEqual({ word: "3abc", visits: [..."abcabc"] });
      const continued = await graph.invoke({ word: "4" }, newer.config);
      expect(continued).toEqual({ word: "4abc", visits: [..."abcabcabc"] });
      const head = await letters(lab, await lab.reopen()).getState(thread);
      expect(head.values).toEqual(continued);
    },

    async "a branch leads through its parents to where it left the other"(lab) {
      const thread = lab.thread();
      const graph = letters(lab, lab.saver);
      await graph.invoke({ word: "x" }, thread);
      const old = await before("b", graph, thread);
      const beforeFork = (await collect(graph.getStateHistory(thread)))
        .map(({ config }) => idOf(config))
        .filter((id) => id <= idOf(old.config));
      await graph.invoke(null, await graph.updateState(old.config, { word: "FORK" }, "a"));

      const path = await ancestry(await lab.reopen(), thread);
      expect(path).toHaveLength(3 + beforeFork.length);
      expect(path.slice(3)).toEqual(beforeFork);
    },

    async "invoke with null on an old checkpoint runs what came after it again"(lab) {
      const thread = lab.thread();
      const graph = letters(lab, lab.saver);
      await graph.invoke({ word: "x" }, thread);
      const old = await before("c", graph, thread);
      const elsewhere = letters(lab, await lab.reopen());
      const updates = await collect(await elsewhere.stream(null, { ...old.config, streamMode: "updates" }));
      expect(updates).toEqual([{ c: { word: "xabc", visits: ["c"] } }]);
      const head = await elsewhere.getState(thread);
      expect(head.values).toEqual({ word: "xabc", visits: ["a", "b", "c"] });
    },
  },
};
