import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { collect } from "../reading.ts";
import { questionsOf } from "./interrupts.ts";

/** Lets others continue, so that runs that are started together take turns. */
const yieldTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Adds the name of the thread once in each of three nodes. */
function naming({ lg }: Lab, checkpointer: BaseCheckpointSaver) {
  const State = lg.Annotation.Root({
    name: lg.Annotation<string>,
    list: lg.Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
  });
  const node =
    (suffix: string) =>
    async ({ name }: typeof State.State) => {
      await yieldTurn();
      return { list: [name + suffix] };
    };
  return new lg.StateGraph(State)
    .addNode("a", node("a"))
    .addNode("b", node("b"))
    .addNode("c", node("c"))
    .addEdge(lg.START, "a")
    .addEdge("a", "b")
    .addEdge("b", "c")
    .compile({ checkpointer });
}

export const concurrency: Topic = {
  title: "concurrency",
  tests: {
    async "two threads that run at once know nothing of each other"(lab) {
      const graph = naming(lab, lab.saver);
      const threads = [lab.thread(), lab.thread()];
      for (let run = 0; run < 3; run += 1) {
        await Promise.all(threads.map((one, index) => graph.invoke({ name: `t${index}` }, one)));
      }
      const elsewhere = naming(lab, await lab.reopen());
      for (const [index, thread] of threads.entries()) {
        const { values } = await elsewhere.getState(thread);
        const once = [`t${index}a`, `t${index}b`, `t${index}c`];
        expect(values.list).toEqual([...once, ...once, ...once]);
        expect(await collect(elsewhere.getStateHistory(thread))).toHaveLength(15);
      }
    },

    async "many threads on several savers at once all end with their own values"(lab) {
      const savers = [lab.saver, await lab.reopen(), await lab.reopen()];
      const threads = Array.from({ length: 24 }, () => lab.thread());
      await Promise.all(
        threads.map((thread, index) =>
          naming(lab, savers[index % savers.length]!).invoke({ name: `${index}-` }, thread),
        ),
      );
      const elsewhere = naming(lab, await lab.reopen());
      const lists = await Promise.all(
        threads.map(async (thread) => (await elsewhere.getState(thread)).values.list),
      );
      expect(lists).toEqual(threads.map((_, index) => [`${index}-a`, `${index}-b`, `${index}-c`]));
    },

    async "the writes of many tasks that end together are all kept"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const numbers = Array.from({ length: 60 }, (_, index) => index);
      let ran = 0;
      let broken = true;
      const double = lg.task("double", async (number: number) => {
        ran += 1;
        await yieldTurn();
        return number * 2;
      });
      const workflow = async () =>
        lg.entrypoint({ name: "doubles", checkpointer: await lab.reopen() }, async (all: number[]) => {
          const doubled = await Promise.all(all.map((number) => double(number)));
          if (broken) throw new Error("broken");
          return doubled;
        });
      await expect((await workflow()).invoke(numbers, thread)).rejects.toThrow("broken");
      broken = false;
      expect(await (await workflow()).invoke(null, thread)).toEqual(numbers.map((n) => n * 2));
      expect(ran).toBe(60);
    },

    async "questions in threads that run at once are each answered in their own"(lab) {
      const { lg } = lab;
      const build = (checkpointer: BaseCheckpointSaver) =>
        lg.entrypoint({ name: "ask", checkpointer }, async (name: string) => {
          await yieldTurn();
          return `${name}: ${lg.interrupt<string, string>(`${name}?`)}`;
        });
      const threads = Array.from({ length: 8 }, () => lab.thread());
      const workflow = build(lab.saver);
      const asked = await Promise.all(threads.map((thread, index) => workflow.invoke(`t${index}`, thread)));
      expect(asked.flatMap(questionsOf).map(({ value }) => value)).toEqual(
        threads.map((_, index) => `t${index}?`),
      );
      const elsewhere = build(await lab.reopen());
      const done = await Promise.all(
        threads.map((thread, index) =>
          elsewhere.invoke(new lg.Command({ resume: `answer ${index}` }), thread),
        ),
      );
      expect(done).toEqual(threads.map((_, index) => `t${index}: answer ${index}`));
    },
  },
};
