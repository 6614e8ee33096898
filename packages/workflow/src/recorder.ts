import { RUN, type CheckpointConfig, type PendingWrite } from "@threadmark/core";
import type { NewCheckpoint } from "./checkpoints.ts";
import type { WorkflowSaver } from "./saver.ts";

/**
 * When results are stored: `sync` before the code that waits for them continues, `async` while it runs,
 * `exit` when the run ends.
 */
export type Durability = "sync" | "async" | "exit";

/** Where a run stores. */
export interface RecordingTarget {
  readonly saver: WorkflowSaver;
  readonly durability: Durability;
  readonly namespace: string;
  /** Passed on with every call: the thread, and what the application put there. */
  readonly configurable: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Stores what a run does, with the durability that was asked for. */
export class Recorder {
  readonly #target: RecordingTarget;
  /** The newest checkpoint that is stored; the parent of the next. */
  #stored: string | undefined;
  /** In exit mode: the checkpoint of the run, and what was written to it. */
  #held: NewCheckpoint | undefined;
  readonly #heldWrites = new Map<string, { path: string; writes: PendingWrite[] }>();
  /** Checkpoints are stored one after the other. */
  #puts: Promise<unknown> = Promise.resolve();
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(target: RecordingTarget, stored: string | undefined) {
    this.#target = target;
    this.#stored = stored;
  }

  /** Stores the checkpoint that a run begins with. */
  async begin(checkpoint: NewCheckpoint): Promise<void> {
    if (this.#target.durability === "exit") this.#held = checkpoint;
    else await this.#wait(this.#put(checkpoint));
  }

  /** Stores what a task did, with all of its writes or none. */
  async write(checkpoint: string, task: string, path: string, writes: PendingWrite[]): Promise<void> {
    if (this.#target.durability === "exit") {
      const held = this.#heldWrites.get(task)?.writes ?? [];
      this.#heldWrites.set(task, { path, writes: [...held, ...writes] });
    } else await this.#wait(this.#write(checkpoint, task, path, writes));
  }

  /** Stores the checkpoint that a run ends with; its earlier writes are part of it. */
  async finish(checkpoint: NewCheckpoint, body: string, path: string, writes: PendingWrite[]): Promise<void> {
    if (this.#target.durability !== "exit") {
      const written = this.#wait(this.#write(this.#stored!, body, path, writes));
      await Promise.all([written, this.#wait(this.#put(checkpoint))]);
    } else await this.#put(checkpoint);
    await this.settle();
  }

  /** When a run stops before its end: what it has done is stored, so that it can be continued. */
  async stop(checkpoint: string): Promise<void> {
    for (const [task, { path, writes }] of this.#heldWrites) {
      await this.#write(checkpoint, task, path, writes);
    }
    if (this.#held) await this.#put(this.#held);
    this.#held = undefined;
    await this.settle();
  }

  /** Waits until everything is stored. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure) throw this.#failure.error;
  }

  #put({ checkpoint, metadata, newVersions }: NewCheckpoint): Promise<void> {
    const parent = this.#stored;
    this.#stored = checkpoint.id;
    const before = this.#puts;
    const put = (async () => {
      await before;
      await this.#target.saver.put(this.#config(parent), checkpoint, metadata, newVersions);
    })();
    this.#puts = put;
    return this.#track(put);
  }

  #write(checkpoint: string, task: string, path: string, writes: PendingWrite[]): Promise<void> {
    return this.#track(this.#target.saver.putWrites(this.#config(checkpoint), writes, task, path));
  }

  /** A failure is thrown where it is waited for, and again at the end of the run. */
  #track(storing: Promise<void>): Promise<void> {
    const watched = storing.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    this.#running.add(watched);
    void watched.then(() => this.#running.delete(watched));
    return storing;
  }

  async #wait(storing: Promise<void>): Promise<void> {
    if (this.#target.durability === "sync") await storing;
  }

  #config(checkpoint: string | undefined): CheckpointConfig {
    const { configurable, namespace, metadata } = this.#target;
    const at = { ...configurable, checkpoint_ns: namespace, [RUN]: true };
    const config = checkpoint === undefined ? at : { ...at, checkpoint_id: checkpoint };
    return { configurable: config, metadata };
  }
}
