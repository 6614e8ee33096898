import * as core from "@threadmark/core";
import { MemorySaver } from "@threadmark/memory";

/** Saves a checkpoint and reads it again: that much works wherever the packages can be installed. */
export async function remember(): Promise<void> {
  if (typeof core.CheckpointSaver !== "function") throw new Error("core did not load");
  const saver = new MemorySaver();
  const thread = { configurable: { thread_id: "1" } };
  const checkpoint = {
    v: 4,
    id: "1efd4a2c-0000-6000-8000-000000000000",
    ts: "2026-01-01T00:00:00.000Z",
    channel_values: { greeting: "hi" },
    channel_versions: { greeting: 1 },
    versions_seen: {},
  };
  await saver.put(thread, checkpoint, { source: "input", step: -1, parents: {} }, { greeting: 1 });
  const found = await saver.getTuple(thread);
  if (found?.checkpoint.channel_values["greeting"] !== "hi") throw new Error("the saver forgot the checkpoint");
}
