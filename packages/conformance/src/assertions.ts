import { isCheckpointError, type CheckpointErrorCode } from "@threadmark/core";
import { difference, show, type DifferenceOptions } from "@threadmark/core/comparison";

/** What is wrong with the saver. The clause adds what the contract says and what to do. */
export class ClauseFailure extends Error {
  override readonly name = "ClauseFailure";
}

/** The clause says nothing about this saver, and why. */
export class NotApplicable extends Error {
  override readonly name: string = "NotApplicable";
}

/** The saver lacks a method that every checkpointer has. One clause fails for it; the others do not apply. */
export class MissingMethod extends NotApplicable {}

/** The store could not be opened, so that nothing is known about the saver. */
export class HarnessError extends Error {
  override readonly name = "HarnessError";
}

export function fail(message: string): never {
  throw new ClauseFailure(message);
}

export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) fail(message);
}

/** @param what The thing compared, as the subject of a sentence: "the value of channel a". */
export function expectSame(
  actual: unknown,
  expected: unknown,
  what: string,
  options?: DifferenceOptions,
): void {
  const found = difference(actual, expected, options);
  if (found === undefined) return;
  const place = found.path === "$" ? "" : `, at ${found.path}`;
  fail(`${what}${place}: ${found.message}.`);
}

/** What an attempt ended with. A throw before the promise counts as a rejection here. */
export async function outcomeOf<T>(
  attempt: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await attempt() };
  } catch (error) {
    return { error };
  }
}

/**
 * The attempt must be refused. Any error will do, but one that has a code must have the right one.
 *
 * @param what The attempt, as the subject of a sentence: "put without a thread_id".
 */
export async function expectRefused(
  attempt: () => Promise<unknown>,
  what: string,
  code: CheckpointErrorCode,
): Promise<unknown> {
  const outcome = await outcomeOf(attempt);
  if (!("error" in outcome)) fail(`${what} was accepted and returned ${show(outcome.value)}.`);
  checkCode(outcome.error, what, code);
  return outcome.error;
}

export function checkCode(error: unknown, what: string, code: CheckpointErrorCode): void {
  if (isCheckpointError(error) && error.code !== code) {
    fail(`${what} was refused with the code ${error.code} instead of ${code}: ${error.message}`);
  }
}

/** For messages: an error in one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return show(error);
  return `${error.name}: ${error.message.split("\n", 1)[0] ?? ""}`;
}
