import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemorySaver } from "@threadmark/memory";
import { afterEach, describe, expect, it } from "vitest";
import { localModel, type Message } from "../src/model.ts";
import { RUNTIMES, type RuntimeName } from "../src/runtime.ts";
import { branch } from "../src/scenes/branch.ts";
import { grow } from "../src/scenes/grow.ts";
import { kill } from "../src/scenes/kill.ts";
import { remember } from "../src/scenes/remember.ts";
import { values } from "../src/scenes/values.ts";
import type { Screen } from "../src/screen.ts";
import { createChatbot } from "../src/workflow.ts";

const UNKNOWN = "I don't know your name. You have not told me.";
const FIRST_TIME = [
  { thread: "1", text: "hi! I'm bob", answer: "Hello Bob! How can I help you today?" },
  { thread: "1", text: "what's my name?", answer: "Your name is Bob." },
  { thread: "2", text: "what's my name?", answer: UNKNOWN },
];

function recording(): Screen & { readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, print: (line) => lines.push(line), live: () => {} };
}

function stage(runtime: RuntimeName, saver: MemorySaver = new MemorySaver()) {
  return { runtime: RUNTIMES[runtime], saver, model: localModel, screen: recording() };
}

/** Everything that is stored of a thread, as text. */
async function storedTextOf(saver: MemorySaver, threadId: string): Promise<string> {
  const parts: unknown[] = [];
  for await (const tuple of saver.list({ configurable: { thread_id: threadId } })) parts.push(tuple);
  return JSON.stringify(parts);
}

describe.each([
  ["threadmark", "langgraph"],
  ["langgraph", "threadmark"],
] as const)("on %s", (runtime, other) => {
  it("a name is known in the thread it was told in, and nowhere else", async () => {
    const at = stage(runtime);
    expect(await remember(at)).toEqual(FIRST_TIME);
    expect(await storedTextOf(at.saver, "1")).toMatch(/bob/i);
    const stored = await storedTextOf(at.saver, "2");
    expect(stored).toContain("what's my name?");
    expect(stored).not.toMatch(/bob/i);
  });

  it("prints what was said and every checkpoint with what is in it", async () => {
    const at = stage(runtime);
    await remember(at);
    const text = at.screen.lines.join("\n");
    expect(text).toMatch(/^Thread 1\n {2}you: hi! I'm bob\n {2}bot: Hello Bob!/);
    expect(text.match(/checkpoint [0-9a-f-]{36}, step -?\d, made by (input|loop)/g)).toHaveLength(6);
    expect(text).toContain("made by loop: 4 messages saved");
    expect(text).toContain('0 messages saved, input "hi! I\'m bob", results of 2 tasks');
  });

  it(`threads that ${other} has left continue, and nobody is introduced again`, async () => {
    const saver = new MemorySaver();
    await remember(stage(other, saver));
    expect(await remember(stage(runtime, saver))).toEqual(FIRST_TIME.slice(1));
  });

  it(`a branched thread is a tree, also one that ${other} has left`, async () => {
    const saver = new MemorySaver();
    const first = stage(runtime, saver);
    await branch(first);
    const tree = [
      "  ● hi! I'm bob → Hello Bob! How can I help you today?",
      "  ├─● what's my name? → Your name is Bob.",
      "  │ ● what's my name? → Your name is Bob.  ← newest",
      "  └─● no, I'm alice → Hello Alice! How can I help you today?",
      "    ● what's my name? → Your name is Alice.",
    ];
    expect(first.screen.lines.slice(-5)).toEqual(tree);
    const second = stage(other, saver);
    await branch(second);
    expect(second.screen.lines.slice(1)).toEqual(tree);
  });

  it("values come back as they were, and not so from LangGraph.js's saver", async () => {
    const [date, map, big] = await values(stage(runtime));
    expect(date).toMatchObject({ here: "2026-02-28T12:00:00.000Z", langgraph: "'2026-02-28T12:00:00.000Z'" });
    expect(map?.here).toBe("Map(1) { 'tea' => { cups: 2 } }");
    expect(big).toMatchObject({ here: "18446744073709551616n", langgraph: expect.stringMatching(/^lost/) });
  });

  it("a chat takes far fewer bytes than in LangGraph.js's saver", async () => {
    const at = stage(runtime);
    const { here, langgraph } = await grow(at, 40);
    expect(here).toBeLessThan(langgraph / 5);
    expect(at.screen.lines).toHaveLength(5);
    expect(at.screen.lines[0]).toMatch(
      / 10 turns {3}here +0\.\d\d MB {3}LangGraph.js's MemorySaver +\d\.\d\d MB/,
    );
  });
});

describe("a killed order", () => {
  afterEach(() => {
    delete process.env["DEMO_FOLDER"];
  });

  it.each([
    ["threadmark", "langgraph"],
    ["langgraph", "threadmark"],
  ] as const)("of %s is finished by %s, and charged once", async (runtime, next) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "threadmark-demo-"));
    process.env["DEMO_FOLDER"] = folder.path;
    const screen = recording();
    const end = await kill({ runtime, saver: "pglite" }, screen, { runtime: next, saver: "pglite" });
    expect(end.charges).toBe(1);
    expect(end.result).toBe(`tea from process ${end.goesOn}, paid in process ${end.killed}`);
    expect(screen.lines).toContain(
      `  process ${end.killed} is killed with SIGKILL, in the middle of the turn`,
    );
  });
});

describe("the chatbot", () => {
  it("continues a thread where it stopped", async () => {
    const at = stage("threadmark");
    await remember(at);
    const again = createChatbot(at.runtime, localModel, at.saver);
    const answer = await again.invoke([{ role: "user", content: "What is my name?" }], {
      configurable: { thread_id: "1" },
    });
    expect(answer.content).toBe("Your name is Bob.");
  });
});

describe("the local model", () => {
  const user = (content: string): Message => ({ role: "user", content });
  const ask = async (...messages: Message[]) => (await localModel(messages)).content;

  it("knows a name only from what the user said", async () => {
    expect(await ask(user("what's my name?"))).toBe(UNKNOWN);
    expect(await ask({ role: "assistant", content: "I'm Alice" }, user("what's my name?"))).toBe(UNKNOWN);
  });

  it("uses the last name it was told", async () => {
    const messages = ["my name is Zoë", "I am jürgen", "what's my name?"].map(user);
    expect(await ask(...messages)).toBe("Your name is Jürgen.");
  });
});
