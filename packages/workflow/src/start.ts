import { commandCheckpoint, copyOf, forkCheckpoint, inputCheckpoint, isUnfinished } from "./checkpoints.ts";
import { markResumed, setFromOutside, type NewCheckpoint } from "./checkpoints.ts";
import { Command, isCommand, type CommandOptions } from "./command.ts";
import { invalid } from "./config.ts";
import { WorkflowError } from "./errors.ts";
import { Journal } from "./journal.ts";
import { END, OUTSIDE, PREVIOUS, RESUME, START } from "./layout.ts";
import { baseOf, load, openRun, recorderOf, type Loaded } from "./load.ts";
import { bringsAnswer, holdsLooseAnswer, looseAnswer, matchAnswers, openQuestions } from "./questions.ts";
import { storedAnswers } from "./questions.ts";
import type { Recorder } from "./recorder.ts";
import type { Run } from "./run.ts";
import { runBody, type Body, type RunEnd } from "./run-body.ts";
import { earlierRun } from "./same-run.ts";
import { checkpointEvent } from "./snapshot.ts";
import type { Tree } from "./tree.ts";

/** Where a workflow runs. */
interface Place {
  readonly namespace: string;
  readonly parents: Record<string, string>;
  readonly loaded: Loaded;
}

/** Runs a workflow that was called by the application, not by another workflow. */
export async function startRoot(tree: Tree, body: Body, input: unknown): Promise<RunEnd> {
  const loaded = await load(tree, "", tree.config.configurable?.["checkpoint_id"]);
  const place: Place = { namespace: "", parents: loaded.tuple?.metadata?.parents ?? {}, loaded };
  const { tuple, superseded } = loaded;
  if (isCommand(input)) return startCommand(tree, body, input, place);
  if (input !== undefined && input !== null) {
    const earlier = await earlierRun(tree, body.name, loaded);
    if (!earlier) return startNew(tree, body, input, place);
    return earlier.kind === "returned" ? earlier : goOn(tree, body, place, new Map(), []);
  }
  if (!tuple) throw emptyInput(tree);
  if (superseded) return startFork(tree, body, place);
  return goOn(tree, body, place, new Map(), []);
}

/**
 * Runs a workflow that a body or a task called. What is stored in its namespace belongs to this call, because the
 * namespace names the call.
 */
export async function startNested(
  tree: Tree,
  body: Body,
  input: unknown,
  namespace: string,
  caller: Run,
): Promise<RunEnd> {
  const { namespace: above, checkpointId } = caller.identity;
  const parents = { ...caller.base.parents, [above]: checkpointId };
  const place: Place = { namespace, parents, loaded: await load(tree, namespace, undefined) };
  if (place.loaded.tuple) return goOn(tree, body, place, new Map(), []);
  return startNew(tree, body, input, place);
}

async function startNew(tree: Tree, body: Body, input: unknown, place: Place): Promise<RunEnd> {
  const base = baseOf(tree, place.loaded, place.parents);
  return begin(tree, body, place, inputCheckpoint(base, body.name, input), false);
}

/** A run of an older checkpoint: nothing that was written to it counts. */
async function startFork(tree: Tree, body: Body, place: Place): Promise<RunEnd> {
  return begin(tree, body, place, forkCheckpoint(baseOf(tree, place.loaded, place.parents)), true);
}

async function begin(
  tree: Tree,
  body: Body,
  place: Place,
  created: NewCheckpoint,
  showsValues: boolean,
): Promise<RunEnd> {
  const { namespace, loaded } = place;
  const recorder = recorderOf(tree, namespace, loaded);
  await recorder?.begin(created);
  const base = baseOf(tree, loaded, place.parents);
  const { checkpoint, metadata } = created;
  const run = openRun(
    tree,
    body.name,
    namespace,
    { ...base, checkpoint, step: metadata.step },
    new Journal(),
    recorder,
  );
  if (showsValues) run.events.values(run.value);
  if (recorder) run.events.checkpoint(() => checkpointEvent(run, created, loaded.tuple?.checkpoint.id));
  return runBody(run, body);
}

async function startCommand(tree: Tree, body: Body, command: CommandOptions, place: Place): Promise<RunEnd> {
  if (!tree.saver)
    throw new WorkflowError("NO_CHECKPOINTER", "a command needs a workflow with a checkpointer");
  const update = command.update ?? {};
  const unknown = Object.keys(update).find((channel) => ![START, END, PREVIOUS].includes(channel));
  if (unknown !== undefined) throw invalid(`"${unknown}" in update`, `${START}, ${END} or ${PREVIOUS}`);
  if (!bringsAnswer(command)) {
    if (Object.keys(update).length === 0) throw emptyInput(tree);
    const created = commandCheckpoint(baseOf(tree, place.loaded, place.parents), update);
    return begin(tree, body, place, created, true);
  }
  const answers = answersIn(tree, body, command, place.loaded);
  return goOn(tree, body, place, answers, Object.entries(update));
}

/** The question of each answer, among those that a checkpoint leaves open. */
export function answersIn(
  tree: Tree,
  { name }: Body,
  command: CommandOptions,
  { tuple }: Loaded,
): Map<string, unknown> {
  const paused = tuple && isUnfinished(tuple.checkpoint, name);
  const journal = new Journal(paused ? tuple.pendingWrites : []);
  try {
    return matchAnswers(command.resume, journal, tree.threadId ?? "");
  } catch (error) {
    throw command instanceof BoundCommand ? alreadyResumed(tree) : error;
  }
}

/** A command whose questions were open when it was given. */
export class BoundCommand extends Command {}

export function alreadyResumed(tree: Tree): WorkflowError {
  return new WorkflowError(
    "ALREADY_RESUMED",
    `the question of thread "${tree.threadId}" was just answered by someone else`,
  );
}

/** Continues a run that did not finish, or returns the result of one that did. */
async function goOn(
  tree: Tree,
  body: Body,
  place: Place,
  answers: ReadonlyMap<string, unknown>,
  update: [channel: string, value: unknown][],
): Promise<RunEnd> {
  const { namespace, parents, loaded } = place;
  const tuple = loaded.tuple!;
  const journal = new Journal(tuple.pendingWrites);
  const runId = (tuple.metadata as { run_id?: string } | undefined)?.run_id;
  const base = { ...baseOf(tree, loaded, parents), runId };
  const recorder = recorderOf(tree, namespace, loaded);
  const checkpoint = copyOf(tuple.checkpoint);
  const outside = [...journal.outside, ...update].filter(([channel]) => channel !== RESUME);
  Object.assign(checkpoint.channel_versions, setFromOutside(checkpoint, outside, base.nextVersion));
  const run = openRun(tree, body.name, namespace, { ...base, checkpoint }, journal, recorder);
  markResumed(checkpoint);
  if (isUnfinished(checkpoint, body.name))
    await takeAnswers(tree, journal, answers, recorder!, checkpoint.id);
  if (update.length > 0) await recorder!.write(checkpoint.id, OUTSIDE, "", update);
  run.events.values(run.value);
  const parent: string | undefined = tuple.parentConfig?.configurable?.["checkpoint_id"];
  run.events.checkpoint(() =>
    checkpointEvent(run, { checkpoint, metadata: tuple.metadata! }, parent, journal),
  );
  try {
    return await runBody(run, body);
  } finally {
    if (namespace === "") await takeBackRefused(tree, recorder, checkpoint.id);
  }
}

/** An answer that its question has refused counts as not given. */
async function takeBackRefused(
  { refused }: Tree,
  recorder: Recorder | undefined,
  checkpoint: string,
): Promise<void> {
  for (const id of refused) await recorder?.write(checkpoint, id, "", [[RESUME, []]]);
  if (refused.size > 0) await recorder?.settle();
}

/**
 * Ties every answer to its question, and stores it there. LangGraph.js stores an answer without its question and
 * leaves it for the next question; what it left is removed.
 */
async function takeAnswers(
  tree: Tree,
  journal: Journal,
  given: ReadonlyMap<string, unknown>,
  recorder: Recorder,
  checkpoint: string,
): Promise<void> {
  const shared = new Set(
    openQuestions(journal)
      .filter(({ sharesId }) => sharesId)
      .map(({ interrupt }) => interrupt.id),
  );
  const loose = given.size === 0 ? looseAnswer(journal) : undefined;
  const fresh = loose ? new Map([[loose.id, loose.value]]) : given;
  for (const [id, value] of storedAnswers(journal)) tree.answers.set(id, value);
  for (const [id, value] of fresh) {
    (shared.has(id) ? tree.sharedAnswers : tree.answers).set(id, value);
    await recorder.write(checkpoint, id, "", [[RESUME, [value]]]);
  }
  if (holdsLooseAnswer(journal)) await recorder.write(checkpoint, OUTSIDE, "", [[RESUME, undefined]]);
}

export function emptyInput(tree: Tree): WorkflowError {
  return new WorkflowError(
    "EMPTY_INPUT",
    `thread "${tree.threadId}" has nothing to continue, and no input was given`,
  );
}
