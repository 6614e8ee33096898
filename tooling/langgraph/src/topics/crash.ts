import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";

/** What a test wants nodes to do, and what they did. */
interface Plan {
  readonly ran: string[];
  /** Nodes that throw instead of working. */
  readonly broken: Set<string>;
}

const plan = (...broken: string[]): Plan => ({ ran: [], broken: new Set(broken) });

function work({ ran, broken }: Plan, name: string): { done: string[] } {
  ran.push(name);
  if (broken.has(name)) throw new Error(`${name} is broken`);
  return { done: [name] };
}

const doneList = ({ lg }: Lab) =>
  lg.Annotation.Root({
    input: lg.Annotation<string>,
    done: lg.Annotation<string[]>({ reducer: (all, more) => all.concat(more), default: () => [] }),
  });

function chain(lab: Lab, checkpointer: BaseCheckpointSaver, todo: Plan) {
  return new lab.lg.StateGraph(doneList(lab))
    .addNode("a", () => work(todo, "a"))
    .addNode("b", () => work(todo, "b"))
    .addNode("c", () => work(todo, "c"))
    .addEdge(lab.lg.START, "a")
    .addEdge("a", "b")
    .addEdge("b", "c")
    .compile({ checkpointer });
}

/** Nodes a, b and c at the same time, then d. A broken one fails when the others have finished. */
function parallel(lab: Lab, checkpointer: BaseCheckpointSaver, todo: Plan) {
  const { lg } = lab;
  let working = 3;
  let finished: () => void = () => {};
  const othersFinished = new Promise<void>((resolve) => (finished = resolve));
  const node = (name: string) => async () => {
    working -= 1;
    if (todo.broken.has(name)) await othersFinished;
    const result = work(todo, name);
    if (working === 0) setImmediate(finished);
    return result;
  };
  return new lg.StateGraph(doneList(lab))
    .addNode("a", node("a"))
    .addNode("b", node("b"))
    .addNode("c", node("c"))
    .addNode("d", () => work(todo, "d"))
    .addEdge(lg.START, "a")
    .addEdge(lg.START, "b")
    .addEdge(lg.START, "c")
    .addEdge(["a", "b", "c"], "d")
    .compile({ checkpointer });
}

/** Asks. May break before it knows the answer and when it knows it. */
function asking(lab: Lab, checkpointer: BaseCheckpointSaver, todo: Plan) {
  const { lg } = lab;
  return new lg.StateGraph(doneList(lab))
    .addNode("ask", () => {
      work(todo, "before the answer");
      const answer = lg.interrupt<string, string>("?");
      work(todo, "with the answer");
      return { done: [answer] };
    })
    .addEdge(lg.START, "ask")
    .compile({ checkpointer });
}

export const crash: Topic = {
  title: "crash and continue",
  tests: {
    async "the error of a node reaches the caller and is kept with its task"(lab) {
      const thread = lab.thread();
      const run = chain(lab, lab.saver, plan("b")).invoke({ input: "x" }, thread);
      await expect(run).rejects.toThrow("b is broken");
      const state = await chain(lab, await lab.reopen(), plan()).getState(thread);
      expect(state.next).toEqual(["b"]);
      expect(state.tasks.map(({ name }) => name)).toEqual(["b"]);
      expect(state.tasks[0]?.error).toMatchObject({ message: "b is broken" });
    },

    async "invoke with null runs what failed and what comes after it"(lab) {
      const thread = lab.thread();
      const todo = plan("b");
      const run = chain(lab, lab.saver, todo).invoke({ input: "x" }, thread);
      await expect(run).rejects.toThrow("b is broken");
      todo.broken.clear();
      const done = await chain(lab, await lab.reopen(), todo).invoke(null, thread);
      expect(done).toEqual({ input: "x", done: ["a", "b", "c"] });
      expect(todo.ran).toEqual(["a", "b", "b", "c"]);
    },

    async "tasks that finished while another failed are not run again"(lab) {
      const thread = lab.thread();
      const todo = plan("b");
      const run = parallel(lab, lab.saver, todo).invoke({ input: "x" }, thread);
      await expect(run).rejects.toThrow("b is broken");
      expect([...todo.ran].sort()).toEqual(["a", "b", "c"]);
      todo.ran.length = 0;
      todo.broken.clear();
      const done = await parallel(lab, await lab.reopen(), todo).invoke(null, thread);
      expect(todo.ran).toEqual(["b", "d"]);
      expect(done).toEqual({ input: "x", done: ["a", "b", "c", "d"] });
    },

    async "what a task wrote to one channel several times is applied again in its order"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const todo = plan("broken");
      const build = (checkpointer: BaseCheckpointSaver) =>
        new lg.StateGraph(doneList(lab))
          .addNode("many", () => {
            const letters = [..."zyxabc"].map((letter): [string, string[]] => ["done", [letter]]);
            return new lg.Command({ update: letters });
          })
          .addNode("broken", async () => {
            await new Promise((resolve) => setImmediate(resolve));
            return work(todo, "broken");
          })
          .addEdge(lg.START, "many")
          .addEdge(lg.START, "broken")
          .compile({ checkpointer });
      await expect(build(lab.saver).invoke({ input: "x" }, thread)).rejects.toThrow("broken");
      todo.broken.clear();
      const done = await build(await lab.reopen()).invoke(null, thread);
      expect(new Set(done.done)).toEqual(new Set([..."zyxabc", "broken"]));
      expect(done.done.filter((entry) => entry !== "broken")).toEqual([..."zyxabc"]);
    },

    async "a run can fail many times and still continue"(lab) {
      const thread = lab.thread();
      const todo = plan("c");
      await expect(chain(lab, lab.saver, todo).invoke({ input: "x" }, thread)).rejects.toThrow();
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const again = chain(lab, await lab.reopen(), todo).invoke(null, thread);
        await expect(again).rejects.toThrow("c is broken");
      }
      todo.broken.clear();
      const done = await chain(lab, await lab.reopen(), todo).invoke(null, thread);
      expect(done.done).toEqual(["a", "b", "c"]);
      expect(todo.ran).toEqual(["a", "b", "c", "c", "c", "c", "c"]);
    },

    async "an answer given before a crash is not asked for again"(lab) {
      for (const place of ["before the answer", "with the answer"]) {
        const { lg } = lab;
        const thread = lab.thread();
        const todo = plan();
        await asking(lab, lab.saver, todo).invoke({ input: "x" }, thread);
        todo.broken.add(place);
        const answering = asking(lab, await lab.reopen(), todo);
        const crashed = answering.invoke(new lg.Command({ resume: "yes" }), thread);
        await expect(crashed).rejects.toThrow(`${place} is broken`);
        todo.broken.clear();
        const done = await asking(lab, await lab.reopen(), todo).invoke(null, thread);
        expect(done).toEqual({ input: "x", done: ["yes"] });
      }
    },

    async "of two answers that a crash kept from being used the newest counts"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const todo = plan();
      await asking(lab, lab.saver, todo).invoke({ input: "x" }, thread);
      todo.broken.add("before the answer");
      for (const resume of ["older", "newest"]) {
        const answering = asking(lab, await lab.reopen(), todo);
        const command = new lg.Command({ resume, update: { input: `with ${resume}` } });
        await expect(answering.invoke(command as never, thread)).rejects.toThrow("is broken");
      }
      todo.broken.clear();
      const done = await asking(lab, await lab.reopen(), todo).invoke(null, thread);
      expect(done.done).toEqual(["newest"]);
    },

    async "the work of a process that died continues in another"(lab) {
      const thread = lab.thread();
      let started: () => void = () => {};
      const reachedB = new Promise<void>((resolve) => (started = resolve));
      let die: (error: Error) => void = () => {};
      const death = new Promise<never>((_, reject) => (die = reject));
      const { lg } = lab;
      const dying = new lg.StateGraph(doneList(lab))
        .addNode("a", () => ({ done: ["a"] }))
        .addNode("b", async () => {
          started();
          return death;
        })
        .addNode("c", () => ({ done: ["c"] }))
        .addEdge(lg.START, "a")
        .addEdge("a", "b")
        .addEdge("b", "c")
        .compile({ checkpointer: lab.saver });
      const run = dying.invoke({ input: "x" }, { ...thread, durability: "sync" });
      const ended = run.then(() => "finished", String);
      await reachedB;

      const todo = plan();
      const done = await chain(lab, await lab.reopen(), todo).invoke(null, thread);
      expect(todo.ran).toEqual(["b", "c"]);
      expect(done.done).toEqual(["a", "b", "c"]);
      die(new Error("killed"));
      expect(await ended).toBe("Error: killed");
      const head = await chain(lab, await lab.reopen(), todo).getState(thread);
      expect(head.values).toEqual(done);
    },
  },
};
