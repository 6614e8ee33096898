import { within } from "./ambient.ts";
import { isPause, type Interrupt } from "./command.ts";
import { WorkflowError } from "./errors.ts";
import { withLangChain } from "./langchain.ts";
import type { Scope } from "./scope.ts";
import { Watchdog, type TimeoutPolicy } from "./timeout.ts";

/** How an attempt ended. A question takes precedence over whatever the code did after it. */
export type Outcome =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "paused"; readonly interrupts: readonly Interrupt[] }
  | { readonly kind: "failed"; readonly error: unknown };

/** Runs code in its scope and waits for everything that it started. */
export async function attempt(
  scope: Scope,
  policy: TimeoutPolicy | undefined,
  controller: AbortController | undefined,
  code: () => unknown,
): Promise<Outcome> {
  const watchdog = policy && new Watchdog(policy, scope.run.tree.clock, scope.identity.name);
  scope.onProgress = watchdog && (() => watchdog.progress());
  scope.onHeartbeat = watchdog && (() => watchdog.heartbeat());
  const ended = within(scope, async () => inLangChain(scope, code)).then(
    (value): Outcome => ({ kind: "returned", value }),
    (error: unknown): Outcome => ({ kind: "failed", error }),
  );
  const complete = ended.then(async (outcome) => {
    await scope.drain();
    return outcome;
  });
  try {
    const outcome = await (watchdog ? Promise.race([complete, watchdog.expired]) : complete);
    scope.close(() => callAfterEnd(scope.identity.name));
    return decide(scope, outcome);
  } catch (error) {
    // Whatever it still does is no longer needed.
    scope.close(() => error);
    controller?.abort(error);
    return { kind: "failed", error };
  } finally {
    watchdog?.stop();
  }
}

function decide(scope: Scope, outcome: Outcome): Outcome {
  const { fatal } = scope.run.tree;
  if (fatal) return { kind: "failed", error: fatal.error };
  if (scope.interrupts.length > 0) return { kind: "paused", interrupts: scope.interrupts };
  if (outcome.kind === "failed" && isPause(outcome.error)) {
    return { kind: "paused", interrupts: outcome.error.interrupts };
  }
  return outcome;
}

/** LangChain is only called when there is something to pass on. */
function inLangChain(scope: Scope, code: () => unknown): unknown {
  const { tree } = scope.run;
  if (!tree.wants("messages") && tree.config.callbacks === undefined) return code();
  const { callbacks, configurable, metadata, tags } = scope.context;
  return withLangChain({ callbacks, configurable, metadata, tags }, code);
}

function callAfterEnd(name: string): WorkflowError {
  return new WorkflowError("OUTSIDE_RUN", `"${name}" has ended and can make no more calls`);
}
