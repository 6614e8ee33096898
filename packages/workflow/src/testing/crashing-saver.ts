import type { CheckpointConfig, CheckpointListOptions, CheckpointTuple } from "@threadmark/core";
import { RETURN } from "../layout.ts";
import type { WorkflowSaver } from "../saver.ts";

/** Where a process dies: with its n-th write, before or after the write is stored. */
export interface CrashPoint {
  readonly write: number;
  readonly stored: boolean;
}

/** The checkpointer of one process, which may die at a point of its writing. */
export class CrashingSaver implements WorkflowSaver {
  readonly #saver: WorkflowSaver;
  readonly #point: CrashPoint | undefined;
  /** Tasks whose result was acknowledged, in this process and those before. */
  readonly #acknowledged: Set<string>;
  writes = 0;
  dead = false;

  constructor(saver: WorkflowSaver, point: CrashPoint | undefined, acknowledged: Set<string>) {
    this.#saver = saver;
    this.#point = point;
    this.#acknowledged = acknowledged;
  }

  async getTuple(config: CheckpointConfig): Promise<CheckpointTuple | undefined> {
    this.#live();
    return this.#saver.getTuple(config);
  }

  list(config: CheckpointConfig, options?: CheckpointListOptions): AsyncIterable<CheckpointTuple> {
    return this.#saver.list(config, options);
  }

  async put(...args: Parameters<WorkflowSaver["put"]>): Promise<CheckpointConfig> {
    return this.#write(() => this.#saver.put(...args));
  }

  async putWrites(...args: Parameters<WorkflowSaver["putWrites"]>): Promise<void> {
    const [, writes, task] = args;
    const isResult = writes.some(([channel]) => channel === RETURN);
    if (isResult && this.#acknowledged.has(task)) {
      throw new Error(`a task ran again although its result was stored (task ${task})`);
    }
    await this.#write(() => this.#saver.putWrites(...args));
    if (isResult) this.#acknowledged.add(task);
  }

  getNextVersion(current: unknown): unknown {
    return this.#saver.getNextVersion(current);
  }

  async #write<T>(store: () => Promise<T>): Promise<T> {
    this.#live();
    const dies = ++this.writes === this.#point?.write;
    if (dies && !this.#point.stored) this.#die();
    const result = await store();
    if (dies) this.#die();
    return result;
  }

  #live(): void {
    if (this.dead) throw new Error("the process is dead");
  }

  #die(): never {
    this.dead = true;
    throw new Error("the process dies");
  }
}
