import type { CheckpointConfig, CheckpointListOptions, CheckpointMetadata } from "@threadmark/core";
import { updateCheckpoint } from "./checkpoints.ts";
import { splitFinal } from "./final.ts";
import { Journal } from "./journal.ts";
import { END, INTERRUPT, PREVIOUS } from "./layout.ts";
import type { WorkflowSaver } from "./saver.ts";
import { snapshotOf, withOutsideValues, type StateSnapshot } from "./snapshot.ts";
import { uuid5 } from "./uuid.ts";

/** The state at the checkpoint of a config, or the newest. */
export async function readState(
  saver: WorkflowSaver,
  name: string,
  config: CheckpointConfig,
): Promise<StateSnapshot> {
  const tuple = await saver.getTuple(config);
  if (!tuple) return { values: {}, next: [], tasks: [], config };
  return snapshotOf(tuple, name, config.configurable?.["checkpoint_id"] === undefined);
}

/** The states of a thread, the newest first. */
export async function* readHistory(
  saver: WorkflowSaver,
  name: string,
  config: CheckpointConfig,
  options: CheckpointListOptions | undefined,
): AsyncGenerator<StateSnapshot> {
  const configurable = { checkpoint_ns: "", ...config.configurable };
  for await (const tuple of saver.list({ ...config, configurable }, options)) {
    yield snapshotOf(tuple, name, false);
  }
}

/** Stores values as if a run had returned them. */
export async function updateState(
  saver: WorkflowSaver,
  name: string,
  config: CheckpointConfig,
  returned: unknown,
): Promise<CheckpointConfig> {
  const result = splitFinal(returned);
  const tuple = await saver.getTuple(config);
  const target = {
    ...config,
    configurable: { checkpoint_ns: "", ...config.configurable, ...tuple?.config.configurable },
  };
  const checkpoint = tuple && withOutsideValues(tuple.checkpoint, new Journal(tuple.pendingWrites));
  if (checkpoint) {
    const writes: [string, unknown][] = [
      [END, result.value],
      [PREVIOUS, result.save],
    ];
    await saver.putWrites(
      target,
      writes,
      uuid5(INTERRUPT, checkpoint.id),
      `~${INTERRUPT}, ${"0".repeat(10)}`,
    );
  }
  const base = {
    checkpoint,
    step: tuple?.metadata?.step ?? -1,
    parents: tuple?.metadata?.parents ?? {},
    nextVersion: (current: unknown) => saver.getNextVersion(current),
  };
  const created = updateCheckpoint(base, name, result);
  const metadata: Record<string, unknown> = { ...tuple?.metadata, ...created.metadata };
  // It is not a checkpoint of the run before it.
  delete metadata["run_id"];
  return saver.put(target, created.checkpoint, metadata as CheckpointMetadata, created.newVersions);
}
