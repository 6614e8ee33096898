import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { logState } from "./subgraphs.ts";

/** Plans words, works on each in its own task, then joins them. */
function mapReduce(lab: Lab, checkpointer: BaseCheckpointSaver, ran: string[], broken: Set<string>) {
  const { lg } = lab;
  const State = lg.Annotation.Root({
    words: lg.Annotation<string[]>,
    upper: lg.Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
    joined: lg.Annotation<string>,
  });
  return new lg.StateGraph(State)
    .addNode("plan", () => ({}))
    .addNode("raise", ({ word }: { word: string }) => {
      ran.push(word);
      if (broken.has(word)) throw new Error(`${word} is broken`);
      return { upper: [word.toUpperCase()] };
    })
    .addNode("join", ({ upper }) => ({ joined: upper.join(" ") }))
    .addEdge(lg.START, "plan")
    .addConditionalEdges("plan", ({ words }) => words.map((word) => new lg.Send("raise", { word })))
    .addEdge("raise", "join")
    .compile({ checkpointer });
}

/** A node that goes where the log says it should, by `Command`. */
function router(lab: Lab, checkpointer: BaseCheckpointSaver) {
  const { lg } = lab;
  return new lg.StateGraph(logState(lab))
    .addNode("route", ({ log }) => new lg.Command({ goto: log.at(-1)!, update: { log: ["routed"] } }), {
      ends: ["left", "right"],
    })
    .addNode("left", () => ({ log: ["left"] }))
    .addNode("right", () => ({ log: ["right"] }))
    .addEdge(lg.START, "route")
    .compile({ checkpointer });
}

export const commands: Topic = {
  title: "Command and Send",
  tests: {
    async "a node goes where its command says, with its update"(lab) {
      const thread = lab.thread();
      await router(lab, lab.saver).invoke({ log: ["right"] }, thread);
      const done = await router(lab, await lab.reopen()).invoke({ log: ["left"] }, thread);
      expect(done.log).toEqual(["right", "routed", "right", "left", "routed", "left"]);
    },

    async "a run stopped after a command goes where it said"(lab) {
      const thread = lab.thread();
      const stop = { ...thread, interruptAfter: ["route" as const] };
      await router(lab, lab.saver).invoke({ log: ["right"] }, stop);
      const elsewhere = router(lab, await lab.reopen());
      expect((await elsewhere.getState(thread)).next).toEqual(["right"]);
      expect((await elsewhere.invoke(null, thread)).log).toEqual(["right", "routed", "right"]);
    },

    async "a command as input updates and goes to a node"(lab) {
      const thread = lab.thread();
      await router(lab, lab.saver).invoke({ log: ["right"] }, thread);
      const elsewhere = router(lab, await lab.reopen());
      const command = new lab.lg.Command({ goto: "left", update: { log: ["by hand"] } });
      const done = await elsewhere.invoke(command, thread);
      expect(done.log).toEqual(["right", "routed", "right", "by hand", "left"]);
    },

    async "a command of a subgraph sends the graph around it to a node"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const build = (checkpointer: BaseCheckpointSaver) => {
        const inner = new lg.StateGraph(logState(lab))
          .addNode("leave", () => {
            const update = { log: [`left ${lg.interrupt<string, string>("where?")}`] };
            return new lg.Command({ graph: lg.Command.PARENT, goto: "target", update });
          })
          .addEdge(lg.START, "leave")
          .compile();
        return new lg.StateGraph(logState(lab))
          .addNode("inner", inner, { ends: ["target"] })
          .addNode("target", () => ({ log: ["target"] }))
          .addEdge(lg.START, "inner")
          .compile({ checkpointer });
      };
      await build(lab.saver).invoke({ log: ["in"] }, thread);
      const elsewhere = build(await lab.reopen());
      const done = await elsewhere.invoke(new lg.Command({ resume: "here" }), thread);
      expect(done.log).toEqual(["in", "left here", "target"]);
    },

    async "results of sent tasks come in the order they were sent"(lab) {
      const thread = lab.thread();
      const words = Array.from({ length: 30 }, (_, index) => `w${index}`);
      const graph = mapReduce(lab, lab.saver, [], new Set());
      await graph.invoke({ words }, thread);
      const head = await mapReduce(lab, await lab.reopen(), [], new Set()).getState(thread);
      expect(head.values.upper).toEqual(words.map((word) => word.toUpperCase()));
      expect(head.values.joined).toBe(words.join(" ").toUpperCase());
    },

    async "what was sent before a stop is run after it"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      const stop = { ...thread, interruptBefore: ["raise" as const] };
      await mapReduce(lab, lab.saver, ran, new Set()).invoke({ words: ["a", "b"] }, stop);
      expect(ran).toEqual([]);
      const elsewhere = mapReduce(lab, await lab.reopen(), ran, new Set());
      expect((await elsewhere.getState(thread)).next).toEqual(["raise", "raise"]);
      expect(await elsewhere.invoke(null, thread)).toMatchObject({ joined: "A B" });
    },

    async "after a crash only the sent task that failed is run again"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      const words = ["a", "b", "c"];
      const run = mapReduce(lab, lab.saver, ran, new Set(["c"])).invoke({ words }, thread);
      await expect(run).rejects.toThrow("c is broken");
      expect(ran).toEqual(words);
      const elsewhere = mapReduce(lab, await lab.reopen(), ran, new Set());
      expect(await elsewhere.invoke(null, thread)).toMatchObject({ joined: "A B C" });
      expect(ran).toEqual(["a", "b", "c", "c"]);
    },
  },
};
