import { HumanMessage, type BaseMessage } from "@langchain/core/messages";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { MemorySaver } from "@threadmark/memory";
import { addMessages, entrypoint, getConfig, task } from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { thread } from "./runtimes.ts";

const model = new FakeListChatModel({ responses: ["Hi Bob"] });
const tokensOf = async (stream: AsyncIterable<unknown>) => {
  const tokens: string[] = [];
  const nodes = new Set<unknown>();
  for await (const [message, metadata] of stream as AsyncIterable<[BaseMessage, Record<string, unknown>]>) {
    tokens.push(message.content as string);
    nodes.add(metadata["langgraph_node"]);
  }
  return { text: tokens.join(""), count: tokens.length, nodes: [...nodes] };
};

describe("tokens of LangChain's models", () => {
  const expected = { text: "Hi Bob", count: 6, nodes: ["callModel"] };

  it("are shown when a task gives the model its config", async () => {
    const callModel = task("callModel", async () => {
      const { callbacks, tags } = getConfig();
      return (await model.invoke("hi", { callbacks: callbacks as [], tags: [...tags] })).content;
    });
    const workflow = entrypoint("given", async () => callModel());
    expect(await tokensOf(workflow.stream(1, { streamMode: "messages" }))).toEqual(expected);
  });

  it("are shown where LangChain finds the config by itself", async () => {
    const callModel = task("callModel", async () => (await model.invoke("hi")).content);
    const workflow = entrypoint("found", async () => callModel());
    expect(await tokensOf(workflow.stream(1, { streamMode: "messages" }))).toEqual(expected);
    expect(await workflow.invoke(1)).toBe("Hi Bob");
  });

  it("do not keep callbacks of the application from being called", async () => {
    const called: string[] = [];
    const callbacks = [{ handleLLMEnd: () => void called.push("end") }];
    const callModel = task("callModel", async () => (await model.invoke("hi")).content);
    const workflow = entrypoint("callbacks", async () => callModel());
    expect(await tokensOf(workflow.stream(1, { streamMode: "messages", callbacks }))).toEqual(expected);
    await workflow.invoke(1, { callbacks });
    expect(called).toEqual(["end", "end"]);
  });
});

describe("LangChain's messages", () => {
  it("are remembered as messages", async () => {
    const callModel = task("callModel", async (messages: BaseMessage[]) => model.invoke(messages));
    const chat = entrypoint(
      { name: "chat", checkpointer: new MemorySaver() },
      async (input: BaseMessage[], { previous }: { previous?: BaseMessage[] }) => {
        const messages = addMessages(previous ?? [], input);
        const answer: BaseMessage = await callModel(messages);
        const all = addMessages(messages, answer);
        return entrypoint.final({ value: all.map((message) => message.constructor.name), save: all });
      },
    );
    await chat.invoke([new HumanMessage("hi! I'm bob")], thread("1"));
    const kinds = await chat.invoke([new HumanMessage("and now?")], thread("1"));
    expect(kinds.map((kind) => kind.replace("Chunk", ""))).toEqual([
      "HumanMessage",
      "AIMessage",
      "HumanMessage",
      "AIMessage",
    ]);
  });
});
