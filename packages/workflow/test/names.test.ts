import { MemorySaver } from "@threadmark/memory";
import { isWorkflowError } from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { langgraph, thread, threadmark, type AnyWorkflow, type Runtime } from "./runtimes.ts";

const config = thread("t");

describe("names", () => {
  const twins = (runtime: Runtime): AnyWorkflow => {
    const one = runtime.task("same", async () => "one");
    const two = runtime.task("same", async () => "two");
    return runtime.entrypoint({ name: "twins", checkpointer: new MemorySaver() }, async () => [
      await one(),
      await two(),
    ]);
  };

  it("of two tasks may be the same with LangGraph.js, and here they are refused", async () => {
    expect(await twins(langgraph).invoke(1, config)).toEqual(["one", "two"]);
    const error: unknown = await twins(threadmark)
      .invoke(1, config)
      .catch((reason: unknown) => reason);
    expect(isWorkflowError(error, "DUPLICATE_NAME")).toBe(true);
  });

  const renamed = async (runtime: Runtime, options: unknown): Promise<number> => {
    let calls = 0;
    let broken = true;
    const saver = new MemorySaver();
    const build = (task: unknown) => {
      const work = runtime.task(task, async () => ++calls);
      return runtime.entrypoint({ name: "renamed", checkpointer: saver }, async () => {
        const result = await work();
        if (broken) throw new Error("again");
        return result;
      });
    };
    await build("old")
      .invoke(1, config)
      .catch(() => {});
    broken = false;
    return (await build(options).invoke(null, config)) as number;
  };

  it("that change run a task again with LangGraph.js; here aliases keep the result", async () => {
    expect(await renamed(langgraph, "new")).toBe(2);
    expect(await renamed(threadmark, { name: "new", aliases: ["old"] })).toBe(1);
  });
});
