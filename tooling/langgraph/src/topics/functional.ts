import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { collect } from "../reading.ts";
import { questionsOf } from "./interrupts.ts";

/** A workflow that saves what it is given, `undefined` too, and returns what was saved before. */
function keeper({ lg }: Lab, checkpointer: BaseCheckpointSaver) {
  return lg.entrypoint({ name: "keeper", checkpointer }, async ({ save }: { save?: unknown }) =>
    lg.entrypoint.final({ value: { previous: lg.getPreviousState() }, save }),
  );
}

/** Two numbers multiplied one after the other, with a question in between. */
function product({ lg }: Lab, checkpointer: BaseCheckpointSaver, ran: string[]) {
  const multiply = lg.task("multiply", async (a: number, b: number) => {
    ran.push(`${a}*${b}`);
    return a * b;
  });
  return lg.entrypoint({ name: "product", checkpointer }, async (numbers: number[]) => {
    let result = 1;
    for (const number of numbers) result = await multiply(result, number);
    const factor = lg.interrupt<string, number>("factor?");
    return multiply(result, factor);
  });
}

export const functional: Topic = {
  title: "functional API",
  tests: {
    async "a run sees what the previous one returned"(lab) {
      const { lg } = lab;
      const workflow = async () =>
        lg.entrypoint(
          { name: "chain", checkpointer: await lab.reopen() },
          async (word: string) => (lg.getPreviousState<string>() ?? "") + word,
        );
      const thread = lab.thread();
      const results: string[] = [];
      for (const word of ["a", "b", "c"]) results.push(await (await workflow()).invoke(word, thread));
      expect(results).toEqual(["a", "ab", "abc"]);
    },

    async "value is returned and save is kept"(lab) {
      const thread = lab.thread();
      await keeper(lab, lab.saver).invoke({ save: { kept: [1, 2] } }, thread);
      const elsewhere = keeper(lab, await lab.reopen());
      expect((await elsewhere.getState(thread)).values).toEqual({ previous: undefined });
      expect(await elsewhere.invoke({ save: 1 }, thread)).toEqual({ previous: { kept: [1, 2] } });
    },

    async "a run that saves undefined leaves nothing to the next one"(lab) {
      const thread = lab.thread();
      const { lg } = lab;
      await keeper(lab, lab.saver).invoke({ save: "old" }, thread);
      const silent = lg.entrypoint(
        { name: "keeper", checkpointer: await lab.reopen() },
        async (_: { save?: unknown }): Promise<unknown> => undefined,
      );
      expect(await silent.invoke({}, thread)).toBeUndefined();
      const elsewhere = keeper(lab, await lab.reopen());
      expect(await elsewhere.invoke({ save: "new" }, thread)).toEqual({ previous: undefined });
      expect(await elsewhere.invoke({}, thread)).toEqual({ previous: "new" });
    },

    async "null, 0, an empty string, false and an empty list are saved as they are"(lab) {
      const thread = lab.thread();
      const values = [null, 0, "", false, [], {}];
      for (const save of values) {
        await keeper(lab, await lab.reopen()).invoke({ save }, thread);
        const state = await keeper(lab, await lab.reopen()).invoke({ save }, thread);
        expect(state).toStrictEqual({ previous: save });
      }
    },

    async "tasks that finished before a question are not run again"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      const asked = await product(lab, lab.saver, ran).invoke([2, 3, 4], thread);
      expect(questionsOf(asked).map(({ value }) => value)).toEqual(["factor?"]);
      const elsewhere = product(lab, await lab.reopen(), ran);
      expect(await elsewhere.invoke(new lab.lg.Command({ resume: 10 }), thread)).toBe(240);
      expect(ran).toEqual(["1*2", "2*3", "6*4", "24*10"]);
    },

    async "parallel and nested tasks that finished before a crash are not run again"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const ran: string[] = [];
      let broken = true;
      const leaf = lg.task("leaf", async (name: string) => {
        ran.push(name);
        return `<${name}>`;
      });
      const branch = lg.task("branch", async (name: string) => {
        const leaves = await Promise.all([leaf(`${name}1`), leaf(`${name}2`)]);
        ran.push(name);
        return leaves.join("");
      });
      const tree = async () =>
        lg.entrypoint({ name: "tree", checkpointer: await lab.reopen() }, async (names: string[]) => {
          const branches = await Promise.all(names.map((name) => branch(name)));
          if (broken) throw new Error("broken");
          return branches.join("|");
        });
      await expect((await tree()).invoke(["a", "b"], thread)).rejects.toThrow("broken");
      expect([...ran].sort()).toEqual(["a", "a1", "a2", "b", "b1", "b2"]);
      broken = false;
      expect(await (await tree()).invoke(null, thread)).toBe("<a1><a2>|<b1><b2>");
      expect(ran).toHaveLength(6);
    },

    async "a task that failed is the only one that runs again"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const ran: number[] = [];
      let broken = true;
      const work = lg.task("work", async (number: number) => {
        ran.push(number);
        if (broken && number === 2) throw new Error("2 is broken");
        return number * 10;
      });
      const workflow = async () =>
        lg.entrypoint({ name: "works", checkpointer: await lab.reopen() }, async (to: number) => {
          const results: number[] = [];
          for (let number = 1; number <= to; number += 1) results.push(await work(number));
          return results;
        });
      await expect((await workflow()).invoke(3, thread)).rejects.toThrow("2 is broken");
      broken = false;
      expect(await (await workflow()).invoke(null, thread)).toEqual([10, 20, 30]);
      expect(ran).toEqual([1, 2, 2, 3]);
    },

    async "a task may return undefined and is still not run again"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      let ran = 0;
      const silent = lg.task("silent", async () => {
        ran += 1;
      });
      const workflow = async () =>
        lg.entrypoint({ name: "silent", checkpointer: await lab.reopen() }, async (_: string) => {
          const nothing = await silent();
          return [nothing, lg.interrupt<string, string>("?")];
        });
      await (await workflow()).invoke("go", thread);
      const done = await (await workflow()).invoke(new lg.Command({ resume: "yes" }), thread);
      expect(done).toEqual([undefined, "yes"]);
      expect(ran).toBe(1);
    },

    async "a question inside a task is answered there"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const ask = lg.task("ask", async (what: string) => `${what}=${lg.interrupt<string, string>(what)}`);
      const form = async () =>
        lg.entrypoint({ name: "form", checkpointer: await lab.reopen() }, async (fields: string[]) => {
          const answers: string[] = [];
          for (const field of fields) answers.push(await ask(field));
          return answers;
        });
      let result: unknown = await (await form()).invoke(["name", "age"], thread);
      for (const resume of ["Bob", "50"]) {
        expect(questionsOf(result)).toHaveLength(1);
        result = await (await form()).invoke(new lg.Command({ resume }), thread);
      }
      expect(result).toEqual(["name=Bob", "age=50"]);
    },

    async "two runs under one run id are two runs"(lab) {
      const { lg } = lab;
      const { thread_id } = lab.thread().configurable;
      const config = { configurable: { thread_id, run_id: "one" } };
      const results: string[] = [];
      for (const word of ["a", "b", "c"]) {
        const workflow = lg.entrypoint(
          { name: "chain", checkpointer: await lab.reopen() },
          async (input: string) => (lg.getPreviousState<string>() ?? "") + input,
        );
        results.push(await workflow.invoke(word, config));
      }
      expect(results).toEqual(["a", "ab", "abc"]);
    },

    async "streaming values ends with the result, and the state has it too"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const workflow = async () =>
        lg.entrypoint({ name: "echo", checkpointer: await lab.reopen() }, async (word: string) => ({
          echo: word,
        }));
      const stream = await (await workflow()).stream("hi", { ...thread, streamMode: "values" });
      expect(await collect(stream)).toEqual([{ echo: "hi" }]);
      const state = await (await workflow()).getState(thread);
      expect(state.values).toEqual({ echo: "hi" });
      expect(state.next).toEqual([]);
    },
  },
};
