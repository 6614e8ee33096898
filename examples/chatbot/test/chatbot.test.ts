import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { MemorySaver } from "@threadmark/memory";
import { describe, expect, it } from "vitest";
import { converse } from "../src/chatbot.ts";
import { LocalChatModel } from "../src/local-model.ts";
import { createChatbot } from "../src/workflow.ts";

const program = fileURLToPath(new URL("../src/chatbot.ts", import.meta.url));

/** Runs the program as a user does. */
function run(args: readonly string[] = [], model = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: "utf8",
    env: { ...process.env, MODEL: model },
  });
  return { status, stdout, stderr };
}

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

// Starting Node and loading LangChain takes seconds on a busy machine.
describe("the program", { timeout: 60_000 }, () => {
  it("holds the conversation", () => {
    const { status, stdout, stderr } = run();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("  you: what's my name?\n  bot: Your name is Bob.\nThread 2\n");
    expect(stdout).toContain("  you: what's my name?\n  bot: I don't know your name.");
  });

  it("refuses an option it does not know, and says which it knows", () => {
    const { status, stdout, stderr } = run(["--sever", "memory"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("--sever");
    expect(stderr).toContain("Usage:");
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it("shows its options on --help", () => {
    const { status, stdout } = run(["--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("MODEL");
  });

  it("says what to install for a model whose package is missing", () => {
    const { status, stderr } = run([], "cerebras:some-model");
    expect(status).toBe(1);
    expect(stderr).toContain("MODEL=cerebras:some-model cannot be used.");
    expect(stderr).toContain("add -w @langchain/cerebras");
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it("says how to name a model when it does not understand the name", () => {
    const { status, stderr } = run([], "nonsense");
    expect(status).toBe(1);
    expect(stderr).toContain("Use provider:model");
  });
});
