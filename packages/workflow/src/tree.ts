import type { WorkflowCache } from "./cache.ts";
import type { Clock } from "./clock.ts";
import type { RunConfig } from "./config.ts";
import { WorkflowError } from "./errors.ts";
import type { Limiter } from "./limiter.ts";
import type { Durability } from "./recorder.ts";
import type { WorkflowSaver } from "./saver.ts";
import type { Sink, StreamMode } from "./stream.ts";

/** For the testing entry: in a config, it keeps tasks from running. */
export const ONLY_STORED: unique symbol = Symbol.for("@threadmark/workflow/only-stored");

/** The end of the message of the error. */
export const BEYOND_HISTORY = "which is not in the replayed history";

/** What a tree is made of. */
export type TreeParts = Pick<
  Tree,
  | "config"
  | "saver"
  | "durability"
  | "limiter"
  | "cache"
  | "store"
  | "clock"
  | "signal"
  | "runId"
  | "threadId"
>;

/** What a run and all workflows that it calls have in common. */
export class Tree {
  readonly config: RunConfig;
  readonly saver: WorkflowSaver | undefined;
  readonly durability: Durability;
  readonly limiter: Limiter | undefined;
  readonly cache: WorkflowCache | undefined;
  readonly store: unknown;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly runId: string;
  readonly threadId: string | undefined;
  readonly sinks: Set<Sink> = new Set();
  /** Answers by the ids of their questions. */
  readonly answers: Map<string, unknown> = new Map();
  /** Answers to questions of old threads, by the id of the first question of the task. */
  readonly sharedAnswers: Map<string, unknown> = new Map();
  /** Questions whose answers do not match their schemas. */
  readonly refused: Set<string> = new Set();
  /** Ids of messages that were shown, or were nothing new. */
  readonly shownMessages: Set<string> = new Set();
  #fatal: { readonly error: unknown } | undefined;
  readonly #codes = new Map<string, (...args: never[]) => unknown>();

  constructor(parts: TreeParts) {
    this.config = parts.config;
    this.saver = parts.saver;
    this.durability = parts.durability;
    this.limiter = parts.limiter;
    this.cache = parts.cache;
    this.store = parts.store;
    this.clock = parts.clock;
    this.signal = parts.signal;
    this.runId = parts.runId;
    this.threadId = parts.threadId;
  }

  /** An error that the workflow's code cannot catch, because nothing may be stored after it. */
  get fatal(): { readonly error: unknown } | undefined {
    return this.#fatal;
  }

  fail(error: unknown): never {
    this.#fatal ??= { error };
    throw this.#fatal.error;
  }

  /** The run ends, and the question stays open, because the answer does not fit it. */
  refuseAnswer(question: string, issues: readonly unknown[]): never {
    this.refused.add(question);
    const message = `the answer to question ${question} of thread "${this.threadId}" does not match its responseSchema`;
    this.fail(new WorkflowError("INVALID_ANSWER", message, { cause: issues }));
  }

  /** Whether anyone reads such a stream. */
  wants(mode: StreamMode): boolean {
    if (this.sinks.size === 0) return false;
    for (const { modes } of this.sinks) if (modes.has(mode)) return true;
    return false;
  }

  get aborted(): boolean {
    return this.signal.aborted;
  }

  /** Throws when nothing more may be started. */
  check(): void {
    if (this.#fatal) throw this.#fatal.error;
    if (this.aborted) throw this.signal.reason;
  }

  /** A history is replayed with what is stored in it, and nothing else may run. */
  checkMayRun(workflow: string, task: string): void {
    if (!(ONLY_STORED in this.config)) return;
    this.fail(
      new WorkflowError(
        "NON_DETERMINISTIC",
        `workflow "${workflow}" calls task "${task}", ${BEYOND_HISTORY}`,
      ),
    );
  }

  /** Two tasks with one name would be served each other's results. */
  checkName(kind: "task" | "workflow", name: string, code: (...args: never[]) => unknown): void {
    const key = `${kind} ${name}`;
    const known = this.#codes.get(key);
    if (!known) this.#codes.set(key, code);
    // A task that is created again for every call is the same task.
    else if (known !== code && String(known) !== String(code)) {
      this.fail(new WorkflowError("DUPLICATE_NAME", `two ${kind}s of one run have the name "${name}"`));
    }
  }
}
