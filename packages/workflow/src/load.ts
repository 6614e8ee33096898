import type { CheckpointTuple } from "@threadmark/core";
import { copyOf, type Base } from "./checkpoints.ts";
import { WorkflowError } from "./errors.ts";
import { Recorder } from "./recorder.ts";
import { Run } from "./run.ts";
import type { Journal } from "./journal.ts";
import type { Tree } from "./tree.ts";

/** What is stored where a run begins. */
export interface Loaded {
  readonly tuple: CheckpointTuple | undefined;
  /** The config named this checkpoint, and the thread has moved on since. */
  readonly superseded: boolean;
}

/** Reads the checkpoint that a run begins with. */
export async function load(tree: Tree, namespace: string, checkpointId: unknown): Promise<Loaded> {
  if (!tree.saver) return { tuple: undefined, superseded: false };
  const at = { ...threadConfig(tree), checkpoint_ns: namespace };
  if (checkpointId === undefined) {
    return { tuple: await tree.saver.getTuple({ configurable: at }), superseded: false };
  }
  const tuple = await tree.saver.getTuple({ configurable: { ...at, checkpoint_id: checkpointId } });
  if (!tuple) {
    throw new WorkflowError(
      "CHECKPOINT_NOT_FOUND",
      `thread "${tree.threadId}" has no checkpoint with that id`,
    );
  }
  const head = await tree.saver.getTuple({ configurable: at });
  return { tuple, superseded: head?.checkpoint.id !== tuple.checkpoint.id };
}

/** What the next checkpoint is made from. */
export function baseOf(tree: Tree, { tuple }: Loaded, parents: Record<string, string>): Base {
  const { saver } = tree;
  return {
    runId: tree.config.runId,
    checkpoint: tuple?.checkpoint,
    step: tuple?.metadata?.step ?? -2,
    parents,
    nextVersion: (current) => (saver ? saver.getNextVersion(current) : Number(current ?? 0) + 1),
  };
}

/** A run that writes to `base`. */
export function openRun(
  tree: Tree,
  name: string,
  namespace: string,
  base: Base,
  journal: Journal,
  recorder: Recorder | undefined,
): Run {
  const checkpoint = base.checkpoint ?? copyOf(undefined);
  return new Run(tree, name, namespace, { ...base, checkpoint }, journal, recorder);
}

export function recorderOf(tree: Tree, namespace: string, { tuple }: Loaded): Recorder | undefined {
  const { saver, durability, config } = tree;
  if (!saver) return undefined;
  const { runId } = config;
  const metadata = runId === undefined ? (config.metadata ?? {}) : { ...config.metadata, run_id: runId };
  const target = { saver, durability, namespace, configurable: threadConfig(tree), metadata };
  return new Recorder(target, tuple?.checkpoint.id);
}

/** What the application put into the config, without the fields that the run decides itself. */
function threadConfig(tree: Tree): Record<string, unknown> {
  const given = { ...tree.config.configurable };
  delete given["checkpoint_id"];
  delete given["checkpoint_ns"];
  return given;
}
