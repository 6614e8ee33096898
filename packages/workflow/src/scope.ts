import { isPause, Pause, type Interrupt } from "./command.ts";
import { createContext, type Context } from "./context.ts";
import { WorkflowError } from "./errors.ts";
import { follow } from "./follow.ts";
import { interruptId, type TaskIdentity } from "./identity.ts";
import type { Slot } from "./limiter.ts";
import { validate, type ResponseSchema } from "./response-schema.ts";
import type { Run } from "./run.ts";
import type { TaskDefinition } from "./task.ts";

/** One attempt of a body or a task: what it may do, and what it has done. */
export class Scope {
  readonly run: Run;
  readonly identity: TaskIdentity;
  readonly attempt: number;
  readonly slot: Slot;
  /** Answers to its questions, in their order; those that it got before, and those that it finds now. */
  readonly answers: unknown[];
  /** Called when it does something. */
  onProgress: (() => void) | undefined;
  /** Called when it says that it is still working. */
  onHeartbeat: (() => void) | undefined;
  #questions = 0;
  #calls = 0;
  #workflows = 0;
  readonly #controller: AbortController | undefined;
  #unfollow: (() => void) | undefined;
  #context: Context | undefined;
  readonly #storedAnswers: number;
  readonly #interrupts = new Map<string, Interrupt>();
  readonly #open = new Set<Promise<unknown>>();
  #closed: (() => unknown) | undefined;

  constructor(
    run: Run,
    identity: TaskIdentity,
    attempt: number,
    slot: Slot,
    controller: AbortController | undefined,
  ) {
    this.run = run;
    this.identity = identity;
    this.attempt = attempt;
    this.slot = slot;
    this.#controller = controller;
    this.answers = [...run.journal.of(identity.id).answers];
    this.#storedAnswers = this.answers.length;
  }

  /** Most tasks use neither a signal nor a context, and creating them costs more than calling a task. */
  get signal(): AbortSignal {
    const { signal } = this.run.tree;
    if (!this.#controller) return signal;
    this.#unfollow ??= follow(signal, this.#controller);
    return this.#controller.signal;
  }

  get context(): Context {
    this.#context ??= createContext(this);
    return this.#context;
  }

  /** Whether it asked anything, answered or not. */
  get asked(): boolean {
    return this.#questions > 0;
  }

  /** The questions that it, or what it called, is waiting for. */
  get interrupts(): Interrupt[] {
    return [...this.#interrupts.values()];
  }

  /** Calls a task. The place of the call is taken before this returns. */
  call(task: TaskDefinition, args: unknown[], key: string | undefined): Promise<unknown> {
    return this.#start(() => {
      const place = key ?? this.#calls++;
      return this.slot.lend(() => this.run.callTask(this, task, args, place));
    });
  }

  /** Runs another workflow as a part of this one. */
  callWorkflow<T>(start: (namespace: string) => Promise<T>): Promise<T> {
    return this.#start(() => {
      const count = this.#workflows++;
      const { namespace } = this.identity;
      return this.slot.lend(() => start(count === 0 ? namespace : `${namespace}|${count}`));
    });
  }

  /**
   * Asks a question, and returns the answer or leaves the run.
   *
   * @param keeps Whether the question stays as it was first asked when the run is repeated.
   */
  ask(value: unknown, keeps = false, schema?: ResponseSchema): unknown {
    this.#check();
    if (!this.run.recorder) {
      throw new WorkflowError(
        "NO_CHECKPOINTER",
        "interrupt() needs a checkpointer, or the run cannot be resumed",
      );
    }
    const index = this.#questions++;
    if (index < this.answers.length) return this.#accepted(this.answers[index], index, schema);
    const id = interruptId(this.identity.namespace, index);
    const answer = this.#answerTo(id, index);
    if (answer) {
      const accepted = this.#accepted(answer.value, index, schema);
      this.answers.push(answer.value);
      return accepted;
    }
    const before = keeps && this.run.journal.of(this.identity.id).interrupts.find((asked) => asked.id === id);
    const pause = new Pause([before || { id, value }]);
    this.#note(pause);
    throw pause;
  }

  /** Waits for everything that it called, and for what that led it to call. */
  async drain(): Promise<void> {
    while (this.#open.size > 0) {
      await Promise.allSettled(this.#open);
      // Code that waited for a call may call again, some turns later.
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
    }
  }

  /** From now on it may do nothing, and gets this error if it tries. */
  close(error: () => unknown): void {
    this.#closed ??= error;
    this.#unfollow?.();
  }

  get closed(): boolean {
    return this.#closed !== undefined;
  }

  #start<T>(call: () => Promise<T>): Promise<T> {
    let result: Promise<T>;
    try {
      this.#check();
      this.onProgress?.();
      result = call();
    } catch (error) {
      result = Promise.reject(error);
    }
    this.#open.add(result);
    // This comes before the caller continues, so that a body that then returns has no open calls.
    result.then(
      () => this.#open.delete(result),
      (error: unknown) => {
        this.#open.delete(result);
        if (isPause(error)) this.#note(error);
      },
    );
    return result;
  }

  /** After a question, everything that follows might depend on the answer. */
  #check(): void {
    if (this.#closed) throw this.#closed();
    this.run.tree.check();
    if (this.#interrupts.size > 0) throw new Pause(this.interrupts);
  }

  #note(pause: Pick<Pause, "interrupts">): void {
    for (const interrupt of pause.interrupts) this.#interrupts.set(interrupt.id, interrupt);
  }

  #accepted(answer: unknown, index: number, schema: ResponseSchema | undefined): unknown {
    if (!schema) return answer;
    const result = validate(schema, answer);
    if (!result.issues) return result.value;
    return this.run.tree.refuseAnswer(interruptId(this.identity.namespace, index), result.issues);
  }

  #answerTo(id: string, index: number): { readonly value: unknown } | undefined {
    const { answers, sharedAnswers } = this.run.tree;
    if (answers.has(id)) return { value: answers.get(id) };
    // Old threads: the id of the first question means the one that is open.
    const first = interruptId(this.identity.namespace, 0);
    if (index === this.#storedAnswers && sharedAnswers.has(first)) return { value: sharedAnswers.get(first) };
    return undefined;
  }
}
