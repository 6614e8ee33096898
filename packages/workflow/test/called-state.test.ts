import { MemorySaver } from "@threadmark/memory";
import { entrypoint, type WorkflowSaver } from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { langgraph, thread, threadmark, type AnyWorkflow, type Runtime } from "./runtimes.ts";

const config = thread("t");

/** A workflow that calls one that asks, from its body or from a task. */
function caller(runtime: Runtime, checkpointer: WorkflowSaver, fromTask: boolean): AnyWorkflow {
  const ask = runtime.entrypoint({ name: "ask" }, async (question: string) => runtime.interrupt(question));
  const call = runtime.task("call", async (question: string) => ask.invoke(question));
  return runtime.entrypoint({ name: "caller", checkpointer }, async (question: string) =>
    fromTask ? call(question) : ask.invoke(question),
  );
}

async function calledNamespace(saver: WorkflowSaver): Promise<string> {
  for await (const { config: place } of saver.list(config)) {
    const namespace = String(place.configurable?.["checkpoint_ns"]);
    if (namespace !== "") return namespace;
  }
  throw new Error("nothing was called");
}

describe.each([
  ["body", false],
  ["task", true],
])("the state of a workflow that a %s called", (_, fromTask) => {
  it("is not in that of its caller, in LangGraph.js and here", async () => {
    const saver = new MemorySaver();
    const theirs = caller(langgraph, saver, fromTask);
    await theirs.invoke("why?", config);
    const state = await theirs.getState(config, { subgraphs: true });
    expect(state.tasks.map((task) => ["state" in task, task.interrupts[0]?.value])).toEqual([
      [false, "why?"],
    ]);
    const ours = caller(threadmark, saver, fromTask);
    expect(await ours.getState(config, { subgraphs: true })).toEqual(state);
  });

  it.each([langgraph, threadmark])("is found in its namespace ($name)", async (runtime) => {
    const saver = new MemorySaver();
    await caller(runtime, saver, fromTask).invoke("why?", config);
    const place = { configurable: { thread_id: "t", checkpoint_ns: await calledNamespace(saver) } };
    const theirs = langgraph.entrypoint({ name: "ask", checkpointer: saver }, async () => {});
    const ours = entrypoint("ask", async () => {}).withCheckpointer(saver);
    const state = await ours.getState(place);
    expect(state).toEqual(await theirs.getState(place));
    expect(state.tasks[0]?.interrupts[0]?.value).toBe("why?");
  });
});
