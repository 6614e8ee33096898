import type { CheckpointConfig, CheckpointTuple } from "@threadmark/core";
import { MemorySaver } from "@threadmark/memory";
import { describe, expect, it } from "vitest";
import { langgraph, thread, threadmark, type Runtime } from "./runtimes.ts";

const config = thread("t");

/** A saver that counts how often a stored write is looked at. */
class CountingSaver extends MemorySaver {
  looks = 0;

  override async getTuple(place: CheckpointConfig): Promise<CheckpointTuple | undefined> {
    const tuple = await super.getTuple(place);
    if (!tuple?.pendingWrites) return tuple;
    const pendingWrites = tuple.pendingWrites.map(
      (write) =>
        new Proxy(write, {
          get: (target, key) => {
            if (key === "0") this.looks++;
            return Reflect.get(target, key) as unknown;
          },
        }),
    );
    return { ...tuple, pendingWrites };
  }
}

/** How often stored writes are looked at when a run of so many tasks, all of which have a result, is repeated. */
async function looksAt(runtime: Runtime, tasks: number): Promise<number> {
  const saver = new CountingSaver();
  const step = runtime.task("step", async (n: number) => n);
  let fails = true;
  const workflow = runtime.entrypoint({ name: "w", checkpointer: saver }, async () => {
    for (let n = 0; n < tasks; n++) await step(n);
    if (fails) throw new Error("once");
    return "done";
  });
  await expect(workflow.invoke(1, config)).rejects.toThrow("once");
  fails = false;
  saver.looks = 0;
  expect(await workflow.invoke(null, config)).toBe("done");
  return saver.looks;
}

describe("what every call of a task costs when a run is repeated", () => {
  it("grows in LangGraph.js with the number of stored results, which each call goes through", async () => {
    const [few, many] = [await looksAt(langgraph, 10), await looksAt(langgraph, 40)];
    expect(many).toBeGreaterThan(8 * few);
  });

  it("does not grow here: every stored write is read once", async () => {
    const [few, many] = [await looksAt(threadmark, 10), await looksAt(threadmark, 40)];
    expect(many).toBeLessThan(4 * few);
    // Two writes of every task, and the error.
    expect(await looksAt(threadmark, 1000)).toBeLessThan(2100);
  });
});
