import type { CheckpointTuple } from "@threadmark/core";
import { isUnfinished } from "./checkpoints.ts";
import { WorkflowError } from "./errors.ts";
import { bodyIdentity } from "./identity.ts";
import { Journal } from "./journal.ts";
import { END } from "./layout.ts";
import type { Loaded } from "./load.ts";
import type { Tree } from "./tree.ts";

/** The outcome of a run that was started before. */
export type EarlierRun = { readonly kind: "goesOn" } | { readonly kind: "returned"; readonly value: unknown };

/**
 * Looks for the run whose id the config names.
 *
 * @throws WorkflowError `RUN_REPLACED`: it did not finish, and the thread has gone on without it.
 */
export async function earlierRun(tree: Tree, name: string, head: Loaded): Promise<EarlierRun | undefined> {
  const { saver, config } = tree;
  const { runId } = config;
  if (!saver || runId === undefined) return undefined;
  const tuple = await newestOf(tree, runId);
  if (!tuple) return undefined;
  const { checkpoint, metadata } = tuple;
  if (!isUnfinished(checkpoint, name)) return { kind: "returned", value: checkpoint.channel_values[END] };
  const step = (metadata?.step ?? -1) + 1;
  const body = bodyIdentity({ namespace: "", checkpointId: checkpoint.id, step }, name);
  const { end } = new Journal(tuple.pendingWrites).of(body.id);
  if (end) return { kind: "returned", value: end.value };
  if (head.tuple?.checkpoint.id === checkpoint.id) return { kind: "goesOn" };
  const message = `run "${runId}" of thread "${tree.threadId}" had not finished when its thread got new input`;
  throw new WorkflowError("RUN_REPLACED", message);
}

async function newestOf({ saver, threadId }: Tree, runId: string): Promise<CheckpointTuple | undefined> {
  const thread = { configurable: { thread_id: threadId, checkpoint_ns: "" } };
  for await (const tuple of saver!.list(thread, { filter: { run_id: runId }, limit: 1 })) return tuple;
  return undefined;
}
