import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import type { Lab, Topic } from "../lab.ts";
import { collect } from "../reading.ts";

/** Values of the types that an application may keep in its state. */
function samples() {
  return {
    date: new Date(1_700_000_000_123),
    map: new Map<unknown, unknown>([
      ["key", new Date(0)],
      [1, new Map([["inner", new Set([1n, 2n])]])],
    ]),
    set: new Set(["a", 1, null]),
    bytes: new Uint8Array([0, 255, 254, 1]),
    floats: new Float64Array([1.5, -0, Number.NaN]),
    big: 2n ** 80n,
    numbers: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e300],
    pattern: /a+b/giu,
    url: new URL("https://example.com/a?b=c"),
    error: new TypeError("what went wrong"),
    missing: undefined,
    nothing: null,
    text: "snow ☃ and 𝔘nicode",
    nested: [{ list: [new Date(1), { deep: new Uint8Array([7]) }] }],
  };
}

/** Plain data of a user that looks like what serializers write for themselves. */
function lookAlikes() {
  return [
    { lc: 1, type: "constructor", id: ["langchain_core", "messages", "AIMessage"], kwargs: {} },
    { lc: 2, type: "undefined" },
    { lc: 2, type: "constructor", id: ["Set"], args: [[1]] },
    { lg_name: "Send", node: "x", args: {}, other: "kept" },
    { type: "Buffer", data: [1, 2] },
    { $date: 0, $numberLong: "1" },
  ];
}

/** Messages with bytes in a content block and other things in their fields. */
function messages(): BaseMessage[] {
  const image = { type: "image", mimeType: "image/png", data: new Uint8Array([137, 80, 0, 255]) };
  return [
    new HumanMessage({ id: "1", content: [{ type: "text", text: "what is this?" }, image] }),
    new AIMessage({
      id: "2",
      content: "",
      additional_kwargs: { seen: new Map([["at", new Date(5)]]) },
      tool_calls: [{ type: "tool_call", id: "call", name: "look", args: { at: "it" } }],
      response_metadata: { tokens: 3, when: new Date(6) },
    }),
    new ToolMessage({ id: "3", content: "a dot", tool_call_id: "call", status: "success" }),
  ];
}

/** What a question may be about: LangGraph.js itself cannot print a question with a BigInt in it. */
function askable() {
  const { big, ...others } = samples();
  return { ...others, big: String(big) };
}

/** Keeps whatever it is given and takes whatever is answered. */
function keeping({ lg }: Lab, checkpointer: BaseCheckpointSaver) {
  const State = lg.Annotation.Root({
    kept: lg.Annotation<unknown>,
    answer: lg.Annotation<unknown>,
  });
  return new lg.StateGraph(State)
    .addNode("ask", () => ({ answer: lg.interrupt<unknown, unknown>(askable()) }))
    .addEdge(lg.START, "ask")
    .compile({ checkpointer });
}

export const values: Topic = {
  title: "values",
  tests: {
    async "values of every type are themselves again after a resume elsewhere"(lab) {
      const thread = lab.thread();
      await keeping(lab, lab.saver).invoke({ kept: samples() }, thread);
      const elsewhere = keeping(lab, await lab.reopen());
      const waiting = await elsewhere.getState(thread);
      expect(waiting.values).toStrictEqual({ kept: samples() });
      expect(waiting.tasks[0]?.interrupts[0]?.value).toStrictEqual(askable());
      const done = await elsewhere.invoke(new lab.lg.Command({ resume: samples() }), thread);
      expect(done).toStrictEqual({ kept: samples(), answer: samples() });
      const ended = await keeping(lab, await lab.reopen()).getState(thread);
      expect(ended.values).toStrictEqual({ kept: samples(), answer: samples() });
    },

    async "plain data that looks like a serializer's own stays what it is"(lab) {
      const thread = lab.thread();
      await keeping(lab, lab.saver).invoke({ kept: lookAlikes() }, thread);
      const elsewhere = keeping(lab, await lab.reopen());
      const done = await elsewhere.invoke(new lab.lg.Command({ resume: lookAlikes() }), thread);
      expect(done).toStrictEqual({ kept: lookAlikes(), answer: lookAlikes() });
      const states = await collect(keeping(lab, await lab.reopen()).getStateHistory(thread));
      expect(states[0]?.values).toStrictEqual({ kept: lookAlikes(), answer: lookAlikes() });
    },

    async "values of every type are themselves again as the previous of a workflow"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const workflow = async () =>
        lg.entrypoint({ name: "keep", checkpointer: await lab.reopen() }, async (save: unknown) =>
          lg.entrypoint.final({ value: lg.getPreviousState<unknown>(), save }),
        );
      await (await workflow()).invoke(samples(), thread);
      expect(await (await workflow()).invoke(lookAlikes(), thread)).toStrictEqual(samples());
      expect(await (await workflow()).invoke(0, thread)).toStrictEqual(lookAlikes());
    },

    async "the result of a task has its types when it is not run again"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      let ran = 0;
      const make = lg.task("make", async () => {
        ran += 1;
        return samples();
      });
      const workflow = async () =>
        lg.entrypoint({ name: "made", checkpointer: await lab.reopen() }, async (_: string) => {
          const made = await make();
          lg.interrupt("?");
          return made;
        });
      await (await workflow()).invoke("go", thread);
      const done = await (await workflow()).invoke(new lg.Command({ resume: "on" }), thread);
      expect(done).toStrictEqual(samples());
      expect(ran).toBe(1);
    },

    async "what is sent to a task has its types after a stop"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const received: unknown[] = [];
      const build = (checkpointer: BaseCheckpointSaver) =>
        new lg.StateGraph(lg.Annotation.Root({ count: lg.Annotation<number> }))
          .addNode("plan", () => ({ count: 1 }))
          .addNode("take", (sent: unknown) => {
            received.push(sent);
            return { count: 2 };
          })
          .addEdge(lg.START, "plan")
          .addConditionalEdges("plan", () => [new lg.Send("take", samples())])
          .compile({ checkpointer });
      await build(lab.saver).invoke({ count: 0 }, { ...thread, interruptBefore: ["take"] });
      await build(await lab.reopen()).invoke(null, thread);
      expect(received).toStrictEqual([samples()]);
    },

    async "messages are instances again, with the bytes and the fields inside them"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const build = (checkpointer: BaseCheckpointSaver) =>
        new lg.StateGraph(lg.MessagesAnnotation)
          .addNode("answer", () => ({ messages: messages().slice(1) }))
          .addEdge(lg.START, "answer")
          .compile({ checkpointer });
      await build(lab.saver).invoke({ messages: messages().slice(0, 1) }, thread);
      const { values: state } = await build(await lab.reopen()).getState(thread);
      const read: BaseMessage[] = state.messages;
      expect(read.map((message) => message.constructor)).toEqual([HumanMessage, AIMessage, ToolMessage]);
      const fields = (all: readonly BaseMessage[]) =>
        all.map(({ id, content, additional_kwargs, response_metadata }) => ({
          id,
          content,
          additional_kwargs,
          response_metadata,
        }));
      expect(fields(read)).toStrictEqual(fields(messages()));
      expect((read[1] as AIMessage).tool_calls).toEqual((messages()[1] as AIMessage).tool_calls);
      expect((read[2] as ToolMessage).tool_call_id).toBe("call");
    },

    async "what a node changes later does not change what was stored"(lab) {
      const { lg } = lab;
      const thread = lab.thread();
      const shared = { list: ["first"] };
      const build = (checkpointer: BaseCheckpointSaver) =>
        new lg.StateGraph(lg.Annotation.Root({ shared: lg.Annotation<typeof shared> }))
          .addNode("give", () => ({ shared }))
          .addNode("change", () => {
            shared.list.push("second");
            return {};
          })
          .addEdge(lg.START, "give")
          .addEdge("give", "change")
          .compile({ checkpointer });
      // By default LangGraph.js calls put only when the put before has ended, which may be after the change.
      await build(lab.saver).invoke({}, { ...thread, durability: "sync" });
      const states = await collect(build(await lab.reopen()).getStateHistory(thread));
      const given = states.find(({ next }) => next.includes("change"));
      expect(given?.values).toEqual({ shared: { list: ["first"] } });
    },
  },
};
