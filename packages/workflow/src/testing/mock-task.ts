import { definitionOf, type Task } from "../task.ts";

/** A task that is mocked, until it is restored or goes out of a `using` scope. */
export interface MockedTask<Args extends readonly unknown[]> extends Disposable {
  /** Arguments of every call that ran the mock; a served result is not a call. */
  readonly calls: readonly Args[];
  restore(): void;
}

/**
 * Runs another function instead of a task's own. Results are stored and reused as always.
 *
 * @example
 * const model = mockTask(callModel, async () => ({ role: "assistant", content: "Hi Bob" }));
 * await chat.invoke(input, config);
 * model.restore();
 */
export function mockTask<Args extends readonly unknown[], Result>(
  task: Task<Args, Result>,
  code: (...args: Args) => Result | Promise<Result>,
): MockedTask<Args> {
  const definition = definitionOf(task);
  const before = definition.mock;
  const calls: Args[] = [];
  definition.mock = (...given: unknown[]) => {
    const args = (definition.takesContext ? given.slice(1) : given) as unknown as Args;
    calls.push(args);
    return code(...args);
  };
  const restore = (): void => {
    definition.mock = before;
  };
  return { calls, restore, [Symbol.dispose]: restore };
}
