import {
  CheckpointError,
  CheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointConfig,
  type CheckpointMetadata,
  type CheckpointSaverOptions,
  type SerializerProtocol,
} from "@threadmark/core";
import {
  checkOptions,
  coreOptionsOf,
  SAVER_OPTIONS,
  SAVER_OPTIONS_INSTEAD,
  type CheckpointStorage,
  type OptionNames,
} from "@threadmark/core/storage";
import { MemoryStorage, type MemoryStorageOptions } from "./storage.ts";

/** Options of {@link MemorySaver}. Bounds are optional; without them everything is kept. */
export interface MemorySaverOptions extends CheckpointSaverOptions, MemoryStorageOptions {
  /**
   * The most checkpoints to keep of a namespace of a thread. The oldest go, in batches of a quarter
   * of the bound, but for those that a delta channel is still built from.
   * @default no limit
   */
  readonly maxCheckpoints?: number | undefined;
  /** Where the bytes go. Two savers on one storage see the same threads. @default a new one */
  readonly storage?: CheckpointStorage | undefined;
}

const MEMORY_SAVER_OPTIONS: OptionNames<MemorySaverOptions> = {
  ...SAVER_OPTIONS,
  maxThreads: true,
  maxCheckpoints: true,
  storage: true,
};

/**
 * Keeps checkpoints in this process. It stores the encoded bytes that a database would get, so what
 * is read back is never the object that was stored.
 *
 * @example
 * const graph = builder.compile({ checkpointer: new MemorySaver() });
 */
export class MemorySaver extends CheckpointSaver {
  readonly #maxCheckpoints: number | undefined;
  /** Thread → checkpoints stored since it was last pruned. */
  readonly #sincePrune = new Map<string, number>();

  /** @param options Options, or a serializer, as LangGraph.js's own `MemorySaver` takes it. */
  constructor(options: MemorySaverOptions | SerializerProtocol = {}) {
    const given = isSerializer(options) ? { serde: options } : options;
    checkOptions<MemorySaverOptions>(given, "MemorySaver", MEMORY_SAVER_OPTIONS, SAVER_OPTIONS_INSTEAD);
    const { maxThreads, maxCheckpoints, storage } = given;
    checkBound(maxThreads, "maxThreads");
    checkBound(maxCheckpoints, "maxCheckpoints");
    super(storage ?? new MemoryStorage({ maxThreads }), coreOptionsOf(given));
    this.#maxCheckpoints = maxCheckpoints;
  }

  override async put(
    config: CheckpointConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions?: ChannelVersions,
  ): Promise<CheckpointConfig> {
    const stored = await super.put(config, checkpoint, metadata, newVersions);
    if (this.#maxCheckpoints !== undefined) {
      await this.#prune(stored.configurable!["thread_id"] as string, this.#maxCheckpoints);
    }
    return stored;
  }

  async #prune(thread: string, keepLatest: number): Promise<void> {
    const stored = (this.#sincePrune.get(thread) ?? 0) + 1;
    this.#sincePrune.set(thread, stored);
    if (stored <= keepLatest / 4) return;
    this.#sincePrune.delete(thread);
    await this.prune({ threadIds: [thread], keepLatest });
  }
}

function isSerializer(options: MemorySaverOptions | SerializerProtocol): options is SerializerProtocol {
  return typeof options === "object" && options !== null && "dumpsTyped" in options;
}

function checkBound(value: number | undefined, field: string): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw new CheckpointError("INVALID_ARGUMENT", `option ${field} must be a whole number above 0`, {
    field,
  });
}
