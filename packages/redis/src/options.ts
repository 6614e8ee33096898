import { CheckpointError, type CheckpointSaverOptions, type TtlOptions } from "@threadmark/core";
import { coreOptionsOf } from "@threadmark/core/storage";
import type { WaitOptions } from "./runner.ts";

/** Options of {@link RedisSaver}. */
export interface RedisSaverOptions extends CheckpointSaverOptions {
  /** With what the names of all keys begin: two applications in one Redis have two of them. @default "threadmark" */
  readonly keyPrefix?: string | undefined;
  /**
   * Minutes after the last write after which a thread expires, as LangGraph.js's own `RedisSaver` takes it;
   * or use `ttl`, in seconds.
   * @default threads never expire
   */
  readonly defaultTTL?: number | undefined;
  /** With `defaultTTL`: whether reading a checkpoint counts as well. @default false */
  readonly refreshOnRead?: boolean | undefined;
  /**
   * Calls that write resolve when so many replicas have what was written, and otherwise reject.
   * @default a write is done when the primary has done it
   */
  readonly wait?: WaitOptions | undefined;
  /**
   * Milliseconds for which a call is repeated while the server is busy, loading or changing its role, or the
   * connection is lost. Then the error comes through. 0 turns it off.
   * @default 10000
   */
  readonly retryMs?: number | undefined;
}

/** The options with what they mean, checked. */
export interface RedisSettings {
  readonly keyPrefix: string;
  readonly wait: WaitOptions | undefined;
  readonly retryMs: number;
  readonly core: CheckpointSaverOptions;
}

/**
 * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
 */
export function settingsOf(options: RedisSaverOptions): RedisSettings {
  const { keyPrefix = "threadmark", defaultTTL, refreshOnRead, wait, retryMs = 10_000, ...core } = options;
  if (typeof keyPrefix !== "string" || /[{}\0]/.test(keyPrefix) || !keyPrefix.isWellFormed()) {
    throw wrong("keyPrefix", "must be text without { and }, which choose the slot of a key");
  }
  if (!(retryMs >= 0)) throw wrong("retryMs", "must be a number of milliseconds, 0 or more");
  for (const field of ["replicas", "timeoutMs"] as const) {
    if (wait && !(Number.isInteger(wait[field]) && wait[field] > 0)) {
      throw wrong(`wait.${field}`, "must be a whole number above 0");
    }
  }
  const ttl = core.ttl ?? ttlOf(defaultTTL, refreshOnRead);
  if (core.ttl && defaultTTL !== undefined)
    throw wrong("defaultTTL", "and ttl say the same; give one of them");
  return { keyPrefix, wait, retryMs, core: { ...coreOptionsOf(core), ttl } };
}

function ttlOf(minutes: number | undefined, refreshOnRead: boolean | undefined): TtlOptions | undefined {
  if (minutes === undefined) return undefined;
  if (!(minutes > 0)) throw wrong("defaultTTL", "must be a number of minutes above 0");
  return { seconds: minutes * 60, refreshOnRead: refreshOnRead ?? false };
}

function wrong(field: string, problem: string): CheckpointError {
  return new CheckpointError("INVALID_ARGUMENT", `option ${field} ${problem}`, { field });
}
