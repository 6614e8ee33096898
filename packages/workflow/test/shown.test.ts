import * as library from "@langchain/langgraph";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { MemorySaver } from "@threadmark/memory";
import * as ours from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { normalize } from "./differential/normalize.ts";
import { langgraph, thread, threadmark, type AnyWorkflow, type Runtime } from "./runtimes.ts";

const config = thread("t");
const getWriter = (runtime: Runtime) =>
  (runtime === threadmark ? ours.getWriter() : library.getWriter()) as (chunk: unknown) => void;

async function chunksOf(workflow: AnyWorkflow, options: object): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of await workflow.stream(1, { ...config, ...options })) chunks.push(chunk);
  return chunks;
}

/** Bodies and tasks that show something, on every level. */
function writing(runtime: Runtime): AnyWorkflow {
  const show = (text: string) => getWriter(runtime)(text);
  const inner = runtime.task("inner", async () => show("task in task"));
  const leaf = runtime.task("leaf", async () => {
    show("task");
    await inner();
  });
  const child = runtime.entrypoint({ name: "child" }, async () => {
    show("called workflow");
    await leaf();
  });
  const calls = runtime.task("calls", async () => child.invoke(1));
  return runtime.entrypoint({ name: "w", checkpointer: new MemorySaver() }, async () => {
    show("workflow");
    await leaf();
    await child.invoke(1);
    await calls();
    const seen: unknown[] = [];
    for await (const chunk of await child.stream(1, { streamMode: ["custom", "updates"] })) seen.push(chunk);
    return seen;
  });
}

describe("what code shows by itself", () => {
  it.each([
    { streamMode: "custom" },
    { streamMode: ["custom", "updates"] },
    { streamMode: "custom", subgraphs: true },
    { streamMode: ["custom"], subgraphs: true },
    { streamMode: "updates" },
  ])("goes to the reader of the whole run, as in LangGraph.js: %j", async (options) => {
    const theirs = await chunksOf(writing(langgraph), options);
    expect(normalize(await chunksOf(writing(threadmark), options))).toEqual(normalize(theirs));
  });
});

/** Messages from a model, and messages that are made by hand. */
function answering(runtime: Runtime): AnyWorkflow {
  const model = new FakeListChatModel({ responses: ["Hi!"] });
  const made = (id: string) => new AIMessage({ content: id, id });
  const callModel = runtime.task("callModel", async () => model.invoke("hello"));
  const one = runtime.task("one", async () => made("one"));
  const listed = runtime.task("listed", async (_: unknown, __: unknown) => [
    made("two"),
    made("given"),
    made("in a list"),
  ]);
  const named = runtime.task("named", async () => ({ messages: [made("three")], last: made("four"), n: 1 }));
  const child = runtime.entrypoint({ name: "child" }, async () => made("of child"));
  return runtime.entrypoint({ name: "w", checkpointer: new MemorySaver() }, async () => {
    await callModel();
    await one();
    await listed(made("given"), [made("in a list")]);
    await named();
    await child.invoke(1);
    return [made("one"), made("five")];
  });
}

/** Without what LangChain adds to the metadata for its tracing. */
const shown = (chunks: unknown[]) =>
  (chunks as [BaseMessage, Record<string, unknown>][]).map(([{ content }, metadata]) => {
    const names = Object.keys(metadata).filter((key) => key.startsWith("langgraph_"));
    return [content, ...["thread_id", "checkpoint_ns", ...names].map((key) => normalize(metadata[key]))];
  });

describe("the stream of messages", () => {
  it("shows tokens of models, and messages that are returned and were not seen before, as LangGraph.js", async () => {
    const theirs = shown(await chunksOf(answering(langgraph), { streamMode: "messages" }));
    expect(theirs.map(([content]) => content).join(" ")).toBe("H i ! one two in a list three four five");
    const sorted = (chunks: unknown[][]) => chunks.map((chunk) => [...chunk].map(String).sort());
    expect(sorted(shown(await chunksOf(answering(threadmark), { streamMode: "messages" })))).toEqual(
      sorted(theirs),
    );
  });
});

describe("what the application gives to a run", () => {
  it.each([langgraph, threadmark])("is in the config of the body as `context` ($name)", async (runtime) => {
    const workflow = runtime.entrypoint(
      "w",
      async (_: unknown, { context }: { context: unknown }) => context,
    );
    const context = { connection: new Map() };
    expect(await workflow.invoke(1, { context })).toEqual(context);
  });
});
