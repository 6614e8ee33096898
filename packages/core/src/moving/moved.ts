import { compareText } from "../codec/text.ts";
import { specialIndexOf } from "../saver/write-index.ts";
import {
  ERROR,
  INTERRUPT,
  SCHEDULED,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointConfig,
  type CheckpointMetadata,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  type PendingWrite,
} from "../contract.ts";

/** A checkpoint on its way from one saver to another. */
export interface MovedCheckpoint {
  readonly namespace: string;
  readonly parent: string | undefined;
  /** The run that made it, if known. */
  readonly run: string | undefined;
  readonly checkpoint: Checkpoint;
  readonly metadata: CheckpointMetadata;
  readonly batches: readonly WriteBatch[];
  /** All of these, in the order in which they are read. */
  readonly pendingWrites: readonly CheckpointPendingWrite[];
}

/** Writes of one task, for one call of `putWrites`. */
interface WriteBatch {
  readonly task: string;
  readonly path: string;
  readonly writes: PendingWrite[];
}

/**
 * Turns a tuple into what is stored.
 *
 * @param known Task → path, and the run, where the saver has them: tuples do not.
 */
export function movedFrom(
  tuple: CheckpointTuple,
  known: { readonly paths?: ReadonlyMap<string, string>; readonly run?: string | undefined } = {},
): MovedCheckpoint {
  const { config, checkpoint, metadata, parentConfig } = tuple;
  const tasks = [...new Set(tuple.pendingWrites?.map(([task]) => task))];
  const pendingWrites = tasks.flatMap((task) => writesOf(task, tuple.pendingWrites ?? []));
  const paths = known.paths ?? pathsThatKeep(tasks);
  return {
    namespace: textOf(config, "checkpoint_ns") ?? "",
    parent: textOf(parentConfig, "checkpoint_id"),
    run: known.run,
    checkpoint,
    metadata: metadata ?? ({} as CheckpointMetadata),
    pendingWrites,
    batches: tasks.flatMap((task) => {
      const writes = pendingWrites.flatMap(([of, channel, value]): PendingWrite[] =>
        of === task ? [[channel, value]] : [],
      );
      return batchesOf(writes).map((batch) => ({ task, path: paths.get(task) ?? "", writes: batch }));
    }),
  };
}

/**
 * The writes of a task as the contract orders them: special ones by their places, then what the task has returned.
 * LangGraph.js's `RedisSaver` has them in order of arrival.
 */
function writesOf(task: string, all: readonly CheckpointPendingWrite[]): CheckpointPendingWrite[] {
  const rank = ([, channel]: CheckpointPendingWrite): number => specialIndexOf(channel) ?? 0;
  return all.filter(([of]) => of === task).toSorted((a, b) => rank(a) - rank(b));
}

/**
 * Paths that keep the tasks in their current order. LangGraph.js's own databases keep no paths and sort by task: then
 * none are needed. Otherwise the paths are numbers, which come before the paths of later writes.
 */
function pathsThatKeep(tasks: readonly string[]): Map<string, string> {
  const sorted = tasks.every((task, i) => i === 0 || compareText(tasks[i - 1]!, task) < 0);
  return new Map(tasks.map((task, i) => [task, sorted ? "" : String(i).padStart(10, "0")]));
}

/** These have their own batches, and so do not count as positions of what a task returns. */
const ALONE: ReadonlySet<string> = new Set([ERROR, SCHEDULED, INTERRUPT]);

/** The batches in which LangGraph.js has stored the writes of a task. */
function batchesOf(writes: readonly PendingWrite[]): PendingWrite[][] {
  const alone = writes.filter(([channel]) => ALONE.has(channel)).map((write) => [write]);
  const rest = writes.filter(([channel]) => !ALONE.has(channel));
  return rest.length === 0 ? alone : [...alone, rest];
}

/** The versions to store a checkpoint with so that all of its values are stored. */
export function allVersions({
  channel_values: values,
  channel_versions: versions,
}: Checkpoint): ChannelVersions {
  return { ...Object.fromEntries(Object.keys(values).map((channel) => [channel, 1])), ...versions };
}

/** An id in a config, as text. */
export function textOf(config: CheckpointConfig | undefined, key: string): string | undefined {
  const value: unknown = config?.configurable?.[key];
  if (value === undefined || value === null || value === "") return undefined;
  return typeof value === "number" ? String(value) : (value as string);
}
