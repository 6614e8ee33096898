import type { CheckpointConfig, CheckpointTuple } from "@threadmark/core";
import { isSameJson } from "../argument-hash.ts";
import { isInterrupted } from "../command.ts";
import { WorkflowError } from "../errors.ts";
import { bodyIdentity } from "../identity.ts";
import { Journal } from "../journal.ts";
import { END, PREVIOUS, START } from "../layout.ts";
import type { WorkflowSaver } from "../saver.ts";
import { BEYOND_HISTORY, ONLY_STORED } from "../tree.ts";
import type { Workflow } from "../workflow.ts";

/** What {@link replay} found, if it did not throw. */
export interface ReplayReport {
  /** Runs that were replayed. */
  readonly runs: number;
  /** Stored results that were used. */
  readonly tasks: number;
}

/**
 * Runs today's code against the history of a thread, with stored results only: no task runs, and
 * nothing is stored. Shows before a deployment whether unfinished runs can continue with it.
 *
 * @param saver Holds the history.
 * @throws WorkflowError `NON_DETERMINISTIC` when the code calls something that the history does not
 *   have, or returns something else.
 * @example
 * await replay(order, saver, { configurable: { thread_id: "order 7" } });
 */
export async function replay(
  workflow: Workflow<never>,
  saver: WorkflowSaver,
  config: CheckpointConfig,
): Promise<ReplayReport> {
  let runs = 0;
  let tasks = 0;
  const configurable = { checkpoint_ns: "", ...config.configurable };
  for await (const tuple of saver.list({ configurable })) {
    if (!(START in tuple.checkpoint.channel_values)) continue;
    tasks += await replayRun(workflow, saver, tuple);
    runs++;
  }
  return { runs, tasks };
}

async function replayRun(
  workflow: Workflow<never>,
  saver: WorkflowSaver,
  tuple: CheckpointTuple,
): Promise<number> {
  const { checkpoint, metadata } = tuple;
  const identity = { namespace: "", checkpointId: checkpoint.id, step: (metadata?.step ?? -1) + 1 };
  const journal = new Journal(tuple.pendingWrites);
  const { end } = journal.of(bodyIdentity(identity, workflow.name).id);
  const onHistory = workflow.withCheckpointer(historySaver(saver, tuple));
  const { thread_id: thread } = tuple.config.configurable!;
  const options = { configurable: { thread_id: thread as string }, [ONLY_STORED]: true };
  try {
    const result: unknown = await onHistory.invoke(null, options);
    if (end && !isInterrupted(result) && !isSameJson(result, end.value)) {
      throw new WorkflowError(
        "NON_DETERMINISTIC",
        `workflow "${workflow.name}" returns a different result than before`,
      );
    }
  } catch (error) {
    // A run that did not finish continues from the end of its history.
    if (end || !(error instanceof Error) || !error.message.includes(BEYOND_HISTORY)) throw error;
  }
  return [...journal.tasks.values()].filter(({ result }) => result).length;
}

/** The history as it was before the body of this run returned; what is written goes nowhere. */
function historySaver(saver: WorkflowSaver, tuple: CheckpointTuple): WorkflowSaver {
  const pendingWrites = (tuple.pendingWrites ?? []).filter(
    ([, channel]) => channel !== END && channel !== PREVIOUS,
  );
  return {
    getTuple: async (config) =>
      config.configurable?.["checkpoint_ns"] === "" ? { ...tuple, pendingWrites } : saver.getTuple(config),
    list: (config, options) => saver.list(config, options),
    put: async (config) => config,
    putWrites: async () => {},
    getNextVersion: (current) => saver.getNextVersion(current),
  };
}
