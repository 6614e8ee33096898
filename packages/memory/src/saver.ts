import { CheckpointSaver, type CheckpointSaverOptions, type SerializerProtocol } from "@threadmark/core";
import { MemoryStorage, type MemoryStorageOptions } from "@threadmark/core/memory";
import {
  checkOptions,
  coreOptionsOf,
  SAVER_OPTIONS,
  SAVER_OPTIONS_INSTEAD,
  type CheckpointStorage,
  type OptionNames,
  wrongOption,
} from "@threadmark/core/storage";

/** Options of {@link MemorySaver}. Bounds are optional; without them everything is kept. */
export interface MemorySaverOptions extends CheckpointSaverOptions, MemoryStorageOptions {
  /** Where the bytes go. Two savers on one storage see the same threads. @default a new one */
  readonly storage?: CheckpointStorage | undefined;
}

const MEMORY_SAVER_OPTIONS: OptionNames<MemorySaverOptions> = {
  ...SAVER_OPTIONS,
  maxThreads: true,
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
  /** @param options Options, or a serializer, as in LangGraph.js's own `MemorySaver`. */
  constructor(options: MemorySaverOptions | SerializerProtocol = {}) {
    const given = isSerializer(options) ? { serde: options } : options;
    checkOptions<MemorySaverOptions>(given, "MemorySaver", MEMORY_SAVER_OPTIONS, SAVER_OPTIONS_INSTEAD);
    const { maxThreads, storage } = given;
    checkBound(maxThreads, "maxThreads");
    super(storage ?? new MemoryStorage({ maxThreads }), coreOptionsOf(given));
  }
}

function isSerializer(options: MemorySaverOptions | SerializerProtocol): options is SerializerProtocol {
  return typeof options === "object" && options !== null && "dumpsTyped" in options;
}

function checkBound(value: number | undefined, field: string): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw wrongOption(field, "must be a whole number above 0");
}
