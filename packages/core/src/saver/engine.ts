import { BlobCache } from "../blobs/blob-cache.ts";
import { codecOf, type ValueCodec } from "../codec/values-codec.ts";
import type { SerializerProtocol } from "../contract.ts";
import { checkOptions, kindOf, type OptionNames, type UseInstead, wrongOption } from "../options.ts";
import type { OldSaver } from "../moving/old-saver.ts";
import type { ConvertedInfo, CustomType, OnUnknown } from "../serializer/index.ts";
import { serdeOf } from "./serde.ts";
import { withFallbacks } from "../storage/fallbacks.ts";
import type { CheckpointStorage, ThreadEntry, WholeStorage } from "../storage/port.ts";
import type { ThreadMetadataOf } from "./thread-metadata.ts";

/** When a thread expires. */
export interface TtlOptions {
  /** Seconds after the last write; the whole thread expires at once. */
  readonly seconds: number;
  /** Whether reading a checkpoint with `get` or `getTuple` counts as well. @default false */
  readonly refreshOnRead?: boolean;
}

/** Options that every saver takes. */
export interface CheckpointSaverOptions {
  /**
   * Turns values into bytes. A serializer handles types and unknown values itself, so `types`, `onUnknown` and
   * `onConverted` are refused together with it.
   * @default a `Serializer` with the three options below
   */
  readonly serde?: SerializerProtocol | undefined;
  /** Classes of the application to store exactly. @default none */
  readonly types?: readonly CustomType[] | undefined;
  /**
   * How values that cannot be stored exactly are handled: converted to the nearest storable value, which is reported
   * once per class, or refused with `NOT_SERIALIZABLE`.
   * @default "convert"
   */
  readonly onUnknown?: OnUnknown | undefined;
  /**
   * Receives each conversion, once per class and kind, instead of a process warning.
   * @default a warning with the code `THREADMARK_CONVERTED`
   */
  readonly onConverted?: ((info: ConvertedInfo) => void) | undefined;
  /** @default threads never expire */
  readonly ttl?: TtlOptions | undefined;
  /**
   * `"head"`: `put` is refused with `CONFLICT` unless the parent is the newest checkpoint of its namespace. So of two
   * runs on one thread, the slower one fails instead of winning, and forking from an older checkpoint is impossible.
   * @default no fence, as LangGraph.js expects
   */
  readonly fence?: "head" | undefined;
  /**
   * Returns metadata for the thread of a config, such as its user. It is called with every `put`, and the result is
   * stored in the same round trip; keys that it omits or sets to `undefined` stay unchanged. `listThreads` and
   * `deleteThreads` filter by this metadata, and `updateThread` sets more.
   * @default nothing
   * @example
   * new MemorySaver({ threadMetadata: ({ configurable }) => ({ user: configurable?.["user_id"] }) });
   */
  readonly threadMetadata?: ThreadMetadataOf | undefined;
  /**
   * Limit in bytes on the memory for remembering what is stored, which need not be sent, read or encoded again. 0 turns
   * it off.
   * @default 67108864 (64 MiB)
   */
  readonly blobCacheBytes?: number | undefined;
  /**
   * How many of the newest checkpoints to keep in each namespace of a thread; older ones are removed in batches as new
   * ones are stored, so at times a few more remain. A failed removal never makes a put fail. Checkpoints that a
   * survivor is built from stay, and calls of subgraphs are removed with the checkpoint that made them. This replaces
   * LangGraph.js's `ShallowRedisSaver`.
   * @default everything is kept
   */
  readonly keepLatest?: number | undefined;
  /**
   * The previous saver, for example one of LangGraph.js's own. A thread that is missing here is taken over from it,
   * complete and once, when it is first read, listed, copied or written to; `deleteThread` deletes it there too.
   * Nothing else is written to the previous saver, and nothing else may write to it any longer. It stays yours: the new
   * saver does not close it.
   * @default none
   */
  readonly adopt?: OldSaver | undefined;
}

const DEFAULT_CACHE_BYTES = 64 * 1024 * 1024;

/** The names of {@link CheckpointSaverOptions}, for savers that add more and check all of them. */
export const SAVER_OPTIONS: OptionNames<CheckpointSaverOptions> = {
  serde: true,
  types: true,
  onUnknown: true,
  onConverted: true,
  ttl: true,
  fence: true,
  threadMetadata: true,
  blobCacheBytes: true,
  keepLatest: true,
  adopt: true,
};

/** What other savers call options of {@link CheckpointSaverOptions}. */
export const SAVER_OPTIONS_INSTEAD: UseInstead = {
  defaultTTL: "ttl: { seconds }, which counts seconds, not minutes",
  default_ttl: "ttl: { seconds }, which counts seconds, not minutes",
  refreshOnRead: "ttl: { seconds, refreshOnRead }",
  refresh_on_read: "ttl: { seconds, refreshOnRead }",
  maxCheckpoints: "keepLatest",
};

const TTL_OPTIONS: OptionNames<TtlOptions> = { seconds: true, refreshOnRead: true };
const TTL_INSTEAD: UseInstead = {
  defaultTTL: "seconds, which counts seconds, not minutes",
  default_ttl: "seconds, which counts seconds, not minutes",
  refresh_on_read: "refreshOnRead",
};

/** The options of a saver that belong to core, for savers that have others too. */
export function coreOptionsOf(options: CheckpointSaverOptions): CheckpointSaverOptions {
  const names = Object.keys(SAVER_OPTIONS) as (keyof CheckpointSaverOptions)[];
  return Object.fromEntries(names.flatMap((name) => (name in options ? [[name, options[name]]] : [])));
}

/** Removes old checkpoints while new ones are stored. */
export interface HistoryBound {
  /** Notes that a checkpoint was stored; those that are `spared` stay. Never rejects. */
  stored(engine: Engine, thread: string, spared: readonly (string | undefined)[]): Promise<void>;
}

/** Takes threads over from another saver. */
export interface ThreadTaker {
  /** Notes that a thread is here. */
  found(thread: string): void;
  /** Resolves once the thread is here, or is known to exist nowhere. */
  settle(thread: string): Promise<void>;
  /** Removes the thread on both sides, so that it does not come back. */
  remove(thread: string): Promise<void>;
  /** Removes what an interrupted adoption has left, so that a thread that expires is not taken over again. */
  tidy(thread: string): Promise<void>;
  /** Finishes all adoptions that were interrupted, including those of other savers. */
  finish(): Promise<void>;
}

/** What the parts of a saver share. */
export interface Engine {
  readonly storage: WholeStorage;
  readonly serde: SerializerProtocol;
  readonly codec: ValueCodec;
  readonly cache: BlobCache;
  /** Milliseconds. */
  readonly ttl: number | undefined;
  readonly refreshOnRead: boolean;
  readonly fence: boolean;
  readonly threadMetadata: ThreadMetadataOf | undefined;
  /** What every write sets on its thread, too. */
  readonly marks: readonly ThreadEntry[];
  readonly keepLatest: HistoryBound | undefined;
  readonly adoption: ThreadTaker | undefined;
}

const engines = new WeakMap<object, Engine>();

/** Remembers what a saver consists of. */
export function registerEngine(saver: object, engine: Engine): void {
  engines.set(saver, engine);
}

/** What a saver of this copy of the package consists of. */
export function engineOf(saver: object): Engine | undefined {
  return engines.get(saver);
}

/** Checks the options that every part needs. */
export function createEngine(storage: CheckpointStorage, options: CheckpointSaverOptions): Engine {
  checkOptions(options, "a saver", SAVER_OPTIONS, SAVER_OPTIONS_INSTEAD);
  const { ttl, fence, threadMetadata, blobCacheBytes = DEFAULT_CACHE_BYTES } = options;
  if (storage.port !== 2) {
    throw wrongOption("storage", `implements version ${String(storage.port)} of the storage port, not 2`);
  }
  const serde = serdeOf(options);
  if (fence !== undefined && fence !== "head") throw wrongOption("fence", 'must be "head"');
  if (threadMetadata !== undefined && typeof threadMetadata !== "function") {
    throw wrongOption("threadMetadata", "must be a function of a config");
  }
  if (typeof blobCacheBytes !== "number" || !(blobCacheBytes >= 0)) {
    throw wrongOption("blobCacheBytes", "must be a number of bytes, 0 or more");
  }
  return {
    storage: withFallbacks(storage),
    serde,
    codec: codecOf(serde),
    cache: new BlobCache(blobCacheBytes),
    ttl: ttl === undefined ? undefined : ttlMilliseconds(ttl, "ttl"),
    refreshOnRead: ttl?.refreshOnRead ?? false,
    fence: fence === "head",
    threadMetadata,
    marks: [],
    keepLatest: undefined,
    adoption: undefined,
  };
}

/** For the saver's own work on a thread: without what accompanies the calls of an application. */
export function plainEngine(engine: Engine): Engine {
  return { ...engine, fence: false, threadMetadata: undefined, keepLatest: undefined, adoption: undefined };
}

/** Checks a time to live. */
export function ttlMilliseconds(
  ttl: TtlOptions,
  field: string,
  names: Readonly<Record<string, true>> = TTL_OPTIONS,
): number {
  if (typeof ttl !== "object" || ttl === null) {
    throw wrongOption(field, `must be { seconds: … }, not ${kindOf(ttl)}`);
  }
  checkOptions<object>(ttl, field, names, TTL_INSTEAD);
  const { seconds, refreshOnRead } = ttl;
  if (typeof seconds !== "number" || !(seconds > 0 && seconds < Number.MAX_SAFE_INTEGER / 1000)) {
    throw wrongOption(`${field}.seconds`, "must be a number above 0");
  }
  if (refreshOnRead !== undefined && typeof refreshOnRead !== "boolean") {
    throw wrongOption(`${field}.refreshOnRead`, "must be true or false");
  }
  return Math.ceil(seconds * 1000);
}
