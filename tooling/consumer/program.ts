import * as core from "@threadmark/core";
import { MemorySaver } from "@threadmark/memory";
import { Command, entrypoint, isInterrupted, task, type Context } from "@threadmark/workflow";

/** Long enough to be cut and hashed, which is done differently from host to host. */
const numbers = Array.from({ length: 5000 }, (_, i) => i);

/** Saves a checkpoint and reads it again: that much works wherever the packages can be installed. */
export async function remember(): Promise<void> {
  if (typeof core.CheckpointSaver !== "function") throw new Error("core did not load");
  const saver = new MemorySaver();
  const thread = { configurable: { thread_id: "1" } };
  const checkpoint = {
    v: 4,
    id: "1efd4a2c-0000-6000-8000-000000000000",
    ts: "2026-01-01T00:00:00.000Z",
    channel_values: { greeting: "hi", numbers },
    channel_versions: { greeting: 1, numbers: 1 },
    versions_seen: {},
  };
  await saver.put(
    thread,
    checkpoint,
    { source: "input", step: -1, parents: {} },
    checkpoint.channel_versions,
  );
  const found = await saver.getTuple(thread);
  const values = JSON.stringify(found?.checkpoint.channel_values);
  if (values !== JSON.stringify(checkpoint.channel_values)) throw new Error(`the saver remembers ${values}`);
}

/** Pauses a workflow and continues it, through its context only: not every host has `AsyncLocalStorage`. */
export async function resume(): Promise<void> {
  const double = task("double", async (n: number) => n * 2);
  const workflow = entrypoint(
    { name: "runtime", checkpointer: new MemorySaver() },
    async (n: number, { call, interrupt }: Context) => [await call(double, n), interrupt("sure?")],
  );
  const config = { configurable: { thread_id: "1" } };
  if (!isInterrupted(await workflow.invoke(21, config))) throw new Error("the workflow did not pause");
  const result = JSON.stringify(await workflow.invoke(new Command({ resume: "yes" }), config));
  if (result !== '[42,"yes"]') throw new Error(`the workflow returned ${result}`);
}
