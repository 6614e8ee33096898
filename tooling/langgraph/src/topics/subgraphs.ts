import type { RunnableConfig } from "@langchain/core/runnables";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { namespacesOf } from "../reading.ts";
import { questionsOf } from "./interrupts.ts";

/** A list of what was done, in the graph and in its subgraphs. */
export const logState = ({ lg }: Lab) =>
  lg.Annotation.Root({
    log: lg.Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
  });

/** Works, asks, works. Adds only its own entries to the log of the graph around it. */
function child(lab: Lab, ran: string[], checkpointer?: boolean) {
  const { lg } = lab;
  const State = lg.Annotation.Root({
    input: lg.Annotation<string>,
    steps: lg.Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
  });
  return new lg.StateGraph(State)
    .addNode("work", ({ input }) => {
      ran.push(`work ${input}`);
      return { steps: [`work ${input}`] };
    })
    .addNode("ask", ({ input }) => ({ steps: [`${input}: ${lg.interrupt(`${input}?`)}`] }))
    .addEdge(lg.START, "work")
    .addEdge("work", "ask")
    .compile(checkpointer === undefined ? {} : { checkpointer });
}

/** Runs the child for each input at the same time, each in its own task. */
function parent(lab: Lab, saver: BaseCheckpointSaver, ran: string[], memory?: boolean) {
  const { lg } = lab;
  const inner = child(lab, ran, memory);
  const State = lg.Annotation.Root({
    inputs: lg.Annotation<string[]>,
    log: lg.Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
  });
  return new lg.StateGraph(State)
    .addNode("start", () => ({}))
    .addNode(
      "inner",
      async ({ input }: { input: string }, config: RunnableConfig) => {
        const { steps } = await inner.invoke({ input }, config);
        return { log: steps };
      },
      { subgraphs: [inner] },
    )
    .addEdge(lg.START, "start")
    .addConditionalEdges("start", ({ inputs }) => inputs.map((input) => new lg.Send("inner", { input })))
    .compile({ checkpointer: saver });
}

/** A graph in a graph in a graph; the innermost asks. */
function nested(lab: Lab, saver: BaseCheckpointSaver) {
  const { lg } = lab;
  const noting = (entry: string) => () => ({ log: [entry] });
  const innermost = new lg.StateGraph(logState(lab))
    .addNode("ask", () => ({ log: [`answer ${lg.interrupt("?")}`] }))
    .addEdge(lg.START, "ask")
    .compile();
  const middle = new lg.StateGraph(lg.Annotation.Root({ log: lg.Annotation<string[]> }))
    .addNode("prepare", noting("prepared"))
    .addNode("innermost", innermost)
    .addEdge(lg.START, "prepare")
    .addEdge("prepare", "innermost")
    .compile();
  return new lg.StateGraph(lg.Annotation.Root({ log: lg.Annotation<string[]> }))
    .addNode("middle", middle)
    .addNode("finish", ({ log }) => ({ log: [...log, "finished"] }))
    .addEdge(lg.START, "middle")
    .addEdge("middle", "finish")
    .compile({ checkpointer: saver });
}

export const subgraphs: Topic = {
  title: "subgraphs",
  tests: {
    async "a subgraph that asked goes on where it stopped"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      const asked = await parent(lab, lab.saver, ran).invoke({ inputs: ["x"] }, thread);
      expect(questionsOf(asked).map(({ value }) => value)).toEqual(["x?"]);
      const elsewhere = parent(lab, await lab.reopen(), ran);
      const done = await elsewhere.invoke(new lab.lg.Command({ resume: "yes" }), thread);
      expect(done.log).toEqual(["work x", "x: yes"]);
      expect(ran).toEqual(["work x"]);
    },

    async "the state of a waiting subgraph can be read from outside"(lab) {
      const thread = lab.thread();
      await parent(lab, lab.saver, []).invoke({ inputs: ["x"] }, thread);
      const elsewhere = parent(lab, await lab.reopen(), []);
      const plain = await elsewhere.getState(thread);
      const [reference] = plain.tasks;
      expect(reference?.state).toMatchObject({
        configurable: { checkpoint_ns: `inner:${reference!.id}` },
      });
      const [task] = (await elsewhere.getState(thread, { subgraphs: true })).tasks;
      expect(task?.state).toMatchObject({
        values: { input: "x", steps: ["work x"] },
        next: ["ask"],
      });
    },

    async "subgraphs of parallel tasks keep apart"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      const inputs = ["x", "y", "z"];
      const asked = questionsOf(await parent(lab, lab.saver, ran).invoke({ inputs }, thread));
      const elsewhere = parent(lab, await lab.reopen(), ran);
      const { tasks } = await elsewhere.getState(thread, { subgraphs: true });
      const states = tasks.map(({ state }) => (state as { values: unknown }).values);
      expect(states).toEqual(inputs.map((input) => ({ input, steps: [`work ${input}`] })));

      const resume = Object.fromEntries(asked.map(({ id, value }) => [id!, `re ${value as string}`]));
      const done = await elsewhere.invoke(new lab.lg.Command({ resume }), thread);
      expect(done.log).toEqual(inputs.flatMap((one) => [`work ${one}`, `${one}: re ${one}?`]));
      expect([...ran].sort()).toEqual(["work x", "work y", "work z"]);
      expect((await namespacesOf(await lab.reopen(), thread)).size).toBe(4);
    },

    async "a subgraph starts anew with every call"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      for (const input of ["x", "y"]) {
        await parent(lab, await lab.reopen(), ran).invoke({ inputs: [input] }, thread);
        const answering = parent(lab, await lab.reopen(), ran);
        await answering.invoke(new lab.lg.Command({ resume: "yes" }), thread);
      }
      const { values } = await parent(lab, await lab.reopen(), ran).getState(thread);
      expect(values.log).toEqual(["work x", "x: yes", "work y", "y: yes"]);
    },

    async "a subgraph with checkpointer: true remembers its earlier calls"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      let done: { log: string[] } = { log: [] };
      for (const input of ["x", "y"]) {
        await parent(lab, await lab.reopen(), ran, true).invoke({ inputs: [input] }, thread);
        const answering = parent(lab, await lab.reopen(), ran, true);
        done = await answering.invoke(new lab.lg.Command({ resume: "yes" }), thread);
      }
      const first = ["work x", "x: yes"];
      expect(done.log).toEqual([...first, ...first, "work y", "y: yes"]);
      expect(await namespacesOf(await lab.reopen(), thread)).toEqual(new Set(["", "inner"]));
    },

    async "two calls of a subgraph in one task go on each where it stopped"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const ran: string[] = [];
      const inner = child(lab, ran);
      const build = (checkpointer: BaseCheckpointSaver) =>
        lg.entrypoint({ name: "twice", checkpointer }, async (inputs: string[]) => {
          const logs: string[][] = [];
          for (const input of inputs) logs.push((await inner.invoke({ input })).steps);
          return logs;
        });
      await build(lab.saver).invoke(["x", "y"], thread);
      await build(await lab.reopen()).invoke(new lg.Command({ resume: "first" }), thread);
      const done = await build(await lab.reopen()).invoke(new lg.Command({ resume: "second" }), thread);
      expect(done).toEqual([
        ["work x", "x: first"],
        ["work y", "y: second"],
      ]);
      expect((await namespacesOf(await lab.reopen(), thread)).size).toBe(3);
    },

    async "a subgraph with checkpointer: false leaves nothing behind"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const inner = new lg.StateGraph(logState(lab))
        .addNode("work", () => ({ log: ["work"] }))
        .addEdge(lg.START, "work")
        .compile({ checkpointer: false });
      const outer = new lg.StateGraph(logState(lab))
        .addNode("inner", inner)
        .addEdge(lg.START, "inner")
        .compile({ checkpointer: lab.saver });
      expect(await outer.invoke({ log: ["in"] }, thread)).toMatchObject({ log: ["in", "in", "work"] });
      expect(await namespacesOf(await lab.reopen(), thread)).toEqual(new Set([""]));
    },

    async "a subgraph in a subgraph asks, is seen from outside, and goes on"(lab) {
      const thread = lab.thread();
      await nested(lab, lab.saver).invoke({ log: ["in"] }, thread);
      const elsewhere = nested(lab, await lab.reopen());
      const [outer] = (await elsewhere.getState(thread, { subgraphs: true })).tasks;
      const middle = outer!.state as Awaited<ReturnType<typeof elsewhere.getState>>;
      expect(middle).toMatchObject({ values: { log: ["prepared"] }, next: ["innermost"] });
      expect(middle.tasks[0]?.state).toMatchObject({ values: { log: ["prepared"] }, next: ["ask"] });

      const done = await elsewhere.invoke(new lab.lg.Command({ resume: "yes" }), thread);
      expect(done.log).toEqual(["prepared", "answer yes", "finished"]);
      expect((await namespacesOf(await lab.reopen(), thread)).size).toBe(3);
    },

    async "deleting the thread deletes what its subgraphs stored"(lab) {
      const thread = lab.thread();
      await nested(lab, lab.saver).invoke({ log: ["in"] }, thread);
      expect((await namespacesOf(await lab.reopen(), thread)).size).toBe(3);
      await lab.saver.deleteThread(thread.configurable.thread_id);
      expect(await namespacesOf(await lab.reopen(), thread)).toEqual(new Set());
      const again = await nested(lab, await lab.reopen()).getState(thread, { subgraphs: true });
      expect(again).toMatchObject({ values: {}, next: [], tasks: [] });
    },
  },
};
