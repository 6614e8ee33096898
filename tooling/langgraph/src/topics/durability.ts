import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { ancestry, collect } from "../reading.ts";
import { questionsOf } from "./interrupts.ts";
import { logState } from "./subgraphs.ts";

const MODES = ["sync", "async", "exit"] as const;

function chain(lab: Lab, checkpointer: BaseCheckpointSaver, broken: { node?: string } = {}) {
  const { lg } = lab;
  const node = (name: string) => () => {
    if (broken.node === name) throw new Error(`${name} is broken`);
    return { log: [name] };
  };
  return new lg.StateGraph(logState(lab))
    .addNode("a", node("a"))
    .addNode("b", node("b"))
    .addNode("c", node("c"))
    .addEdge(lg.START, "a")
    .addEdge("a", "b")
    .addEdge("b", "c")
    .compile({ checkpointer });
}

/** A node that asks as many questions as the input says. */
function asking(lab: Lab, checkpointer: BaseCheckpointSaver, questions: readonly string[]) {
  const { lg } = lab;
  return new lg.StateGraph(logState(lab))
    .addNode("ask", () => ({ log: questions.map((one) => lg.interrupt<string, string>(one)) }))
    .addEdge(lg.START, "ask")
    .compile({ checkpointer });
}

export const durability: Topic = {
  title: "durability",
  tests: {
    async "every mode ends with the same state"(lab) {
      for (const mode of MODES) {
        const thread = lab.thread();
        const graph = chain(lab, lab.saver);
        for (let run = 0; run < 2; run += 1) {
          await graph.invoke({ log: ["in"] }, { ...thread, durability: mode });
        }
        const head = await chain(lab, await lab.reopen()).getState(thread);
        expect(head.values.log).toEqual(["in", "a", "b", "c", "in", "a", "b", "c"]);
        expect(head.next).toEqual([]);
      }
    },

    async "sync and async keep every step, exit only the last"(lab) {
      const steps = async (mode: (typeof MODES)[number]) => {
        const thread = lab.thread();
        await chain(lab, lab.saver).invoke({ log: [] }, { ...thread, durability: mode });
        const states = await collect(chain(lab, await lab.reopen()).getStateHistory(thread));
        return states.map(({ metadata }) => metadata?.step);
      };
      expect(await steps("sync")).toEqual([3, 2, 1, 0, -1]);
      expect(await steps("async")).toEqual([3, 2, 1, 0, -1]);
      expect(await steps("exit")).toEqual([3]);
    },

    async "in sync mode a step can be read elsewhere before the next one runs"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const seen: unknown[] = [];
      const look = (name: string) => async () => {
        const tuple = await (await lab.reopen()).getTuple(thread);
        seen.push(tuple?.checkpoint.channel_values["log"]);
        return { log: [name] };
      };
      await new lg.StateGraph(logState(lab))
        .addNode("a", look("a"))
        .addNode("b", look("b"))
        .addEdge(lg.START, "a")
        .addEdge("a", "b")
        .compile({ checkpointer: lab.saver })
        .invoke({ log: ["in"] }, { ...thread, durability: "sync" });
      expect(seen).toEqual([["in"], ["in", "a"]]);
    },

    async "in every mode a failed run continues elsewhere"(lab) {
      for (const mode of MODES) {
        const thread = { ...lab.thread(), durability: mode };
        const run = chain(lab, lab.saver, { node: "b" }).invoke({ log: [] }, thread);
        await expect(run).rejects.toThrow("b is broken");
        const elsewhere = chain(lab, await lab.reopen());
        expect((await elsewhere.getState(thread)).next).toEqual(["b"]);
        expect((await elsewhere.invoke(null, thread)).log).toEqual(["a", "b", "c"]);
      }
    },

    async "in every mode questions are answered across runs, and parents lead to the start"(lab) {
      const questions = ["1?", "2?", "3?"];
      for (const mode of MODES) {
        const thread = { ...lab.thread(), durability: mode };
        let result: unknown = await asking(lab, lab.saver, questions).invoke({ log: [] }, thread);
        for (const question of questions) {
          expect(questionsOf(result).map(({ value }) => value)).toEqual([question]);
          const elsewhere = asking(lab, await lab.reopen(), questions);
          const resume = `to ${question}`;
          result = await elsewhere.invoke(new lab.lg.Command({ resume }), thread);
        }
        expect(result).toEqual({ log: questions.map((question) => `to ${question}`) });

        const saver = await lab.reopen();
        const path = await ancestry(saver, thread);
        const stored = (await collect(saver.list(thread))).map(({ checkpoint }) => checkpoint.id);
        expect(path).toEqual(stored);
        expect(new Set(path).size).toBe(path.length);
      }
    },

    async "in exit mode a second question keeps the parent and the values of the first"(lab) {
      const thread = lab.thread();
      const questions = ["1?", "2?"];
      await asking(lab, lab.saver, []).invoke({ log: ["earlier"] }, thread);
      const [earlier] = await ancestry(await lab.reopen(), thread);
      const exit = { ...thread, durability: "exit" as const };
      await asking(lab, lab.saver, questions).invoke({ log: ["now"] }, exit);
      await asking(lab, lab.saver, questions).invoke(new lab.lg.Command({ resume: "one" }), exit);

      const saver = await lab.reopen();
      const waiting = await saver.getTuple(thread);
      expect(waiting?.parentConfig?.configurable!["checkpoint_id"]).toBe(earlier);
      expect(waiting?.checkpoint.channel_values["log"]).toEqual(["earlier", "now"]);
      const elsewhere = asking(lab, saver, questions);
      const done = await elsewhere.invoke(new lab.lg.Command({ resume: "two" }), exit);
      expect(done.log).toEqual(["earlier", "now", "one", "two"]);
    },

    async "in exit mode a question inside a subgraph is answered there"(lab) {
      const { lg } = lab;
      const thread = { ...lab.thread(), durability: "exit" as const };
      const build = (checkpointer: BaseCheckpointSaver) => {
        const inner = new lg.StateGraph(lg.Annotation.Root({ log: lg.Annotation<string[]> }))
          .addNode("work", ({ log }) => ({ log: [...log, "worked"] }))
          .addNode("ask", ({ log }) => ({ log: [...log, lg.interrupt<string, string>("?")] }))
          .addEdge(lg.START, "work")
          .addEdge("work", "ask")
          .compile();
        return new lg.StateGraph(lg.Annotation.Root({ log: lg.Annotation<string[]> }))
          .addNode("inner", inner)
          .addEdge(lg.START, "inner")
          .compile({ checkpointer });
      };
      await build(lab.saver).invoke({ log: ["in"] }, thread);
      const elsewhere = build(await lab.reopen());
      const done = await elsewhere.invoke(new lg.Command({ resume: "yes" }), thread);
      expect(done.log).toEqual(["in", "worked", "yes"]);
    },
  },
};
