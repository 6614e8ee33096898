import type { CheckpointSaverOptions, TtlOptions } from "@threadmark/core";
import {
  checkOptions,
  coreOptionsOf,
  SAVER_OPTIONS,
  SAVER_OPTIONS_INSTEAD,
  type OptionNames,
  type UseInstead,
  wrongOption,
} from "@threadmark/core/storage";
import type { WaitOptions } from "./connection.ts";
import type { Patience } from "./until-ready.ts";

/** Options of {@link RedisSaver}. */
export interface RedisSaverOptions extends CheckpointSaverOptions, TTLConfig {
  /** The start of the name of every key. Two applications in one Redis need two prefixes. @default "threadmark" */
  readonly keyPrefix?: string | undefined;
  /**
   * Calls that write resolve when this many replicas have the write; otherwise they reject.
   * @default writes resolve when the primary has carried them out
   */
  readonly wait?: WaitOptions | undefined;
  /**
   * Milliseconds for which a call is repeated while the server is busy, loading or changing its role, or the
   * connection is lost. After that, the error is thrown. 0 turns this off. `fromUrl` and `fromCluster` wait as long for
   * their first connection, but at least 2000.
   * @default 10000, and 2000 for the first connection
   */
  readonly retryMs?: number | undefined;
}

/** A time to live in the form of LangGraph.js's own `RedisSaver`. The option `ttl` is the same in seconds. */
export interface TTLConfig {
  /** Minutes from the last write until a thread expires. @default threads never expire */
  readonly defaultTTL?: number | undefined;
  /** With `defaultTTL`: whether reading a checkpoint counts as well. @default false */
  readonly refreshOnRead?: boolean | undefined;
}

/** The options, checked and with their defaults filled in. */
export interface RedisSettings extends Patience {
  readonly keyPrefix: string;
  readonly wait: WaitOptions | undefined;
  readonly retryMs: number;
  readonly core: CheckpointSaverOptions;
}

/** The names of {@link RedisSaverOptions}. */
const NAMES: OptionNames<RedisSaverOptions> = {
  ...SAVER_OPTIONS,
  keyPrefix: true,
  defaultTTL: true,
  refreshOnRead: true,
  wait: true,
  retryMs: true,
};

const INSTEAD: UseInstead = {
  ...SAVER_OPTIONS_INSTEAD,
  default_ttl: "defaultTTL",
  refresh_on_read: "refreshOnRead",
  prefix: "keyPrefix",
  redis: "it with fromUrl or fromCluster; your own client already has its options",
  redisOptions: "redis: { … } with fromUrl or fromCluster",
  client: "new RedisSaver(client, options)",
  url: "RedisSaver.fromUrl(url, options)",
};

const RETRY_MS = 10_000;
/** Anyone who starts a program with a wrong address should not wait long. */
const FIRST_MS = 2000;

/**
 * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
 */
export function settingsOf(options: RedisSaverOptions): RedisSettings {
  checkOptions(options, "RedisSaver", NAMES, INSTEAD);
  const { keyPrefix = "threadmark", defaultTTL, refreshOnRead, wait, retryMs, ...core } = options;
  if (typeof keyPrefix !== "string" || /[{}\0]/.test(keyPrefix) || !keyPrefix.isWellFormed()) {
    throw wrongOption("keyPrefix", "must be text without { and }, which choose the slot of a key");
  }
  if (retryMs !== undefined && !(typeof retryMs === "number" && retryMs >= 0)) {
    throw wrongOption("retryMs", "must be a number of milliseconds, 0 or more");
  }
  checkWait(wait);
  return {
    keyPrefix,
    wait,
    retryMs: retryMs ?? RETRY_MS,
    firstMs: Math.max(FIRST_MS, retryMs ?? 0),
    loadingMs: retryMs ?? RETRY_MS,
    core: { ...coreOptionsOf(core), ttl: ttlOf(core.ttl, { defaultTTL, refreshOnRead }) },
  };
}

function checkWait(wait: WaitOptions | undefined): void {
  if (wait === undefined) return;
  if (typeof wait !== "object" || wait === null) throw wrongOption("wait", "must be { replicas, timeoutMs }");
  for (const field of ["replicas", "timeoutMs"] as const) {
    if (!(Number.isInteger(wait[field]) && wait[field] > 0)) {
      throw wrongOption(`wait.${field}`, "must be a whole number above 0");
    }
  }
}

function ttlOf(
  ttl: TtlOptions | undefined,
  { defaultTTL, refreshOnRead }: TTLConfig,
): TtlOptions | undefined {
  if (refreshOnRead !== undefined && typeof refreshOnRead !== "boolean") {
    throw wrongOption("refreshOnRead", "must be true or false");
  }
  if (ttl !== undefined) {
    if (defaultTTL !== undefined) throw wrongOption("defaultTTL", "and ttl mean the same; give one of them");
    if (refreshOnRead !== undefined) throw wrongOption("refreshOnRead", "belongs in ttl, next to seconds");
    return ttl;
  }
  if (defaultTTL === undefined) return undefined;
  if (!(typeof defaultTTL === "number" && defaultTTL > 0)) {
    throw wrongOption("defaultTTL", "must be a number of minutes above 0");
  }
  return { seconds: defaultTTL * 60, refreshOnRead: refreshOnRead ?? false };
}
