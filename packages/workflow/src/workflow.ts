import type { CheckpointListOptions, CheckpointConfig } from "@threadmark/core";
import { findScope } from "./ambient.ts";
import type { WorkflowCache } from "./cache.ts";
import type { Callable } from "./callable.ts";
import { systemClock } from "./clock.ts";
import { Command, Pause, type CommandOptions, type Interrupted } from "./command.ts";
import { checkConfig, type RunConfig, type StreamConfig } from "./config.ts";
import { WorkflowError } from "./errors.ts";
import { Limiter } from "./limiter.ts";
import type { Body, RunEnd } from "./run-body.ts";
import { asOwner, OwnedThread } from "./owned-thread.ts";
import { recoverRuns, type RecoverOptions, type RecoveryReport } from "./recover.ts";
import { findRuns, type ListRunsOptions, type RunSummary } from "./runs.ts";
import { canClaim, canList, type ListingSaver, type WorkflowSaver } from "./saver.ts";
import type { Scope } from "./scope.ts";
import type { StateSnapshot } from "./snapshot.ts";
import { startOwned } from "./start-owned.ts";
import { startNested, startRoot } from "./start.ts";
import { readHistory, readState, updateState } from "./state.ts";
import { Queue, type StreamMode } from "./stream.ts";
import { Tree } from "./tree.ts";
import { untilAborted } from "./until-aborted.ts";
import { waitOf } from "./waiting.ts";

export interface WorkflowParts extends Body {
  readonly checkpointer: WorkflowSaver | false | undefined;
  readonly store: unknown;
  readonly cache: WorkflowCache | undefined;
}

/** Chunks of a stream: with several modes, each chunk says which mode it belongs to. */
export type Chunk<Mode> = Mode extends StreamMode[]
  ? [mode: Mode[number], payload: unknown]
  : // oxlint-disable-next-line typescript/no-explicit-any -- what it is depends on the mode and the workflow
    any;

/** A workflow, as {@link entrypoint} makes it. */
export class Workflow<Input = unknown, Output = unknown, Saved = unknown> implements Callable<
  [input: Input],
  Output
> {
  readonly #parts: WorkflowParts;

  constructor(parts: WorkflowParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  /** The same workflow on another checkpointer. */
  withCheckpointer(checkpointer: WorkflowSaver): Workflow<Input, Output, Saved> {
    return new Workflow({ ...this.#parts, checkpointer });
  }

  /**
   * Runs the workflow to its end or to its next question.
   *
   * @param input Input for a new run; a {@link Command}; or `null` to continue a run that did not
   *   finish, or to run an older checkpoint again.
   * @param config `configurable.thread_id` names the thread.
   * @returns What the body returned; `{ __interrupt__ }` when it asks something, see `isInterrupted`.
   * @throws WorkflowError `EMPTY_INPUT`, `NOT_PAUSED`, `ALREADY_RESUMED`, `UNKNOWN_INTERRUPT`,
   *   `AMBIGUOUS_RESUME`, `INVALID_ANSWER`, `NON_DETERMINISTIC`, `CHECKPOINT_NOT_FOUND`, `NO_CHECKPOINTER`,
   *   `THREAD_BUSY`, `THREAD_LOST`, `RUN_REPLACED`, `INVALID_OPTION`, `TIMEOUT`; and whatever the body, a task or the
   *   checkpointer throws.
   * @example
   * await workflow.invoke(input, { configurable: { thread_id: "1" } });
   */
  async invoke(input: Input | CommandOptions | null, config: RunConfig = {}): Promise<Output> {
    const end = await this.#run(input, config, undefined, undefined);
    if (end.kind === "paused") return { __interrupt__: end.interrupts } satisfies Interrupted as Output;
    return end.value as Output;
  }

  /**
   * Runs the workflow and streams what happens. Leaving the loop early aborts the run.
   *
   * @example
   * for await (const chunk of workflow.stream(input, { ...config, streamMode: "values" })) console.log(chunk);
   */
  async *stream<const Mode extends StreamMode | StreamMode[] = "updates">(
    input: Input | CommandOptions | null,
    config: StreamConfig<Mode> = {},
  ): AsyncGenerator<Chunk<Mode>> {
    const { streamMode = "updates", subgraphs = false } = config;
    const modes: StreamMode[] = Array.isArray(streamMode) ? streamMode : [streamMode];
    const shape = { named: Array.isArray(streamMode), nested: subgraphs };
    const left = new AbortController();
    let queue: Queue | undefined;
    const makeQueue = (namespace: string) => (queue = new Queue(modes, shape, namespace));
    const run = this.#run(input, config, makeQueue, left);
    void run.then(
      () => queue!.end(),
      (error: unknown) => queue?.fail(error),
    );
    try {
      if (queue) yield* queue.read() as AsyncGenerator<Chunk<Mode>>;
      await run;
    } finally {
      left.abort(new WorkflowError("ABORTED", "the reader of the stream left the loop"));
    }
  }

  /**
   * The state of a thread, or of the checkpoint that the config names. The state of a called workflow is read from
   * that workflow, with its namespace, since only its code knows its name.
   *
   * @param _options Accepted as in LangGraph.js, which finds no workflows called by a function either.
   * @example
   * const { tasks } = await workflow.getState(config);
   * await child.withCheckpointer(saver).getState({ configurable: { thread_id, checkpoint_ns } });
   */
  async getState(
    config: CheckpointConfig,
    _options?: { readonly subgraphs?: boolean },
  ): Promise<StateSnapshot<Output>> {
    return (await readState(this.#saver(), this.name, config)) as StateSnapshot<Output>;
  }

  /** The states of a thread, newest first. */
  async *getStateHistory(
    config: CheckpointConfig,
    options?: CheckpointListOptions,
  ): AsyncGenerator<StateSnapshot<Output>> {
    yield* readHistory(this.#saver(), this.name, config, options) as AsyncGenerator<StateSnapshot<Output>>;
  }

  /**
   * Sets the values of a thread as if a run had returned them: what it returned, and `previous`. With
   * the config of an older checkpoint, a branch begins there. It claims the thread, as a run does.
   *
   * @param returned As returned by a body, which includes `entrypoint.final({ value, save })`.
   * @returns The config of the new checkpoint.
   * @throws WorkflowError `THREAD_BUSY`, `NO_CHECKPOINTER`.
   */
  async updateState(config: CheckpointConfig, returned: unknown): Promise<CheckpointConfig> {
    return asOwner(this.#saver(), config, this.name, async (saver) =>
      updateState(saver, this.name, config, returned),
    );
  }

  /**
   * The last run of every thread, most recently updated first. A thread whose last run belongs to another workflow is
   * left out. With a `status`, most threads whose runs have another status are not read.
   *
   * @throws WorkflowError `NOT_SUPPORTED` with savers that cannot list threads.
   * @example
   * for await (const run of workflow.listRuns({ status: "failed" })) console.log(run.threadId, run.error);
   */
  async *listRuns(options: ListRunsOptions = {}): AsyncGenerator<RunSummary> {
    for await (const { summary } of findRuns(this.#listing(), this.name, systemClock, options)) yield summary;
  }

  /**
   * Continues runs that stopped halfway because their process died, and those whose `sleep` or `waitFor` has ended.
   * Call it when a process starts and at intervals; several processes may do so at once. Failed runs are skipped.
   *
   * @throws WorkflowError `NOT_SUPPORTED` with savers that cannot list threads.
   * @example
   * setInterval(() => void workflow.recover().then(report), 60_000);
   */
  async recover(options: RecoverOptions = {}): Promise<RecoveryReport> {
    const invoke = async (input: CommandOptions | null, config: RunConfig) => this.invoke(input, config);
    return recoverRuns(this.#listing(), this.name, invoke, options);
  }

  /**
   * Continues a run that waits for the event.
   *
   * @returns The same as `invoke`.
   * @throws WorkflowError `NOT_PAUSED` when the thread is not waiting for it; otherwise the same as `invoke`.
   * @example
   * await workflow.sendEvent("paid", { amount: 30 }, config);
   */
  async sendEvent(event: string, payload: unknown, config: RunConfig): Promise<Output> {
    const { tasks } = await this.getState(config);
    const waiting = tasks
      .flatMap(({ interrupts }) => interrupts)
      .filter(({ value }) => waitOf(value)?.event === event);
    if (waiting.length === 0)
      throw new WorkflowError("NOT_PAUSED", `the thread does not wait for "${event}"`);
    const answers = waiting.map(({ id }) => [id, payload ?? null] as const);
    return this.invoke(new Command({ resume: Object.fromEntries(answers) }), config);
  }

  async "~call"(scope: Scope, [input]: readonly [input: Input]): Promise<Output> {
    return (await this.#nested(scope, input, undefined)).value as Output;
  }

  #saver(): WorkflowSaver {
    const { checkpointer, name } = this.#parts;
    if (checkpointer) return checkpointer;
    throw new WorkflowError("NO_CHECKPOINTER", `workflow "${name}" has no checkpointer, so it has no state`);
  }

  #listing(): ListingSaver {
    const saver = this.#saver();
    if (canList(saver)) return saver;
    throw new WorkflowError(
      "NOT_SUPPORTED",
      `the checkpointer of workflow "${this.name}" cannot list threads`,
    );
  }

  async #run(
    input: unknown,
    config: RunConfig,
    makeQueue: ((namespace: string) => Queue) | undefined,
    left: AbortController | undefined,
  ): Promise<RunEnd> {
    const scope = findScope();
    const thread: unknown = config.configurable?.["thread_id"];
    if (scope && (thread === undefined || thread === scope.run.tree.threadId)) {
      return this.#nested(scope, input, makeQueue);
    }
    const controller = left ?? new AbortController();
    const tree = this.#treeOf(config, controller);
    const queue = makeQueue?.("");
    if (queue) tree.sinks.add(queue);
    const start = (): Promise<RunEnd> =>
      tree.saver instanceof OwnedThread
        ? startOwned(tree, this.#parts, input, tree.saver)
        : startRoot(tree, this.#parts, input);
    return untilAborted(tree, start, config.timeout, controller);
  }

  async #nested(
    scope: Scope,
    input: unknown,
    makeQueue: ((namespace: string) => Queue) | undefined,
  ): Promise<Extract<RunEnd, { kind: "returned" }>> {
    const { run } = scope;
    return scope.callWorkflow(async (namespace) => {
      const queue = makeQueue?.(namespace);
      if (queue) run.tree.sinks.add(queue);
      try {
        const end = await startNested(run.tree, this.#parts, input, namespace, run);
        if (end.kind === "paused") throw new Pause(end.interrupts);
        return end;
      } finally {
        if (queue) run.tree.sinks.delete(queue);
      }
    });
  }

  #saverOf(config: RunConfig, controller: AbortController): WorkflowSaver | undefined {
    const { checkpointer, name } = this.#parts;
    if (!checkpointer) return undefined;
    const thread: unknown = config.configurable?.["thread_id"];
    if (config.concurrency === "allow" || typeof thread !== "string" || !canClaim(checkpointer)) {
      return checkpointer;
    }
    return new OwnedThread(checkpointer, thread, name, config.lease, (error) => controller.abort(error));
  }

  #treeOf(config: RunConfig, controller: AbortController): Tree {
    checkConfig(config);
    const { cache, store } = this.#parts;
    const { maxConcurrency, clock = systemClock } = config;
    return new Tree({
      config,
      saver: this.#saverOf(config, controller),
      durability: config.durability ?? "sync",
      limiter: maxConcurrency === undefined ? undefined : new Limiter(maxConcurrency),
      cache,
      store: config.store ?? store,
      clock,
      signal: controller.signal,
      runId: config.runId ?? crypto.randomUUID(),
      threadId: config.configurable?.["thread_id"] as string | undefined,
    });
  }
}
