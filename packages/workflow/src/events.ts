import type { CheckpointConfig, CheckpointMetadata } from "@threadmark/core";
import type { Interrupt } from "./command.ts";
import type { StoredError } from "./errors.ts";
import type { TaskIdentity, TaskPath } from "./identity.ts";
import { END, INTERRUPT, LEVEL, type PUSH, type START } from "./layout.ts";
import type { StreamMode } from "./stream.ts";
import type { Tree } from "./tree.ts";

/** A task as checkpoints and states show it. */
export interface TaskState {
  readonly id: string;
  readonly name: string;
  readonly path: TaskPath;
  readonly interrupts: readonly Interrupt[];
  readonly error?: StoredError;
  readonly result?: unknown;
}

/** A checkpoint as the `checkpoints` stream shows it. */
export interface CheckpointEvent {
  readonly config: CheckpointConfig;
  readonly values: unknown;
  readonly metadata: CheckpointMetadata;
  readonly next: readonly string[];
  readonly tasks: readonly TaskState[];
  readonly parentConfig: CheckpointConfig | undefined;
}

/** Tells the readers of a run what happens. Chunks are created only if someone reads them. */
export class Events {
  readonly #tree: Tree;
  readonly #namespace: string;
  readonly #step: () => number;

  constructor(tree: Tree, namespace: string, step: () => number) {
    this.#tree = tree;
    this.#namespace = namespace;
    this.#step = step;
  }

  show(mode: StreamMode, payload: unknown): void {
    if (!this.#isRead) return;
    for (const sink of this.#tree.sinks) {
      if (!sink.modes.has(mode) || !this.#isFor(sink.nested, sink.namespace)) continue;
      sink.push(this.#namespace, mode, payload);
    }
  }

  /** What code itself shows goes to the reader of the whole run, wherever in the run the code is. */
  custom({ namespace }: TaskIdentity, payload: unknown): void {
    const around = namespace.slice(0, Math.max(0, namespace.lastIndexOf(LEVEL)));
    for (const sink of this.#tree.sinks) {
      if (sink.namespace === "" && sink.modes.has("custom")) sink.push(around, "custom", payload);
    }
  }

  values(value: unknown): void {
    this.show("values", value);
  }

  /** @param make Called if anyone reads the `checkpoints` stream. */
  checkpoint(make: () => CheckpointEvent): void {
    if (!this.#tree.wants("checkpoints") && !this.#tree.wants("debug")) return;
    const event = make();
    this.show("checkpoints", event);
    this.#debug("checkpoint", event.metadata.step, event);
  }

  started(task: TaskIdentity, input: unknown, trigger: typeof START | typeof PUSH): void {
    if (!this.#isRead) return;
    const { metadata } = this.#tree.config;
    const about = metadata && Object.keys(metadata).length > 0 ? { metadata } : {};
    const { id, name } = task;
    this.#task("task", { id, name, input, triggers: [trigger], interrupts: [], ...about });
  }

  /** A task's result was found, so the task did not run. */
  served({ name }: TaskIdentity, value: unknown): void {
    this.show("updates", { [name]: value, __metadata__: { cached: true } });
  }

  returned({ id, name }: TaskIdentity, value: unknown, isBody: boolean): void {
    if (!this.#isRead) return;
    this.show("updates", { [name]: value });
    const result = isBody ? { [END]: value } : {};
    this.#task("task_result", { id, name, result, interrupts: [], error: null });
  }

  failed({ id, name }: TaskIdentity, error: StoredError): void {
    this.#task("task_result", { id, name, result: {}, interrupts: [], error });
  }

  paused({ id, name }: TaskIdentity, interrupts: readonly Interrupt[]): void {
    this.show("updates", { [INTERRUPT]: interrupts });
    this.show("values", { [INTERRUPT]: interrupts });
    this.#task("task_result", { id, name, result: {}, interrupts, error: null });
  }

  /** Most runs are not streamed. */
  get #isRead(): boolean {
    return this.#tree.sinks.size > 0;
  }

  #task(type: "task" | "task_result", payload: object): void {
    this.show("tasks", payload);
    this.#debug(type, this.#step(), payload);
  }

  #debug(type: string, step: number, payload: object): void {
    if (!this.#tree.wants("debug")) return;
    const timestamp = new Date(this.#tree.clock.now()).toISOString();
    this.show("debug", { step, type, timestamp, payload });
  }

  #isFor(nested: boolean, namespace: string): boolean {
    return nested ? this.#namespace.startsWith(namespace) : this.#namespace === namespace;
  }
}
