import { isCheckpointError } from "../errors.ts";
import { threadIdOf, type ThreadId } from "../ids.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { pause } from "../runtime.ts";
import { checkNewSaver, checkOldSaver } from "./check-savers.ts";
import { isHidden } from "./hidden-threads.ts";
import type { NewSaver, OldSaver } from "./old-saver.ts";
import { targetOf, type ThreadTarget } from "./thread-target.ts";
import { sourceOf } from "./source-of.ts";
import type { ThreadSource } from "./thread-source.ts";

/** The part of `AbortSignal` that is used. Every host declares the whole in its own way. */
export interface AbortSignalLike {
  throwIfAborted(): void;
}

/** Options of {@link migrateThreads}. */
export interface MigrateThreadsOptions {
  /** Where the threads are. Nothing is written to it. */
  readonly from: OldSaver;
  /** Where they go. Threads that only `to` has are not touched. */
  readonly to: NewSaver;
  /** Only these threads. @default all threads of `from` */
  readonly threadIds?: readonly ThreadId[] | undefined;
  /** Called after every checkpoint. @default not called */
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined;
  /** Stops between two checkpoints; the call then rejects with its reason. @default never stops */
  readonly signal?: AbortSignalLike | undefined;
}

/** The progress of a migration. */
export interface MigrationProgress {
  /** Threads that are finished. */
  readonly threads: number;
  /** Checkpoints that were read from `from`. */
  readonly checkpoints: number;
  /** Those that were missing or incomplete, and were stored. */
  readonly stored: number;
  /** The thread that is being copied. */
  readonly threadId: string;
}

/** A thread that is not complete on the other side. */
export interface MigrationFailure {
  readonly threadId: string;
  readonly namespace: string | undefined;
  readonly checkpointId: string | undefined;
  /** What went wrong, or where the stored checkpoint differs. Contains no stored value. */
  readonly reason: string;
  readonly cause: unknown;
}

/** What a migration did. Without failures, everything was read on both sides and is equal. */
export interface MigrationReport extends Omit<MigrationProgress, "threadId"> {
  readonly failures: readonly MigrationFailure[];
}

const OPTIONS: OptionNames<MigrateThreadsOptions> = {
  from: true,
  to: true,
  threadIds: true,
  onProgress: true,
  signal: true,
};

/** Threads that are copied at the same time: one alone mostly waits for answers. */
const AT_ONCE = 4;
/** This many threads in a row fail only when a database does. */
const FAILURES_IN_A_ROW = 10;

/**
 * Copies threads from one saver to another, with all namespaces, branches, metadata and pending writes: paused runs
 * continue. Every checkpoint is read back and compared. A few threads are copied at a time, page by page, so that the
 * memory in use does not grow with the number or the size of threads.
 *
 * If it was stopped, call it again: anything already there and equal is not stored again. Neither side should be
 * written to during a migration; to move while the application runs, use the option `adopt` of a saver.
 *
 * @returns What was done, and which threads could not be copied exactly: one that fails does not stop the others.
 * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option; the error of the database when thread after thread
 * fails.
 * @example
 * const report = await migrateThreads({ from: oldSaver, to: newSaver });
 * if (report.failures.length > 0) console.error(report.failures);
 */
export async function migrateThreads(options: MigrateThreadsOptions): Promise<MigrationReport> {
  checkOptions(options, "migrateThreads", OPTIONS, { threadId: "threadIds, with an array" });
  checkOldSaver(options.from, "from");
  checkNewSaver(options.to, "to");
  const source = sourceOf(options.from);
  const threads = options.threadIds ? eachOf(new Set(options.threadIds.map(threadIdOf))) : source.threadIds();
  return new Migration(source, targetOf(options.to), options).run(threads);
}

async function* eachOf(threads: Iterable<string>): AsyncGenerator<string> {
  yield* threads;
}

class Migration {
  readonly #source: ThreadSource;
  readonly #target: ThreadTarget;
  readonly #options: MigrateThreadsOptions;
  readonly #failures: MigrationFailure[] = [];
  #failedInARow = 0;
  /** Why everything ends. */
  #end: { readonly error: unknown } | undefined;
  #threads = 0;
  #checkpoints = 0;
  #stored = 0;

  constructor(source: ThreadSource, target: ThreadTarget, options: MigrateThreadsOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
  }

  /** Resolves or rejects when nothing is at work any more. */
  async run(threads: AsyncIterable<string>): Promise<MigrationReport> {
    const left = threads[Symbol.asyncIterator]();
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(left)));
    await left.return?.();
    if (this.#end) throw this.#end.error;
    return { ...this.#counts(), failures: this.#failures };
  }

  /** Copies one thread after the other, until there are none left or something ends everything. */
  async #work(left: AsyncIterator<string>): Promise<void> {
    try {
      for (;;) {
        this.#checkGoing();
        const next = await left.next();
        if (next.done) return;
        if (!isHidden(next.value)) await this.#move(next.value);
      }
    } catch (error) {
      this.#end ??= { error };
    }
  }

  #checkGoing(): void {
    if (this.#end) throw this.#end.error;
    this.#options.signal?.throwIfAborted();
  }

  async #move(threadId: string): Promise<void> {
    // Databases inside the process answer without a turn of the event loop, which would leave no chance to abort.
    await pause(0);
    this.#checkGoing();
    try {
      await this.#moveAll(threadId);
      this.#failedInARow = 0;
    } catch (error) {
      this.#checkGoing();
      this.#failedInARow = isCheckpointError(error) ? 0 : this.#failedInARow + 1;
      if (this.#failedInARow === FAILURES_IN_A_ROW) throw error;
      const reason = error instanceof Error ? error.message : "something was thrown that is not an error";
      this.#fail({ threadId, namespace: undefined, checkpointId: undefined, reason, cause: error });
    }
    this.#threads++;
  }

  async #moveAll(threadId: string): Promise<void> {
    const isNew = !(await this.#target.has(threadId));
    for await (const moved of this.#source.checkpoints(threadId)) {
      this.#checkGoing();
      const { namespace, checkpoint } = moved;
      let different = isNew ? "it is new" : await this.#target.differenceFrom(threadId, moved);
      if (different !== undefined) {
        await this.#target.store(threadId, moved);
        this.#stored++;
        different = await this.#target.differenceFrom(threadId, moved);
      }
      if (different !== undefined) {
        const reason = `the checkpoint is not the same after it was stored: ${different}`;
        this.#fail({ threadId, namespace, checkpointId: checkpoint.id, reason, cause: undefined });
      }
      this.#checkpoints++;
      this.#options.onProgress?.({ ...this.#counts(), threadId });
    }
    const metadata = await this.#source.metadata?.(threadId);
    if (metadata) await this.#target.describe(threadId, metadata);
  }

  #fail(failure: MigrationFailure): void {
    this.#failures.push(failure);
  }

  #counts(): Omit<MigrationProgress, "threadId"> {
    return { threads: this.#threads, checkpoints: this.#checkpoints, stored: this.#stored };
  }
}
