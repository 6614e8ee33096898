import type { Engine } from "../saver/engine.ts";
import { storeCheckpoint, storeWrites } from "../saver/store.ts";
import { allVersions, type MovedCheckpoint } from "./moved.ts";

/** Stores a checkpoint of another saver, with its writes. */
export async function storeMoved(engine: Engine, thread: string, moved: MovedCheckpoint): Promise<void> {
  const { namespace, parent, run, checkpoint, metadata, batches } = moved;
  const place = { thread_id: thread, checkpoint_ns: namespace };
  const config = {
    configurable: { ...place, checkpoint_id: parent },
    ...(run !== undefined && { metadata: { run_id: run } }),
  };
  await storeCheckpoint(engine, config, checkpoint, metadata, allVersions(checkpoint));
  const target = { configurable: { ...place, checkpoint_id: checkpoint.id } };
  for (const { task, path, writes } of batches) await storeWrites(engine, target, writes, task, path);
}
