import type { Checkpoint, CheckpointConfig, CheckpointMetadata, CheckpointTuple } from "@threadmark/core";
import { copyOf, isUnfinished, setFromOutside } from "./checkpoints.ts";
import type { CheckpointEvent, TaskState } from "./events.ts";
import { bodyIdentity } from "./identity.ts";
import { Journal } from "./journal.ts";
import { END, RESUME } from "./layout.ts";
import { openQuestions } from "./questions.ts";
import type { Run } from "./run.ts";

/** The state of a thread at one checkpoint. */
export interface StateSnapshot<Values = unknown> {
  /** What the last finished run returned; `null` before there is one, `{}` without a checkpoint. */
  readonly values: Values;
  /** The workflow, when it has not finished. */
  readonly next: readonly string[];
  /** The unfinished run, with everything that it asks. */
  readonly tasks: readonly TaskState[];
  readonly metadata?: CheckpointMetadata & { readonly thread_id?: string };
  readonly config: CheckpointConfig;
  readonly createdAt?: string;
  readonly parentConfig?: CheckpointConfig | undefined;
}

/** What a stored checkpoint says. @param isHead Whether a result without a checkpoint counts. */
export function snapshotOf(tuple: CheckpointTuple, name: string, isHead: boolean): StateSnapshot {
  const journal = new Journal(tuple.pendingWrites);
  const checkpoint = withOutsideValues(tuple.checkpoint, journal);
  const { thread_id: thread, checkpoint_ns: namespace = "" } = tuple.config.configurable ?? {};
  const unfinished = isUnfinished(checkpoint, name);
  const task = unfinished ? taskState(tuple, journal, name, namespace) : undefined;
  const { end } = task ? journal.of(task.id) : { end: undefined };
  const value = isHead && end ? end.value : checkpoint.channel_values[END];
  return {
    values: value ?? null,
    next: task && !(isHead && end) ? [name] : [],
    tasks: task ? [task] : [],
    metadata: { ...tuple.metadata!, ...(thread === undefined ? {} : { thread_id: thread }) },
    config: withCheckpointMap(tuple),
    createdAt: checkpoint.ts,
    parentConfig: tuple.parentConfig,
  };
}

/** A checkpoint as the `checkpoints` stream shows it. */
export function checkpointEvent(
  run: Run,
  { checkpoint, metadata }: { checkpoint: Checkpoint; metadata: CheckpointMetadata },
  parent: string | undefined,
  journal: Journal = new Journal(),
): CheckpointEvent {
  const { namespace } = run.identity;
  const place = (id: string) => ({
    configurable: { checkpoint_ns: namespace, thread_id: run.tree.threadId, checkpoint_id: id },
  });
  const tuple = { config: place(checkpoint.id), checkpoint, metadata };
  const unfinished = isUnfinished(checkpoint, run.name);
  return {
    config: tuple.config,
    values: checkpoint.channel_values[END] ?? null,
    metadata,
    next: unfinished ? [run.name] : [],
    tasks: unfinished ? [taskState(tuple, journal, run.name, namespace)] : [],
    parentConfig: parent === undefined ? undefined : place(parent),
  };
}

function taskState(tuple: CheckpointTuple, journal: Journal, name: string, namespace: string): TaskState {
  const step = (tuple.metadata?.step ?? -1) + 1;
  const { id, path } = bodyIdentity({ namespace, checkpointId: tuple.checkpoint.id, step }, name);
  const { end, error, interrupts } = journal.of(id);
  return {
    id,
    name,
    path,
    interrupts: end ? interrupts : openQuestions(journal).map(({ interrupt }) => interrupt),
    ...(error ? { error } : {}),
    ...(end ? { result: end.value } : {}),
  };
}

/** A checkpoint with what a command has set since. */
export function withOutsideValues(checkpoint: Checkpoint, journal: Journal): Checkpoint {
  const values = journal.outside.filter(([channel]) => channel !== RESUME);
  if (values.length === 0) return checkpoint;
  const draft = copyOf(checkpoint);
  // Readers only see what is in the channels; versions are counted when a run continues.
  setFromOutside(draft, values, (current) => current!);
  return draft;
}

function withCheckpointMap({ config, metadata, checkpoint }: CheckpointTuple): CheckpointConfig {
  const parents = metadata?.parents ?? {};
  if (Object.keys(parents).length === 0) return config;
  const { checkpoint_ns: namespace = "" } = config.configurable ?? {};
  const map = { ...parents, [namespace as string]: checkpoint.id };
  return { ...config, configurable: { ...config.configurable, checkpoint_map: map } };
}
