import type { Callable } from "./callable.ts";
import type { RunConfig } from "./config.ts";
import { withTokens } from "./langchain.ts";
import { showMessage } from "./message-stream.ts";
import type { InterruptOptions } from "./response-schema.ts";
import type { Scope } from "./scope.ts";
import { sleepIn, waitForIn, type WaitOptions } from "./waiting.ts";

/**
 * What a body gets as its second parameter. It has everything that `task`, `interrupt`, `getWriter` and
 * `getPreviousState` find automatically, for hosts without `AsyncLocalStorage`. It can also be passed to LangChain as
 * a config.
 *
 * @example
 * entrypoint("add", async (n: number, { previous = 0 }: { previous?: number }) => previous + n);
 */
export interface Context<Saved = unknown> {
  /** What the last finished run of the thread saved. */
  readonly previous?: Saved;
  readonly configurable: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly callbacks: unknown;
  readonly store: unknown;
  /** What the run was given as `context`. */
  readonly context: unknown;
  /** Aborts when the run or this attempt ends early. */
  readonly signal: AbortSignal;
  /** Shows something in the `custom` stream. */
  readonly writer: (chunk: unknown) => void;
  /** Asks a question and pauses the run until it is answered. */
  readonly interrupt: <Answer = unknown>(value: unknown, options?: InterruptOptions<Answer>) => Answer;
  /** Like the function `sleep`. */
  readonly sleep: (until: Date | number) => void;
  /** Like the function `waitFor`. */
  readonly waitFor: <Payload = unknown>(event: string, options?: WaitOptions) => Payload | undefined;
  /** Calls a task or another workflow. */
  readonly call: <Args extends readonly unknown[], Result>(
    callable: Callable<Args, Result>,
    ...args: Args
  ) => Promise<Result>;
  /** Shows a token, or every token of a stream, in the `messages` stream. */
  readonly tokens: TokenWriter;
  /** Reports that the attempt is still working, for `timeout.idleTimeout`. */
  readonly heartbeat: () => void;
  readonly run: RunInfo;
}

/** The run, thread and attempt. */
export interface RunInfo {
  readonly id: string;
  readonly threadId: string | undefined;
  readonly checkpointId: string;
  readonly taskId: string;
  readonly name: string;
  /** 1 for the first. */
  readonly attempt: number;
}

/** Writes to the `messages` stream. */
export interface TokenWriter {
  /** One chunk of a message. */
  write(chunk: unknown, metadata?: Readonly<Record<string, unknown>>): void;
  /** Shows every chunk of a model's stream, and passes it on. */
  pipe<Chunk>(
    stream: AsyncIterable<Chunk>,
    metadata?: Readonly<Record<string, unknown>>,
  ): AsyncGenerator<Chunk>;
}

export function createContext(scope: Scope): Context {
  const { run, identity } = scope;
  const { tree } = run;
  const { configurable = {}, metadata = {}, tags = [], callbacks }: RunConfig = tree.config;
  const tokens = tokenWriter(scope);
  return {
    ...(run.previous === undefined ? {} : { previous: run.previous }),
    configurable,
    metadata,
    tags,
    callbacks: tree.wants("messages")
      ? withTokens(callbacks, tree, (chunk) => tokens.write(chunk))
      : callbacks,
    store: tree.store,
    context: tree.config.context,
    signal: scope.signal,
    writer: (chunk) => showing(scope, () => run.events.custom(identity, chunk)),
    interrupt: <Answer>(value: unknown, options?: InterruptOptions<Answer>) =>
      scope.ask(value, false, options?.responseSchema) as Answer,
    sleep: (until) => sleepIn(scope, until),
    waitFor: <Payload>(event: string, options?: WaitOptions) =>
      waitForIn(scope, event, options) as Payload | undefined,
    call: (callable, ...args) => callable["~call"](scope, args),
    tokens,
    heartbeat: () => scope.onHeartbeat?.(),
    run: {
      id: tree.runId,
      threadId: tree.threadId,
      checkpointId: run.identity.checkpointId,
      taskId: identity.id,
      name: identity.name,
      attempt: scope.attempt,
    },
  };
}

/** An attempt that has timed out no longer streams anything. */
function showing(scope: Scope, show: () => void): void {
  if (scope.closed) return;
  scope.onProgress?.();
  show();
}

function tokenWriter(scope: Scope): TokenWriter {
  const write: TokenWriter["write"] = (chunk, metadata) =>
    showing(scope, () => showMessage(scope, chunk, metadata));
  return {
    write,
    async *pipe(stream, metadata) {
      for await (const chunk of stream) {
        write(chunk, metadata);
        yield chunk;
      }
    },
  };
}
