import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";

interface OpenQuestion {
  readonly id?: string;
  readonly value?: unknown;
}

/** The questions that a run ended with. */
export function questionsOf(result: unknown): OpenQuestion[] {
  return (result as { __interrupt__?: OpenQuestion[] }).__interrupt__ ?? [];
}

const list = ({ lg }: Lab) =>
  lg.Annotation<unknown[]>({ reducer: (all, more) => all.concat(more), default: () => [] });

/** One node that asks its questions one after the other. */
function interview(lab: Lab, checkpointer: BaseCheckpointSaver, questions: readonly string[]) {
  const { lg } = lab;
  return new lg.StateGraph(lg.Annotation.Root({ topic: lg.Annotation<string>, answers: list(lab) }))
    .addNode("ask", () => ({ answers: questions.map((question) => lg.interrupt(question)) }))
    .addEdge(lg.START, "ask")
    .compile({ checkpointer });
}

/** Three nodes that ask at the same time. */
function panel(lab: Lab, checkpointer: BaseCheckpointSaver) {
  const { lg } = lab;
  const asking = (name: string) => () => ({ answers: [`${name}:${lg.interrupt(`${name}?`)}`] });
  return new lg.StateGraph(lg.Annotation.Root({ topic: lg.Annotation<string>, answers: list(lab) }))
    .addNode("a", asking("a"))
    .addNode("b", asking("b"))
    .addNode("c", asking("c"))
    .addEdge(lg.START, "a")
    .addEdge(lg.START, "b")
    .addEdge(lg.START, "c")
    .compile({ checkpointer });
}

/** One node that asks, between two that count how often they run. */
function approval(lab: Lab, checkpointer: BaseCheckpointSaver, ran: string[]) {
  const { lg } = lab;
  const noting = (name: string) => () => {
    ran.push(name);
    return { answers: [name] };
  };
  return new lg.StateGraph(lg.Annotation.Root({ topic: lg.Annotation<string>, answers: list(lab) }))
    .addNode("before", noting("before"))
    .addNode("ask", ({ topic }) => ({ answers: [lg.interrupt(`approve ${topic}?`)] }))
    .addNode("after", noting("after"))
    .addEdge(lg.START, "before")
    .addEdge("before", "ask")
    .addEdge("ask", "after")
    .compile({ checkpointer });
}

export const interrupts: Topic = {
  title: "interrupt and resume",
  tests: {
    async "a run that asked continues in another process"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      const asked = await approval(lab, lab.saver, ran).invoke({ topic: "it" }, thread);
      expect(questionsOf(asked).map(({ value }) => value)).toEqual(["approve it?"]);

      const elsewhere = approval(lab, await lab.reopen(), ran);
      const waiting = await elsewhere.getState(thread);
      expect(waiting.next).toEqual(["ask"]);
      expect(waiting.tasks[0]?.interrupts.map(({ value }) => value)).toEqual(["approve it?"]);
      const done = await elsewhere.invoke(new lab.lg.Command({ resume: "yes" }), thread);
      expect(done).toEqual({ topic: "it", answers: ["before", "yes", "after"] });
      expect(ran).toEqual(["before", "after"]);
    },

    async "several questions of one task are answered in their order"(lab) {
      const thread = lab.thread();
      const questions = ["first?", "second?", "third?"];
      let result: unknown = await interview(lab, lab.saver, questions).invoke({ topic: "x" }, thread);
      for (const question of questions) {
        expect(questionsOf(result).map(({ value }) => value)).toEqual([question]);
        const elsewhere = interview(lab, await lab.reopen(), questions);
        const resume = `to ${question}`;
        result = await elsewhere.invoke(new lab.lg.Command({ resume }), thread);
      }
      expect(result).toEqual({ topic: "x", answers: questions.map((question) => `to ${question}`) });
    },

    async "parallel questions are answered at once by their ids"(lab) {
      const thread = lab.thread();
      const asked = questionsOf(await panel(lab, lab.saver).invoke({ topic: "x" }, thread));
      expect(new Set(asked.map(({ value }) => value))).toEqual(new Set(["a?", "b?", "c?"]));
      const resume = Object.fromEntries(asked.map(({ id, value }) => [id!, `re ${value as string}`]));
      const elsewhere = panel(lab, await lab.reopen());
      const done = await elsewhere.invoke(new lab.lg.Command({ resume }), thread);
      expect(done.answers).toEqual(["a:re a?", "b:re b?", "c:re c?"]);
    },

    async "parallel questions are answered one by one, the last one first"(lab) {
      const thread = lab.thread();
      const asked = questionsOf(await panel(lab, lab.saver).invoke({ topic: "x" }, thread));
      const ids = new Map(asked.map(({ id, value }) => [value, id!]));
      let result: unknown;
      for (const [question, open] of [
        ["c?", ["a?", "b?"]],
        ["a?", ["b?"]],
        ["b?", []],
      ] as const) {
        const elsewhere = panel(lab, await lab.reopen());
        const resume = { [ids.get(question)!]: `re ${question}` };
        result = await elsewhere.invoke(new lab.lg.Command({ resume }), thread);
        const still = new Set(questionsOf(result).map(({ value }) => value));
        expect(still).toEqual(new Set(open));
      }
      expect(result).toEqual({ topic: "x", answers: ["a:re a?", "b:re b?", "c:re c?"] });
    },

    async "0, an empty string and false are answers where the release takes them"(lab) {
      for (const resume of [0, "", false]) {
        const thread = lab.thread();
        await interview(lab, lab.saver, ["?"]).invoke({ topic: "x" }, thread);
        const elsewhere = interview(lab, await lab.reopen(), ["?"]);
        const answered = elsewhere.invoke(new lab.lg.Command({ resume }), thread);
        if (lab.version.takesFalsyAnswers) {
          expect(await answered).toEqual({ topic: "x", answers: [resume] });
        } else {
          await expect(answered).rejects.toThrow(/empty Command/i);
        }
      }
    },

    async "falsy answers given before are found again when the next question is answered"(lab) {
      const thread = lab.thread();
      const questions = ["first?", "second?"];
      await interview(lab, lab.saver, questions).invoke({ topic: "x" }, thread);
      const ids = questionsOf(await (await interviewOf(lab, questions)).invoke(null, thread));
      expect(ids.map(({ value }) => value)).toEqual(["first?"]);
      // By id, every release takes a falsy answer.
      const resume = { [ids[0]!.id!]: 0 };
      const first = await interviewOf(lab, questions);
      const asked = await first.invoke(new lab.lg.Command({ resume }), thread);
      expect(questionsOf(asked).map(({ value }) => value)).toEqual(["second?"]);
      const second = await interviewOf(lab, questions);
      const done = await second.invoke(new lab.lg.Command({ resume: "two" }), thread);
      expect(done.answers).toEqual([0, "two"]);
    },

    async "a question keeps its id until it is answered"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      const [asked] = questionsOf(await approval(lab, lab.saver, ran).invoke({ topic: "x" }, thread));
      const elsewhere = approval(lab, await lab.reopen(), ran);
      const [again] = questionsOf(await elsewhere.invoke(null, thread));
      const [stored] = (await elsewhere.getState(thread)).tasks[0]!.interrupts;
      expect(asked?.id).toMatch(/^[0-9a-f]{32}$/);
      expect([again?.id, stored?.id]).toEqual([asked?.id, asked?.id]);
    },

    async "new input leaves the open question behind"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      await approval(lab, lab.saver, ran).invoke({ topic: "old" }, thread);
      const elsewhere = approval(lab, await lab.reopen(), ran);
      const asked = await elsewhere.invoke({ topic: "new" }, thread);
      expect(questionsOf(asked).map(({ value }) => value)).toEqual(["approve new?"]);
      const done = await elsewhere.invoke(new lab.lg.Command({ resume: "yes" }), thread);
      expect(done.answers).toEqual(["before", "before", "yes", "after"]);
    },

    async "a run stops before and after the nodes that it names, and continues from there"(lab) {
      const thread = lab.thread();
      const ran: string[] = [];
      const stops = { ...thread, interruptBefore: ["before" as const], interruptAfter: ["before" as const] };
      await approval(lab, lab.saver, ran).invoke({ topic: "x" }, stops);
      expect(ran).toEqual([]);
      await approval(lab, await lab.reopen(), ran).invoke(null, stops);
      expect(ran).toEqual(["before"]);
      const asked = await approval(lab, await lab.reopen(), ran).invoke(null, stops);
      expect(questionsOf(asked).map(({ value }) => value)).toEqual(["approve x?"]);
      expect(ran).toEqual(["before"]);
    },
  },
};

const interviewOf = async (lab: Lab, questions: readonly string[]) =>
  interview(lab, await lab.reopen(), questions);
