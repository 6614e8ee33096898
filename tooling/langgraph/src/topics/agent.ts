import { HumanMessage, RemoveMessage, type BaseMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { expect } from "vitest";
import { z } from "zod";
import type { Lab, Topic } from "../lab.ts";
import { ToolCallingModel } from "../tool-calling-model.ts";
import { questionsOf } from "./interrupts.ts";

/** A tool that adds; it counts its calls, and may ask a human first. */
function adding({ lg }: Lab, calls: string[], approval = false) {
  return tool(
    async ({ a, b }) => {
      if (approval && lg.interrupt(`add ${a} and ${b}?`) !== "yes") return "forbidden";
      calls.push(`${a}+${b}`);
      return String(a + b);
    },
    { name: "add", description: "Adds.", schema: z.object({ a: z.number(), b: z.number() }) },
  );
}

/** LangGraph.js's own agent. */
function agent(lab: Lab, checkpointer: BaseCheckpointSaver, calls: string[], approval = false) {
  return lab.prebuilt.createReactAgent({
    llm: new ToolCallingModel(),
    tools: [adding(lab, calls, approval)],
    checkpointer,
  });
}

/** The same, built by hand. */
function handmade(lab: Lab, checkpointer: BaseCheckpointSaver, calls: string[]) {
  const { lg, prebuilt } = lab;
  const model = new ToolCallingModel();
  return new lg.StateGraph(lg.MessagesAnnotation)
    .addNode("model", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addNode("tools", new prebuilt.ToolNode([adding(lab, calls)]))
    .addEdge(lg.START, "model")
    .addConditionalEdges("model", prebuilt.toolsCondition, ["tools", lg.END])
    .addEdge("tools", "model")
    .compile({ checkpointer });
}

const told = (text: string) => ({ messages: [new HumanMessage(text)] });
const texts = (messages: readonly BaseMessage[]) => messages.map((message) => message.text);

export const agents: Topic = {
  title: "agents",
  tests: {
    async "an agent remembers the conversation in another process"(lab) {
      const thread = lab.thread();
      const calls: string[] = [];
      await agent(lab, lab.saver, calls).invoke(told("1 + 2"), thread);
      const elsewhere = agent(lab, await lab.reopen(), calls);
      const { messages } = await elsewhere.invoke(told("30 + 4"), thread);
      expect(texts(messages)).toEqual([
        "1 + 2",
        "",
        "3",
        "It is 3. You have asked 1 times.",
        "30 + 4",
        "",
        "34",
        "It is 34. You have asked 2 times.",
      ]);
      expect(calls).toEqual(["1+2", "30+4"]);
      const { messages: other } = await elsewhere.invoke(told("5 + 5"), lab.thread());
      expect(texts(other).at(-1)).toBe("It is 10. You have asked 1 times.");
    },

    async "a tool that waits for a human is called when it may be"(lab) {
      const thread = lab.thread();
      const calls: string[] = [];
      const asked = await agent(lab, lab.saver, calls, true).invoke(told("1 + 2"), thread);
      expect(questionsOf(asked).map(({ value }) => value)).toEqual(["add 1 and 2?"]);
      expect(calls).toEqual([]);
      const elsewhere = agent(lab, await lab.reopen(), calls, true);
      const { messages } = await elsewhere.invoke(new lab.lg.Command({ resume: "yes" }), thread);
      expect(texts(messages).at(-1)).toBe("It is 3. You have asked 1 times.");
      expect(calls).toEqual(["1+2"]);
    },

    async "an agent built by hand stops before its tools and continues elsewhere"(lab) {
      const thread = lab.thread();
      const calls: string[] = [];
      const stop = { ...thread, interruptBefore: ["tools" as const] };
      await handmade(lab, lab.saver, calls).invoke(told("7 + 8"), stop);
      const elsewhere = handmade(lab, await lab.reopen(), calls);
      const waiting = await elsewhere.getState(thread);
      expect(waiting.next).toEqual(["tools"]);
      expect(waiting.values.messages.at(-1)).toMatchObject({
        tool_calls: [{ name: "add", args: { a: 7, b: 8 } }],
      });
      const { messages } = await elsewhere.invoke(null, thread);
      expect(texts(messages).at(-1)).toBe("It is 15. You have asked 1 times.");
      expect(calls).toEqual(["7+8"]);
    },

    async "a message is replaced by its id and removed by it, elsewhere too"(lab) {
      const thread = lab.thread();
      await handmade(lab, lab.saver, []).invoke(
        { messages: [new HumanMessage({ id: "q", content: "1 + 1" })] },
        thread,
      );
      const replaced = handmade(lab, await lab.reopen(), []);
      const edited = new HumanMessage({ id: "q", content: "edited" });
      await replaced.updateState(thread, { messages: [edited] }, "model");
      const removing = handmade(lab, await lab.reopen(), []);
      const before = (await removing.getState(thread)).values.messages;
      expect(texts(before)).toEqual(["edited", "", "2", "It is 2. You have asked 1 times."]);
      const removed = before.slice(1, 3).map(({ id }: BaseMessage) => new RemoveMessage({ id: id! }));
      await removing.updateState(thread, { messages: removed }, "model");
      const { values } = await handmade(lab, await lab.reopen(), []).getState(thread);
      expect(texts(values.messages)).toEqual(["edited", "It is 2. You have asked 1 times."]);
    },
  },
};
