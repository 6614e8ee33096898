import { isSameJson } from "../argument-hash.ts";
import { Command, isInterrupted, type Interrupt } from "../command.ts";
import type { RunConfig } from "../config.ts";
import { WorkflowError } from "../errors.ts";
import type { WorkflowSaver } from "../saver.ts";
import type { Workflow } from "../workflow.ts";
import { CrashingSaver, type CrashPoint } from "./crashing-saver.ts";

/** What to run, and how. */
export interface CrashOptions<Input> {
  readonly input: Input;
  /** Creates an empty checkpointer, one for every point at which the process dies. */
  readonly saver: () => WorkflowSaver | Promise<WorkflowSaver>;
  /** Answers questions of the workflow. @default a question ends the check with an error */
  readonly answer?: (question: Interrupt) => unknown;
  /** Passed on with every run. */
  readonly config?: RunConfig;
}

/** What {@link crashEverywhere} found, if it did not throw. */
export interface CrashReport {
  /** The number of points at which the process died. */
  readonly points: number;
  /** What the workflow returned, wherever it died. */
  readonly result: unknown;
}

/**
 * Runs a workflow once to its end, and then twice for every write of that run: the process dies just before or just
 * after the write, and a new one continues. Checks that the result is the same, and that no task whose result was
 * acknowledged runs again. The death is only simulated: code inside a task keeps running, but can store nothing.
 *
 * @throws Error that says where the process died and what was wrong then.
 * @example
 * await crashEverywhere(order, { input: 30, saver: () => new MemorySaver() });
 */
export async function crashEverywhere<Input>(
  workflow: Workflow<Input>,
  options: CrashOptions<Input>,
): Promise<CrashReport> {
  const whole = new CrashingSaver(await options.saver(), undefined, new Set());
  const expected = await runToEnd(workflow, options, whole);
  const points = Array.from({ length: whole.writes }, (_, i) => i + 1).flatMap((write): CrashPoint[] => [
    { write, stored: false },
    { write, stored: true },
  ]);
  for (const point of points) await crashAt(workflow, options, point, expected);
  return { points: points.length, result: expected };
}

async function crashAt<Input>(
  workflow: Workflow<Input>,
  options: CrashOptions<Input>,
  point: CrashPoint,
  expected: unknown,
): Promise<void> {
  const saver = await options.saver();
  const acknowledged = new Set<string>();
  const where = `after dying ${point.stored ? "after" : "before"} write ${point.write} was stored`;
  const first = new CrashingSaver(saver, point, acknowledged);
  try {
    await runToEnd(workflow, options, first);
  } catch (error) {
    if (!first.dead) throw new Error(`the first process failed before it died: ${where}`, { cause: error });
  }
  let result: unknown;
  try {
    result = await runToEnd(workflow, options, new CrashingSaver(saver, undefined, acknowledged));
  } catch (error) {
    throw new Error(`the workflow does not finish ${where}`, { cause: error });
  }
  if (!isSameJson(result, expected)) {
    throw new Error(`the workflow has a different result ${where}`);
  }
}

async function runToEnd<Input>(
  workflow: Workflow<Input>,
  options: CrashOptions<Input>,
  saver: CrashingSaver,
): Promise<unknown> {
  const { input, answer } = options;
  const configurable = { thread_id: "crash", ...options.config?.configurable };
  const config = { ...options.config, configurable };
  const process = workflow.withCheckpointer(saver);
  const begun = await saver.getTuple({ configurable });
  let result = await process.invoke(begun ? null : input, config);
  while (isInterrupted(result)) {
    if (!answer) throw new WorkflowError("INVALID_OPTION", "the workflow asks a question; give an answer");
    const answers = result.__interrupt__.map((question) => [question.id, answer(question)]);
    result = await process.invoke(new Command({ resume: Object.fromEntries(answers) }), config);
  }
  return result;
}
