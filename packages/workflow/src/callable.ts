import type { Scope } from "./scope.ts";

/** What a context can call: a task or a workflow. */
export interface Callable<Args extends readonly unknown[], Result> {
  /** For this package only: a call whose caller is known without `AsyncLocalStorage`. */
  "~call"(scope: Scope, args: Args): Promise<Result>;
}
