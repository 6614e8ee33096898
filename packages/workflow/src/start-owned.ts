import { isCommand } from "./command.ts";
import { isWorkflowError } from "./errors.ts";
import { load } from "./load.ts";
import type { OwnedThread } from "./owned-thread.ts";
import { bringsAnswer } from "./questions.ts";
import type { Body, RunEnd } from "./run-body.ts";
import { alreadyResumed, answersIn, BoundCommand, emptyInput, startRoot } from "./start.ts";
import type { Tree } from "./tree.ts";

/** Runs a workflow as the only run of its thread. */
export async function startOwned(
  tree: Tree,
  body: Body,
  input: unknown,
  owned: OwnedThread,
): Promise<RunEnd> {
  const bound = await bindAnswers(tree, body, input);
  try {
    await owned.take(tree.config.concurrency === "wait", tree.signal);
  } catch (error) {
    // The current run of the thread has just taken the question that this answers.
    throw bound && isWorkflowError(error, "THREAD_BUSY") ? alreadyResumed(tree) : error;
  }
  const onAbort = (): void => owned.yield();
  tree.signal.addEventListener("abort", onAbort);
  try {
    tree.check();
    return await startRoot(tree, body, bound ?? input);
  } finally {
    tree.signal.removeEventListener("abort", onAbort);
    await owned.release();
  }
}

/**
 * Which question is answered is decided when the answer is given, not when the thread is free: someone else may have
 * answered by then, and the thread may ask something else.
 *
 * @returns The command with its answers by the ids of their questions, if it brings any.
 */
async function bindAnswers(tree: Tree, body: Body, input: unknown): Promise<BoundCommand | undefined> {
  if (input !== undefined && input !== null && !bringsAnswer(input)) return undefined;
  const loaded = await load(tree, "", tree.config.configurable?.["checkpoint_id"]);
  if (isCommand(input)) {
    const answers = answersIn(tree, body, input, loaded);
    return new BoundCommand({ ...input, resume: Object.fromEntries(answers) });
  }
  // Claiming a thread creates it, and it would be empty.
  if (!loaded.tuple) throw emptyInput(tree);
  return undefined;
}
