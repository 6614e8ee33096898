import type { RunnableConfig } from "@langchain/core/runnables";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { collect } from "../reading.ts";
import { logState } from "./subgraphs.ts";

/** A graph whose node "inner" is a subgraph with the nodes one, ask and two, on the same log. */
function graphWithSubgraph(lab: Lab, checkpointer: BaseCheckpointSaver) {
  const { lg } = lab;
  const inner = new lg.StateGraph(lg.Annotation.Root({ log: lg.Annotation<string[]> }))
    .addNode("one", ({ log }) => ({ log: [...log, "one"] }))
    .addNode("ask", ({ log }) => ({ log: [...log, lg.interrupt<string, string>("?")] }))
    .addNode("two", ({ log }) => ({ log: [...log, "two"] }))
    .addEdge(lg.START, "one")
    .addEdge("one", "ask")
    .addEdge("ask", "two")
    .compile();
  return new lg.StateGraph(lg.Annotation.Root({ log: lg.Annotation<string[]> }))
    .addNode("before", ({ log }) => ({ log: [...log, "before"] }))
    .addNode("inner", inner)
    .addNode("after", ({ log }) => ({ log: [...log, "after"] }))
    .addEdge(lg.START, "before")
    .addEdge("before", "inner")
    .addEdge("inner", "after")
    .compile({ checkpointer });
}

/** Calls of a subgraph that counts them for itself, with `checkpointer: true`. */
function counting(lab: Lab, checkpointer: BaseCheckpointSaver) {
  const { lg } = lab;
  const Calls = lg.Annotation.Root({
    calls: lg.Annotation<number>({ reducer: (all, more) => all + more, default: () => 0 }),
    unused: lg.Annotation<string>,
  });
  const counter = new lg.StateGraph(Calls)
    .addNode("count", () => ({ calls: 1 }))
    .addEdge(lg.START, "count")
    .compile({ checkpointer: true });
  return new lg.StateGraph(logState(lab))
    .addNode(
      "call",
      async (_state: unknown, config: RunnableConfig) => {
        const { calls } = await counter.invoke({ unused: "" }, config);
        return { log: [`call ${calls}`] };
      },
      { subgraphs: [counter] },
    )
    .addNode("rest", () => ({ log: [] }))
    .addEdge(lg.START, "call")
    .addEdge("call", "rest")
    .compile({ checkpointer });
}

type Graph = ReturnType<typeof graphWithSubgraph>;

/** The config of the newest checkpoint inside the subgraph that waits. */
async function insideOf(graph: Graph, thread: RunnableConfig) {
  const [task] = (await graph.getState(thread, { subgraphs: true })).tasks;
  return (task!.state as Awaited<ReturnType<Graph["getState"]>>).config;
}

export const subgraphTimeTravel: Topic = {
  title: "time travel into subgraphs",
  tests: {
    async "an update inside a waiting subgraph is what it continues with"(lab) {
      const thread = lab.thread();
      const graph = graphWithSubgraph(lab, lab.saver);
      await graph.invoke({ log: [] }, thread);
      await graph.updateState(await insideOf(graph, thread), { log: ["corrected"] });
      const elsewhere = graphWithSubgraph(lab, await lab.reopen());
      const done = await elsewhere.invoke(new lab.lg.Command({ resume: "yes" }), thread);
      expect(done.log).toEqual(["corrected", "yes", "two", "after"]);
    },

    async "the history of a subgraph has its own checkpoints only"(lab) {
      const thread = lab.thread();
      await graphWithSubgraph(lab, lab.saver).invoke({ log: [] }, thread);
      const elsewhere = graphWithSubgraph(lab, await lab.reopen());
      const inside = await insideOf(elsewhere, thread);
      const { thread_id, checkpoint_ns } = inside.configurable!;
      const states = await collect(elsewhere.getStateHistory({ configurable: { thread_id, checkpoint_ns } }));
      expect(states.map(({ next }) => next)).toEqual([["ask"], ["one"], ["__start__"]]);
      expect(states[0]?.values).toEqual({ log: ["before", "one"] });
    },

    async "a run can start again from inside of a subgraph"(lab) {
      const thread = lab.thread();
      const graph = graphWithSubgraph(lab, lab.saver);
      await graph.invoke({ log: [] }, thread);
      const inside = await insideOf(graph, thread);
      await graph.invoke(new lab.lg.Command({ resume: "first" }), thread);

      const elsewhere = graphWithSubgraph(lab, await lab.reopen());
      const again = await elsewhere.invoke(null, inside);
      expect(again).toHaveProperty("__interrupt__");
      const done = await elsewhere.invoke(new lab.lg.Command({ resume: "second" }), thread);
      expect(done.log).toEqual(["before", "one", "second", "two", "after"]);
      const ends = (await collect(elsewhere.getStateHistory(thread)))
        .filter(({ next }) => next.length === 0)
        .map(({ values }) => values.log[2]);
      expect(ends).toEqual(["second", "first"]);
    },

    async "a fork of the graph finds its subgraph as it was then"(lab) {
      const thread = lab.thread();
      const graph = counting(lab, lab.saver);
      for (let call = 0; call < 3; call += 1) await graph.invoke({ log: [] }, thread);
      const head = await graph.getState(thread);
      expect(head.values.log).toEqual(["call 1", "call 2", "call 3"]);
      const beforeSecond = (await collect(graph.getStateHistory(thread))).find(
        ({ next, values }) => next.includes("call") && values.log.length === 1,
      );

      const elsewhere = counting(lab, await lab.reopen());
      const done = await elsewhere.invoke(null, beforeSecond!.config);
      expect(done.log).toEqual(["call 1", "call 2"]);
    },
  },
};
