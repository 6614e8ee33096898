import { invalid } from "./config.ts";
import type { Scope } from "./scope.ts";

/** Marks the question of a run that waits for a time or an event, not for a person. It is stored. */
const WAIT = "__threadmark_wait__";

/** What a run waits for. */
export interface Wait {
  /** ISO 8601. */
  readonly until?: string;
  readonly event?: string;
}

/** Options of `waitFor`. */
export interface WaitOptions {
  /** Milliseconds after which it stops waiting. @default no limit */
  readonly timeout?: number;
}

/** What a question is waiting for, if it is of that kind. */
export function waitOf(value: unknown): Wait | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as { [WAIT]?: Wait })[WAIT];
}

/** When a question's waiting time ends. */
export function wakeTimeOf(value: unknown): number | undefined {
  const until = waitOf(value)?.until;
  return until === undefined ? undefined : Date.parse(until);
}

export function sleepIn(scope: Scope, until: Date | number): void {
  const time = until instanceof Date ? until.getTime() : scope.run.tree.clock.now() + until;
  scope.ask(question({ until: timeText(time, "the time of sleep()") }), true);
}

export function waitForIn(scope: Scope, event: string, { timeout }: WaitOptions = {}): unknown {
  if (typeof event !== "string" || event === "") throw invalid("the event of waitFor()", "its name");
  const now = scope.run.tree.clock.now();
  const until = timeout === undefined ? {} : { until: timeText(now + timeout, "timeout of waitFor()") };
  return scope.ask(question({ event, ...until }), true) ?? undefined;
}

function question(wait: Wait): { readonly [WAIT]: Wait } {
  return { [WAIT]: wait };
}

function timeText(time: number, option: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) throw invalid(option, "a Date or a number of milliseconds");
  return date.toISOString();
}
