import { attempt, type Outcome } from "./attempt.ts";
import { isUnfinished, loopCheckpoint } from "./checkpoints.ts";
import type { Interrupt } from "./command.ts";
import type { Context } from "./context.ts";
import { storedError } from "./errors.ts";
import { splitFinal } from "./final.ts";
import { pathText } from "./identity.ts";
import { END, PREVIOUS, START } from "./layout.ts";
import { Slot } from "./limiter.ts";
import { noteGiven, showReturned } from "./message-stream.ts";
import type { Run } from "./run.ts";
import { answersOf, failedWrites, pausedWrites } from "./run-task.ts";
import { Scope } from "./scope.ts";
import { checkpointEvent } from "./snapshot.ts";
import type { TimeoutPolicy } from "./timeout.ts";

/** The parts of a workflow. */
export interface Body {
  readonly name: string;
  readonly timeout: TimeoutPolicy | undefined;
  readonly code: (input: never, context: Context<never>) => unknown;
}

/** How a run ended, if it did not fail. */
export type RunEnd =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "paused"; readonly interrupts: readonly Interrupt[] };

/** Runs the body of a run, if there is anything left to do, and stores its result. */
export async function runBody(run: Run, body: Body): Promise<RunEnd> {
  const { checkpoint } = run.base;
  if (!isUnfinished(checkpoint, run.name)) {
    await run.recorder?.stop(checkpoint.id);
    return { kind: "returned", value: run.value };
  }
  const { end } = run.journal.of(run.body.id);
  // The run has already ended; only its last checkpoint is missing.
  if (end) return finish(run, end, []);
  run.tree.checkName("workflow", body.name, body.code);
  run.events.started(run.body, checkpoint.channel_values[START], START);
  noteGiven(run.tree, checkpoint.channel_values[START]);
  const controller = body.timeout && new AbortController();
  const scope = new Scope(run, run.body, 1, new Slot(undefined), controller);
  const outcome = await attempt(scope, body.timeout, controller, () => {
    run.tree.check();
    return body.code(checkpoint.channel_values[START] as never, scope.context as Context<never>);
  });
  return settle(run, scope, outcome);
}

async function settle(run: Run, scope: Scope, outcome: Outcome): Promise<RunEnd> {
  // The caller of the run knows that it was given up, so it may not continue.
  if (run.tree.aborted) {
    await run.recorder?.stop(run.identity.checkpointId);
    throw run.tree.signal.reason;
  }
  if (outcome.kind === "returned") {
    const result = splitFinal(outcome.value);
    showReturned(scope, result.value);
    const writes = [...answersOf(scope), [END, result.value], [PREVIOUS, result.save]] as [string, unknown][];
    return finish(run, result, writes);
  }
  const { recorder, identity, tree } = run;
  if (outcome.kind === "paused") {
    await run.store(run.body, pausedWrites(scope, outcome.interrupts));
    await recorder?.stop(identity.checkpointId);
    run.events.paused(run.body, outcome.interrupts);
    return outcome;
  }
  if (!tree.fatal) {
    await run.store(run.body, failedWrites(run, scope, outcome.error));
    await recorder?.stop(identity.checkpointId);
  }
  run.events.failed(run.body, storedError(outcome.error));
  throw outcome.error;
}

async function finish(
  run: Run,
  result: { value: unknown; save: unknown },
  writes: [string, unknown][],
): Promise<RunEnd> {
  const { base, body, recorder, events } = run;
  const next = loopCheckpoint(base, run.name, result, run.called);
  await recorder?.finish(next, body.id, pathText(body.path), writes);
  events.returned(body, result.value, true);
  events.values(result.value);
  if (recorder) events.checkpoint(() => checkpointEvent(run, next, base.checkpoint.id));
  return { kind: "returned", value: result.value };
}
