import { checkMilliseconds, invalid } from "./config.ts";
import type { Clock } from "./clock.ts";
import { WorkflowError } from "./errors.ts";

/** How long an attempt may take. */
export interface TimeoutPolicy {
  /** Milliseconds for an attempt. @default no limit */
  readonly runTimeout?: number;
  /** Milliseconds without a sign of work. @default no limit */
  readonly idleTimeout?: number;
  /** Signs of work: calls, questions and what is written, or only `heartbeat()`. @default "auto" */
  readonly refreshOn?: "auto" | "heartbeat";
}

/** @throws WorkflowError `INVALID_OPTION`. */
export function timeoutPolicy(given: number | TimeoutPolicy | undefined): TimeoutPolicy | undefined {
  if (given === undefined) return undefined;
  const policy = typeof given === "number" ? { runTimeout: given } : given;
  checkMilliseconds(policy.runTimeout, "timeout");
  checkMilliseconds(policy.idleTimeout, "timeout.idleTimeout");
  const { refreshOn } = policy;
  if (refreshOn !== undefined && refreshOn !== "auto" && refreshOn !== "heartbeat") {
    throw invalid("timeout.refreshOn", '"auto" or "heartbeat"');
  }
  return policy;
}

/** Watches an attempt and rejects when it has taken too long. */
export class Watchdog {
  /** Never resolves; rejects with `TIMEOUT`. */
  readonly expired: Promise<never>;
  readonly #policy: TimeoutPolicy;
  readonly #clock: Clock;
  readonly #reject: (error: WorkflowError) => void;
  readonly #name: string;
  readonly #cancelRun: (() => void) | undefined;
  #cancelIdle: (() => void) | undefined;

  constructor(policy: TimeoutPolicy, clock: Clock, name: string) {
    this.#policy = policy;
    this.#clock = clock;
    this.#name = name;
    const { promise, reject } = newPromise();
    this.expired = promise;
    this.#reject = reject;
    const { runTimeout } = policy;
    this.#cancelRun =
      runTimeout === undefined ? undefined : clock.after(runTimeout, () => this.#expire(runTimeout));
    this.heartbeat();
  }

  /** Called when the attempt says that it is still working. */
  heartbeat(): void {
    const { idleTimeout } = this.#policy;
    if (idleTimeout === undefined) return;
    this.#cancelIdle?.();
    this.#cancelIdle = this.#clock.after(idleTimeout, () => this.#expire(idleTimeout));
  }

  /** Called for everything that may count as a sign of work. */
  progress(): void {
    if (this.#policy.refreshOn !== "heartbeat") this.heartbeat();
  }

  stop(): void {
    this.#cancelRun?.();
    this.#cancelIdle?.();
  }

  #expire(milliseconds: number): void {
    this.stop();
    this.#reject(new WorkflowError("TIMEOUT", `"${this.#name}" took longer than ${milliseconds} ms`));
  }
}

function newPromise(): { promise: Promise<never>; reject: (error: WorkflowError) => void } {
  let reject!: (error: WorkflowError) => void;
  const promise = new Promise<never>((_, refuse) => (reject = refuse));
  // It is raced against the attempt, which may be the first to end.
  promise.catch(() => {});
  return { promise, reject };
}
