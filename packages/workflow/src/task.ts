import { currentScope } from "./ambient.ts";
import type { CachePolicy } from "./cache.ts";
import type { Callable } from "./callable.ts";
import { invalid } from "./config.ts";
import type { Context } from "./context.ts";
import type { RetryPolicy } from "./retry.ts";
import type { Scope } from "./scope.ts";
import { timeoutPolicy, type TimeoutPolicy } from "./timeout.ts";

/** Options of {@link task}. */
export interface TaskOptions {
  /** Names the task in the thread; no two tasks of a workflow may share a name. */
  readonly name: string;
  /** Its former names: results stored under them still count. */
  readonly aliases?: readonly string[];
  /** @default a failure is final */
  readonly retry?: RetryPolicy;
  /** Milliseconds for an attempt, or more options. @default no limit */
  readonly timeout?: number | TimeoutPolicy;
  /** Whether results count for other threads too; needs a `cache` of the workflow. @default false */
  readonly cache?: boolean | CachePolicy;
  /** LangGraph.js's name for `cache`. */
  readonly cachePolicy?: CachePolicy;
}

/** A task: a function whose result is stored, so that a continued run does not call it again. */
export interface Task<Args extends readonly unknown[], Result> extends Callable<Args, Result> {
  (...args: Args): Promise<Result>;
  /**
   * The same task, but its stored result is found by this key, not by the order of calls. For code whose order of calls
   * can change, such as parallel code.
   *
   * @param key Unique within a body or task. LangGraph.js does not know keys and runs such a task again.
   */
  withKey(key: string): Task<Args, Result>;
}

/** The parts of a task. */
export interface TaskDefinition {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly retry: RetryPolicy | undefined;
  readonly timeout: TimeoutPolicy | undefined;
  readonly cache: CachePolicy | undefined;
  readonly takesContext: boolean;
  // oxlint-disable-next-line typescript/no-explicit-any -- called with what the typed function was given
  readonly code: (...args: any[]) => unknown;
  /** Runs instead of the function, in tests. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  mock: ((...args: any[]) => unknown) | undefined;
}

const DEFINITION: unique symbol = Symbol.for("@threadmark/workflow/task");

/**
 * Makes a function a step of workflows: its result is stored before the workflow continues, and served
 * from there when the run is repeated. Arguments and results must be serializable by the checkpointer.
 *
 * @param options Its name, or options. With `context: true` the function gets a {@link Context} first.
 * @throws WorkflowError `INVALID_OPTION`; a call rejects with `OUTSIDE_RUN` outside a workflow,
 *   `NON_DETERMINISTIC`, `DUPLICATE_NAME`, `TIMEOUT`.
 * @example
 * const callModel = task("callModel", async (messages: Message[]) => model.invoke(messages));
 */
export function task<Args extends readonly unknown[], Result>(
  options: TaskOptions & { readonly context: true },
  code: (context: Context, ...args: Args) => Result,
): Task<Args, Awaited<Result>>;
export function task<Args extends readonly unknown[], Result>(
  options: string | TaskOptions,
  code: (...args: Args) => Result,
): Task<Args, Awaited<Result>>;
export function task(
  options: string | (TaskOptions & { readonly context?: boolean }),
  // oxlint-disable-next-line typescript/no-explicit-any -- the overloads are the types
  code: (...args: any[]) => unknown,
): Task<unknown[], unknown> {
  const given = typeof options === "string" ? { name: options } : options;
  if (typeof given.name !== "string" || given.name === "") throw invalid("name", "a non-empty string");
  if (typeof code !== "function") throw invalid(`the code of task "${given.name}"`, "a function");
  checkCode(code, given.name);
  return callable(
    {
      name: given.name,
      aliases: given.aliases ?? [],
      retry: given.retry,
      timeout: timeoutPolicy(given.timeout),
      cache: given.cachePolicy ?? (given.cache === true ? {} : given.cache || undefined),
      takesContext: given.context ?? false,
      code,
      mock: undefined,
    },
    undefined,
  );
}

/** @throws WorkflowError `INVALID_OPTION` for generators, whose values would be lost. */
export function checkCode(code: (...args: never[]) => unknown, name: string): void {
  if (/Generator/.test(Object.prototype.toString.call(code))) {
    throw invalid(`the code of "${name}"`, "not a generator; stream values with a writer");
  }
}

/** The parts of a task. */
export function definitionOf(made: unknown): TaskDefinition {
  const found = (made as { [DEFINITION]?: TaskDefinition } | undefined)?.[DEFINITION];
  if (!found) throw invalid("a task", "made with task()");
  return found;
}

function callable(definition: TaskDefinition, key: string | undefined): Task<unknown[], unknown> {
  const { name } = definition;
  const call = (...args: unknown[]): Promise<unknown> => {
    try {
      return currentScope(`task "${name}"`).call(definition, args, key);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return Object.assign(call, {
    withKey: (chosen: string) => {
      if (typeof chosen !== "string") throw invalid(`the key of task "${name}"`, "a string");
      return callable(definition, chosen);
    },
    "~call": (scope: Scope, args: unknown[]) => scope.call(definition, args, key),
    [DEFINITION]: definition,
  });
}
