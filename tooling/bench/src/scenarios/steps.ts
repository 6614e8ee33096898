import type { RunnableConfig } from "@langchain/core/runnables";
import { uuid6, type Checkpoint, type CheckpointTuple } from "@langchain/langgraph-checkpoint";
import type { Saver } from "../place.ts";
import { configOf } from "./thread.ts";

type Versions = Checkpoint["channel_versions"];

/** Puts the checkpoints of one run, each the child of the one before. */
export class Steps {
  readonly #saver: Saver;
  #config: RunnableConfig;
  #step: number;
  #versions: Versions;

  /** @param tuple What the run begins with; `undefined` in a new thread. */
  constructor(saver: Saver, thread: string, tuple: CheckpointTuple | undefined) {
    this.#saver = saver;
    this.#config = tuple?.config ?? configOf(thread);
    this.#step = (tuple?.metadata?.step ?? -2) + 1;
    this.#versions = tuple?.checkpoint.channel_versions ?? {};
  }

  /**
   * @param values All channels.
   * @param changed Names of those that have a new version.
   */
  async put(
    source: "input" | "loop",
    values: Readonly<Record<string, unknown>>,
    changed: readonly string[],
    metadata: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const step = this.#step++;
    const next = step + 3;
    const newVersions = Object.fromEntries(changed.map((name) => [name, next]));
    this.#versions = { ...this.#versions, ...newVersions };
    const checkpoint: Checkpoint = {
      v: 4,
      id: uuid6(step),
      ts: new Date().toISOString(),
      channel_values: { ...values },
      channel_versions: this.#versions,
      versions_seen: { __input__: {}, __start__: { __start__: 1 }, answer: { "branch:to:answer": next } },
    };
    const saved = { source, step, parents: {}, ...metadata };
    this.#config = await this.#saver.put(this.#config, checkpoint, saved, newVersions);
  }

  async putWrites(task: string, writes: [string, unknown][]): Promise<void> {
    await this.#saver.putWrites(this.#config, writes, task);
  }
}
