import { currentScope } from "./ambient.ts";
import type { Context } from "./context.ts";
import type { InterruptOptions } from "./response-schema.ts";
import { sleepIn, waitForIn, type WaitOptions } from "./waiting.ts";

/**
 * Asks a question: the run pauses, and this returns the answer when the run continues.
 *
 * @param value What is asked; stored, and shown to the person or program that answers.
 * @throws WorkflowError `OUTSIDE_RUN`, `NO_CHECKPOINTER`, `INVALID_ANSWER`. The pause itself is thrown through the
 * body; a body that catches it still pauses.
 * @example
 * const approved = interrupt<boolean>({ question: "Send it?", draft });
 */
export function interrupt<Answer = unknown>(value: unknown, options?: InterruptOptions<Answer>): Answer {
  return currentScope("interrupt()").ask(value, false, options?.responseSchema) as Answer;
}

/**
 * Pauses the run until a time. No process waits: `recover()` continues the run when it is called
 * after that time.
 *
 * @param until A Date, or milliseconds from now.
 * @throws WorkflowError `OUTSIDE_RUN`, `NO_CHECKPOINTER`, `INVALID_OPTION`. The pause itself is thrown
 *   through the body, as by `interrupt`.
 * @example
 * sleep(24 * 60 * 60 * 1000);
 */
export function sleep(until: Date | number): void {
  sleepIn(currentScope("sleep()"), until);
}

/**
 * Pauses the run until an event is sent to its thread with `sendEvent`.
 *
 * @returns The payload of the event; `undefined` if the timeout passed and `recover()` was called.
 * @throws WorkflowError `OUTSIDE_RUN`, `NO_CHECKPOINTER`, `INVALID_OPTION`. The pause itself is thrown
 *   through the body, as by `interrupt`.
 * @example
 * const payment = waitFor<Payment>("paid", { timeout: 60_000 });
 */
export function waitFor<Payload = unknown>(event: string, options?: WaitOptions): Payload | undefined {
  return waitForIn(currentScope("waitFor()"), event, options) as Payload | undefined;
}

/** Shows something in the `custom` stream. @throws WorkflowError `OUTSIDE_RUN`. */
export function getWriter(): (chunk: unknown) => void {
  return currentScope("getWriter()").context.writer;
}

/** What the last finished run of the thread saved. @throws WorkflowError `OUTSIDE_RUN`. */
export function getPreviousState<Saved>(): Saved | undefined {
  return currentScope("getPreviousState()").run.previous as Saved | undefined;
}

/** The store that was passed to the workflow or the run. @throws WorkflowError `OUTSIDE_RUN`. */
export function getStore(): unknown {
  return currentScope("getStore()").run.tree.store;
}

/**
 * The context of the running body or task: configurable values, store, signal, attempt.
 *
 * @throws WorkflowError `OUTSIDE_RUN`.
 */
export function getConfig(): Context {
  return currentScope("getConfig()").context;
}
