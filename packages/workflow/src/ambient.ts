import { WorkflowError } from "./errors.ts";
import type { Scope } from "./scope.ts";

interface AsyncStorage {
  run<T>(value: Scope, callback: () => T): T;
  getStore(): Scope | undefined;
}

interface Host {
  readonly process?: { getBuiltinModule?(id: string): unknown };
  readonly AsyncLocalStorage?: new () => AsyncStorage;
}

const host = globalThis as unknown as Host;
const hooks = host.process?.getBuiltinModule?.("node:async_hooks") as Host | undefined;
const AsyncLocalStorage = hooks?.AsyncLocalStorage ?? host.AsyncLocalStorage;

/** One for all copies of this package in a program: a task of one copy can be called by a workflow of another. */
const SHARED: unique symbol = Symbol.for("@threadmark/workflow/scope");
const shared = globalThis as { [SHARED]?: AsyncStorage };

/**
 * Finds the scope of running code; `undefined` on hosts without `AsyncLocalStorage`, where everything is in the
 * context.
 */
const storage = AsyncLocalStorage && (shared[SHARED] ??= new AsyncLocalStorage());

/** Runs code so that {@link currentScope} finds its scope, even after an `await`. */
export function within<T>(scope: Scope, code: () => T): T {
  return storage ? storage.run(scope, code) : code();
}

/** The scope of the running code, if there is one. */
export function findScope(): Scope | undefined {
  return storage?.getStore();
}

/**
 * The scope of the running code.
 *
 * @param called What was called, for the message.
 * @throws WorkflowError `OUTSIDE_RUN`.
 */
export function currentScope(called: string): Scope {
  const scope = findScope();
  if (scope) return scope;
  throw new WorkflowError(
    "OUTSIDE_RUN",
    storage
      ? `${called} was called outside a run; call it from a workflow or from a task`
      : `${called} needs AsyncLocalStorage, which this host does not have; ` +
          "use the second parameter of the workflow instead",
  );
}
