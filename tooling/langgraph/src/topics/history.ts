import type { RunnableConfig } from "@langchain/core/runnables";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { collect, idOf } from "../reading.ts";

/** One node that adds one; a run makes three checkpoints. */
function counter({ lg }: Lab, checkpointer: BaseCheckpointSaver) {
  const State = lg.Annotation.Root({
    count: lg.Annotation<number>({ reducer: (all, more) => all + more, default: () => 0 }),
  });
  return new lg.StateGraph(State)
    .addNode("add", () => ({ count: 1 }))
    .addEdge(lg.START, "add")
    .compile({ checkpointer });
}

/** A thread after so many runs. */
async function threadWith(lab: Lab, runs: number) {
  const thread = lab.thread();
  const graph = counter(lab, lab.saver);
  for (let run = 0; run < runs; run += 1) await graph.invoke({ count: 0 }, thread);
  return thread;
}

export const history: Topic = {
  title: "getStateHistory",
  tests: {
    async "it goes from the newest to the oldest, each with its parent and step"(lab) {
      const thread = await threadWith(lab, 2);
      const states = await collect(counter(lab, await lab.reopen()).getStateHistory(thread));
      expect(states.map(({ metadata }) => [metadata?.source, metadata?.step])).toEqual([
        ["loop", 4],
        ["loop", 3],
        ["input", 2],
        ["loop", 1],
        ["loop", 0],
        ["input", -1],
      ]);
      expect(states.map(({ values }) => values.count)).toEqual([2, 1, 1, 1, 0, 0]);
      const ids = states.map(({ config }) => idOf(config));
      expect(ids).toEqual([...ids].sort().reverse());
      const parents = states.map(({ parentConfig }) => parentConfig && idOf(parentConfig));
      expect(parents).toEqual([...ids.slice(1), undefined]);
    },

    async "without a limit it has everything, however much that is"(lab) {
      const thread = await threadWith(lab, 70);
      const states = await collect(counter(lab, await lab.reopen()).getStateHistory(thread));
      expect(states).toHaveLength(210);
      expect(new Set(states.map(({ config }) => idOf(config))).size).toBe(210);
      expect(states[0]?.values.count).toBe(70);
    },

    async "limit and before page through it without gaps or repeats"(lab) {
      const thread = await threadWith(lab, 8);
      const graph = counter(lab, await lab.reopen());
      const all = (await collect(graph.getStateHistory(thread))).map(({ config }) => idOf(config));
      const paged: string[] = [];
      let before: RunnableConfig | undefined;
      for (let page = 0; page < 10; page += 1) {
        const options = before === undefined ? { limit: 5 } : { limit: 5, before };
        const states = await collect(graph.getStateHistory(thread, options));
        if (states.length === 0) break;
        expect(states.length).toBeLessThanOrEqual(5);
        paged.push(...states.map(({ config }) => idOf(config)));
        before = states.at(-1)!.config;
      }
      expect(all).toHaveLength(24);
      expect(paged).toEqual(all);
    },

    async "a filter keeps what matches on all its keys"(lab) {
      const thread = await threadWith(lab, 3);
      const graph = counter(lab, await lab.reopen());
      const steps = async (filter: Record<string, unknown>, limit?: number) => {
        const options = limit === undefined ? { filter } : { filter, limit };
        const states = await collect(graph.getStateHistory(thread, options));
        return states.map(({ metadata }) => metadata?.step);
      };
      expect(await steps({ source: "input" })).toEqual([5, 2, -1]);
      expect(await steps({ source: "input" }, 2)).toEqual([5, 2]);
      expect(await steps({ source: "loop", step: 4 })).toEqual([4]);
      expect(await steps({ source: "input", step: 4 })).toEqual([]);
      expect(await steps({})).toHaveLength(9);
    },

    async "a limit of 0 gives nothing"(lab) {
      const thread = await threadWith(lab, 1);
      const graph = counter(lab, await lab.reopen());
      expect(await collect(graph.getStateHistory(thread, { limit: 0 }))).toEqual([]);
    },

    async "the saver and the graph can be called while it is being read"(lab) {
      const thread = await threadWith(lab, 3);
      const saver = await lab.reopen();
      const graph = counter(lab, saver);
      const pairs: [number, number][] = [];
      for await (const { config, values } of graph.getStateHistory(thread)) {
        const state = await graph.getState(config);
        const tuples = await collect(saver.list(thread, { limit: 2 }));
        expect(tuples).toHaveLength(2);
        pairs.push([values.count, state.values.count]);
      }
      expect(pairs).toEqual([3, 2, 2, 2, 1, 1, 1, 0, 0].map((count) => [count, count]));
    },

    async "a run while it is being read changes nothing of what is read"(lab) {
      const thread = await threadWith(lab, 2);
      const graph = counter(lab, await lab.reopen());
      const counts: number[] = [];
      for await (const { values } of graph.getStateHistory(thread)) {
        if (counts.length === 0) await graph.invoke({ count: 0 }, thread);
        counts.push(values.count);
      }
      expect(counts).toEqual([2, 1, 1, 1, 0, 0]);
      expect((await graph.getState(thread)).values.count).toBe(3);
    },

    async "stopping early leaves the saver as it was"(lab) {
      const thread = await threadWith(lab, 3);
      const graph = counter(lab, await lab.reopen());
      for (let time = 0; time < 20; time += 1) {
        for await (const { values } of graph.getStateHistory(thread)) {
          expect(values.count).toBe(3);
          break;
        }
      }
      expect(await graph.invoke({ count: 0 }, thread)).toEqual({ count: 4 });
      expect(await collect(graph.getStateHistory(thread))).toHaveLength(12);
    },

    async "it has nothing of another thread"(lab) {
      const thread = await threadWith(lab, 1);
      const graph = counter(lab, lab.saver);
      const similar = { configurable: { thread_id: `${thread.configurable.thread_id}:1` } };
      await graph.invoke({ count: 10 }, similar);
      const states = await collect(counter(lab, await lab.reopen()).getStateHistory(thread));
      expect(states.map(({ values }) => values.count)).toEqual([1, 0, 0]);
    },
  },
};
