import { isStorableText, utf8Length } from "./codec/text.ts";
import { CLAIM, type CheckpointConfig } from "./contract.ts";
import { CheckpointError } from "./errors.ts";

/** The longest ids in UTF-8 bytes. Together they fit into the keys of every supported database. */
export const MAX_ID_BYTES = {
  thread: 512,
  namespace: 1024,
  checkpoint: 255,
  task: 255,
  run: 255,
  claim: 255,
} as const;

/** Text, or a safe integer, which is taken as its decimal text. */
export type ThreadId = string | number;

/** Where a config points. */
export interface Location {
  readonly thread: string;
  readonly namespace: string;
  /** `undefined`: the newest checkpoint. */
  readonly id: string | undefined;
}

/**
 * Reads a config for a lookup; `undefined` without a thread.
 *
 * Source: `thread_ts` is LangGraph's old name for `checkpoint_id` (`getCheckpointId`).
 */
export function locate(config: CheckpointConfig): Location | undefined {
  const ids = idsIn(config);
  if (ids["thread_id"] === undefined) return undefined;
  return {
    thread: threadIdOf(ids["thread_id"]),
    namespace: namespaceOf(ids["checkpoint_ns"]) ?? "",
    id: checkpointIdOf(ids["checkpoint_id"]) ?? checkpointIdOf(ids["thread_ts"]),
  };
}

/** Reads a config for writing, where a thread is required. */
export function locateForWriting(config: CheckpointConfig): Location {
  const location = locate(config);
  if (location) return location;
  throw new CheckpointError(
    "INVALID_CONFIG",
    'configurable.thread_id is missing; pass the id of the conversation, as in { configurable: { thread_id: "…" } }',
    { field: "configurable.thread_id" },
  );
}

/** What a config selects in a listing; `undefined` selects everything. */
export interface Selection {
  readonly thread: string | undefined;
  readonly namespace: string | undefined;
  readonly id: string | undefined;
}

/** Reads the config of a listing; without a config everything is selected, as in LangGraph.js's savers. */
export function selectionOf(config: CheckpointConfig | null | undefined): Selection {
  const ids = config === undefined || config === null ? {} : idsIn(config);
  return {
    thread: ids["thread_id"] === undefined ? undefined : threadIdOf(ids["thread_id"]),
    namespace: namespaceOf(ids["checkpoint_ns"]),
    id: checkpointIdOf(ids["checkpoint_id"]),
  };
}

/**
 * Checks a thread id. A safe integer is taken as its decimal text, because an application's own ids are often numbers.
 * Larger numbers are refused: two of them may have the same text.
 */
export function threadIdOf(value: unknown): string {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  const field = "configurable.thread_id";
  if (typeof value === "number") {
    throw invalid(field, "must be text or a whole number up to Number.MAX_SAFE_INTEGER");
  }
  if (value === "") throw invalid(field, "is empty; pass the id of the conversation");
  return checkedId(value, field, MAX_ID_BYTES.thread);
}

function idsIn(config: unknown): Record<string, unknown> {
  if (typeof config === "object" && config !== null) {
    const { configurable } = config as { configurable?: unknown };
    if (configurable === undefined || configurable === null) return {};
    if (typeof configurable === "object") return configurable as Record<string, unknown>;
    throw invalid("configurable", "must be an object of ids");
  }
  throw invalid("config", 'must be an object, as in { configurable: { thread_id: "…" } }');
}

/** The id of the checkpoint that bounds a listing, if it has one. */
export function beforeOf(before: CheckpointConfig | undefined): string | undefined {
  return checkpointIdOf(before?.configurable?.["checkpoint_id"]);
}

/** Checks the id of a checkpoint about to be stored. */
export function newCheckpointIdOf(value: unknown): string {
  if (value === "") throw invalid("checkpoint.id", "is empty; every checkpoint needs an id");
  return checkedId(value, "checkpoint.id", MAX_ID_BYTES.checkpoint);
}

/** Checks a task id. */
export function taskIdOf(value: unknown): string {
  return checkedId(value, "taskId", MAX_ID_BYTES.task);
}

/**
 * The run that a config belongs to. LangGraph.js puts it into `config.metadata`, and nowhere else.
 */
export function runIdOf(config: CheckpointConfig): string | undefined {
  const run = config.metadata?.["run_id"] ?? config.configurable?.["run_id"];
  return run === undefined || run === null ? undefined : checkedRunId(run);
}

/** Checks a run id. */
export function checkedRunId(value: unknown): string {
  return checkedId(value, "run_id", MAX_ID_BYTES.run);
}

/** The claim that a write carries, if any. */
export function claimOf(config: CheckpointConfig): string | undefined {
  const claim: unknown = config.configurable?.[CLAIM];
  return claim === undefined || claim === null ? undefined : checkedClaim(claim, `configurable.${CLAIM}`);
}

/** Checks the id of a claim. */
export function checkedClaim(value: unknown, field = "claim"): string {
  if (value === "") throw invalid(field, "is empty");
  return checkedId(value, field, MAX_ID_BYTES.claim);
}

/** The config that savers return: the three ids and nothing else. */
export function configOf(thread: string, namespace: string, id: string): CheckpointConfig {
  return { configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: id } };
}

function namespaceOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return checkedId(value, "configurable.checkpoint_ns", MAX_ID_BYTES.namespace);
}

function checkpointIdOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  return checkedId(value, "configurable.checkpoint_id", MAX_ID_BYTES.checkpoint);
}

function checkedId(value: unknown, field: string, maxBytes: number): string {
  if (typeof value !== "string") {
    throw invalid(field, `must be a string, not ${value === null ? "null" : typeof value}`);
  }
  if (!isStorableText(value)) {
    throw invalid(field, "contains NUL or half a surrogate pair, which no database can keep in an id");
  }
  if (utf8Length(value) > maxBytes) throw invalid(field, `is longer than ${maxBytes} bytes`);
  return value;
}

function invalid(field: string, problem: string): CheckpointError {
  return new CheckpointError("INVALID_CONFIG", `${field} ${problem}`, { field });
}
