/** A question that a workflow asked, as it is stored and shown. */
export interface Interrupt<Value = unknown> {
  /** Names the question in `Command({ resume: { [id]: answer } })`. */
  readonly id: string;
  readonly value: Value;
}

/** Options of {@link Command}. */
export interface CommandOptions {
  /**
   * The answer to the only open question, or answers by question id. `undefined` and `null` are not answers.
   */
  readonly resume?: unknown;
  /** Values for `__previous__`, `__end__` or `__start__` of the thread. */
  readonly update?: Readonly<Record<string, unknown>>;
}

/**
 * Passed instead of input: continues a paused thread, or changes its values.
 *
 * @example
 * await workflow.invoke(new Command({ resume: "yes" }), config);
 */
export class Command {
  /** How LangGraph.js recognizes a command, whichever copy of which package made it. */
  readonly lg_name = "Command";
  readonly resume?: unknown;
  readonly update?: Readonly<Record<string, unknown>>;

  constructor(options: CommandOptions) {
    if (options.resume !== undefined) this.resume = options.resume;
    if (options.update !== undefined) this.update = options.update;
  }
}

/** Whether it is a command, ours or LangGraph.js's. */
export function isCommand(value: unknown): value is CommandOptions {
  return typeof value === "object" && value !== null && (value as Partial<Command>).lg_name === "Command";
}

/** What `invoke` returns for a run that paused. */
export interface Interrupted<Value = unknown> {
  readonly __interrupt__: readonly Interrupt<Value>[];
}

/**
 * Whether the result of `invoke` says that the workflow is waiting for an answer.
 *
 * @example
 * const result = await workflow.invoke(input, config);
 * if (isInterrupted(result)) console.log(result.__interrupt__[0].value);
 */
export function isInterrupted<Value = unknown>(result: unknown): result is Interrupted<Value> {
  if (typeof result !== "object" || result === null) return false;
  return Array.isArray((result as Partial<Interrupted>).__interrupt__);
}

/** Thrown through the code that asked: the run pauses, even if the code catches it. */
export class Pause extends Error {
  override readonly name = "Pause";
  readonly interrupts: readonly Interrupt[];

  constructor(interrupts: readonly Interrupt[]) {
    super("the workflow waits for an answer");
    this.interrupts = interrupts;
  }
}

/**
 * Whether a caught error is a question on its way out. Catching it only affects the code in between, so it should be
 * thrown again.
 */
export function isPause(error: unknown): error is Error & { readonly interrupts: readonly Interrupt[] } {
  // By its shape: two copies of this package may be in one program, and a question goes through both.
  if (typeof error !== "object" || error === null) return false;
  const { name, interrupts } = error as Partial<Pause>;
  return name === "Pause" && Array.isArray(interrupts);
}
