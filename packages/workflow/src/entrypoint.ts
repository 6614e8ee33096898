import type { WorkflowCache } from "./cache.ts";
import { invalid } from "./config.ts";
import type { Context } from "./context.ts";
import { final, type SaveOf, type ValueOf } from "./final.ts";
import type { WorkflowSaver } from "./saver.ts";
import { checkCode } from "./task.ts";
import { timeoutPolicy, type TimeoutPolicy } from "./timeout.ts";
import { Workflow } from "./workflow.ts";

/** Options of {@link entrypoint}. */
export interface EntrypointOptions {
  /** Names the workflow in its threads. */
  readonly name: string;
  /** Where threads are kept. A workflow called by another one uses its caller's. `false`: never any. */
  readonly checkpointer?: WorkflowSaver | false;
  /** Passed to bodies and tasks as it is. */
  readonly store?: unknown;
  /** Where results of tasks with `cache` are kept. */
  readonly cache?: WorkflowCache;
  /** Milliseconds for the body, or more options. @default no limit */
  readonly timeout?: number | TimeoutPolicy;
}

/** The type of `entrypoint`. */
export interface EntrypointFunction {
  /**
   * Makes a workflow from a function. With a checkpointer it remembers its threads: what it last returned is `previous`
   * in the next run, and a run that stopped halfway continues where it stopped.
   *
   * When a run continues, its body is repeated with the stored results of its tasks. So the body must call the same
   * tasks in the same order, and do everything with side effects inside a task.
   *
   * @param options Its name, or options.
   * @param body Gets the input, and a {@link Context}.
   * @throws WorkflowError `INVALID_OPTION`.
   * @example
   * const count = entrypoint(
   *   { name: "count", checkpointer },
   *   async (step: number, { previous = 0 }: { previous?: number }) => previous + step,
   * );
   */
  <Input, Return>(
    options: string | EntrypointOptions,
    body: (input: Input, context: Context<SaveOf<Awaited<NoInfer<Return>>>>) => Return,
  ): Workflow<Input, ValueOf<Awaited<Return>>, SaveOf<Awaited<Return>>>;
  readonly final: typeof final;
}

function makeWorkflow<Input, Return>(
  options: string | EntrypointOptions,
  body: (input: Input, context: Context<SaveOf<Awaited<NoInfer<Return>>>>) => Return,
): Workflow<Input, ValueOf<Awaited<Return>>, SaveOf<Awaited<Return>>> {
  const given = typeof options === "string" ? { name: options } : options;
  const { name, checkpointer, store, cache, timeout } = given;
  if (typeof name !== "string" || name === "") throw invalid("name", "a non-empty string");
  if (typeof body !== "function") throw invalid(`the body of workflow "${name}"`, "a function");
  checkCode(body, name);
  if (checkpointer && typeof checkpointer.getTuple !== "function") {
    throw invalid("checkpointer", "a saver, for example a MemorySaver");
  }
  return new Workflow({
    name,
    checkpointer,
    store,
    cache,
    timeout: timeoutPolicy(timeout),
    code: body,
  });
}

export const entrypoint: EntrypointFunction = Object.assign(makeWorkflow, { final });
