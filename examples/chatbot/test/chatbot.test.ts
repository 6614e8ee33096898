import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MemorySaver } from "@threadmark/memory";
import { describe, expect, it } from "vitest";
import { converse } from "../src/chatbot.ts";
import { LocalChatModel } from "../src/local-model.ts";
import { createChatbot } from "../src/workflow.ts";

/** Everything that is stored of a thread, as text. */
async function storedTextOf(saver: MemorySaver, threadId: string): Promise<string> {
  const parts: unknown[] = [];
  for await (const tuple of saver.list({ configurable: { thread_id: threadId } })) parts.push(tuple);
  return JSON.stringify(parts);
}

describe("the conversation", () => {
  it("knows the name in the thread it was told in, and nowhere else", async () => {
    const turns = await converse(new LocalChatModel(), new MemorySaver(), () => {});
    expect(turns).toEqual([
      { thread: "1", text: "hi! I'm bob", answer: "Hello Bob! How can I help you today?" },
      { thread: "1", text: "what's my name?", answer: "Your name is Bob." },
      { thread: "2", text: "what's my name?", answer: "I don't know your name. You have not told me." },
    ]);
  });

  it("stores nothing about Bob in thread 2", async () => {
    const saver = new MemorySaver();
    await converse(new LocalChatModel(), saver, () => {});
    expect(await storedTextOf(saver, "1")).toMatch(/bob/i);
    const other = await storedTextOf(saver, "2");
    expect(other).toContain("what's my name?");
    expect(other).not.toMatch(/bob/i);
  });

  it("prints what was said and every checkpoint with what is in it", async () => {
    const lines: string[] = [];
    await converse(new LocalChatModel(), new MemorySaver(), (line) => lines.push(line));
    const text = lines.join("\n");
    expect(text).toMatch(/^Thread 1\n {2}you: hi! I'm bob\n {2}bot: Hello Bob!/);
    expect(text.match(/checkpoint [0-9a-f-]{36}, step -?\d, made by (input|loop)/g)).toHaveLength(6);
    expect(text).toContain('input: 1 message: human "hi! I\'m bob"');
    expect(text).toContain('result: ai "Your name is Bob."');
    expect(text).toContain("saved for the next run: 4 messages");
  });

  it("introduces nobody again in a thread of an earlier run", async () => {
    const saver = new MemorySaver();
    await converse(new LocalChatModel(), saver, () => {});
    const turns = await converse(new LocalChatModel(), saver, () => {});
    expect(turns).toEqual([
      { thread: "1", text: "what's my name?", answer: "Your name is Bob." },
      { thread: "2", text: "what's my name?", answer: "I don't know your name. You have not told me." },
    ]);
  });

  it("goes on with a thread where it stopped", async () => {
    const saver = new MemorySaver();
    await converse(new LocalChatModel(), saver, () => {});
    const config = { configurable: { thread_id: "1" } };
    const again = createChatbot(new LocalChatModel(), saver);
    const answer = await again.invoke([new HumanMessage("What is my name?")], config);
    expect(answer.text).toBe("Your name is Bob.");
  });
});

describe("the local model", () => {
  const ask = async (...messages: (HumanMessage | AIMessage)[]) =>
    (await new LocalChatModel().invoke(messages)).text;

  it("knows a name only from what the human said", async () => {
    expect(await ask(new HumanMessage("what's my name?"))).toBe(
      "I don't know your name. You have not told me.",
    );
    const fromBot = [new AIMessage("I'm Alice"), new HumanMessage("what's my name?")];
    expect(await ask(...fromBot)).toBe("I don't know your name. You have not told me.");
  });

  it("uses the last name it was told", async () => {
    const messages = ["my name is Zoë", "I am jürgen", "what's my name?"].map(
      (text) => new HumanMessage(text),
    );
    expect(await ask(...messages)).toBe("Your name is Jürgen.");
  });
});
