/**
 * Codes of {@link CheckpointError}. They are API: messages may change, codes do not.
 *
 * - `INVALID_CONFIG`: the config lacks an id, or an id is not a string that every database can hold.
 * - `INVALID_ARGUMENT`: another argument or option is wrong; `field` names it.
 * - `NOT_SERIALIZABLE`: a value cannot be stored; `path` says where it is. Nothing was written.
 * - `UNSUPPORTED_FORMAT`: stored bytes have a format that this version does not read.
 * - `CORRUPT`: stored bytes are damaged.
 * - `INCOMPLETE`: part of a stored value is missing.
 * - `CONFLICT`: another writer moved the head of the namespace first (`fence: "head"`).
 * - `FENCED`: a write carried a claim that does not own the thread, or no longer does. Nothing was written.
 * - `THREAD_EXISTS`: the target of a copy already exists.
 * - `THREAD_NOT_FOUND`: the thread does not exist.
 * - `NOT_SET_UP`: tables or indexes are missing; call `setup()`.
 * - `SCHEMA_TOO_NEW`: the database was set up by a newer version.
 * - `NOT_SUPPORTED`: this storage cannot do what was asked.
 * - `CLOSED`: the saver was closed.
 * - `STORAGE_FAILED`: the database failed; `cause` is the original error.
 */
export type CheckpointErrorCode =
  | "INVALID_CONFIG"
  | "INVALID_ARGUMENT"
  | "NOT_SERIALIZABLE"
  | "UNSUPPORTED_FORMAT"
  | "CORRUPT"
  | "INCOMPLETE"
  | "CONFLICT"
  | "FENCED"
  | "THREAD_EXISTS"
  | "THREAD_NOT_FOUND"
  | "NOT_SET_UP"
  | "SCHEMA_TOO_NEW"
  | "NOT_SUPPORTED"
  | "CLOSED"
  | "STORAGE_FAILED";

/** What an error is about. Every field except `cause` is a plain string that can be logged. */
export interface CheckpointErrorDetails {
  readonly threadId?: string | undefined;
  readonly namespace?: string | undefined;
  readonly checkpointId?: string | undefined;
  readonly taskId?: string | undefined;
  readonly channel?: string | undefined;
  /** The argument or option that is wrong, for example `"configurable.thread_id"`. */
  readonly field?: string | undefined;
  /** Where in a value the offending part is, for example `"$.messages[3].when"`. */
  readonly path?: string | undefined;
  /** The error that caused this one. */
  readonly cause?: unknown;
}

/**
 * The class of all errors that savers raise.
 *
 * `instanceof` and {@link isCheckpointError} also recognise errors of another copy of this package: a program can have
 * loaded both its ES modules and its CommonJS format.
 *
 * @example
 * try {
 *   await saver.put(config, checkpoint, metadata, {});
 * } catch (error) {
 *   if (isCheckpointError(error, "NOT_SERIALIZABLE")) console.error(error.path, error.message);
 *   else throw error;
 * }
 */
export class CheckpointError extends Error implements CheckpointErrorDetails {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === CheckpointError ? isCheckpointError(value) : super[Symbol.hasInstance](value);
  }

  override readonly name = "CheckpointError";
  readonly code: CheckpointErrorCode;
  declare readonly threadId?: string;
  declare readonly namespace?: string;
  declare readonly checkpointId?: string;
  declare readonly taskId?: string;
  declare readonly channel?: string;
  declare readonly field?: string;
  declare readonly path?: string;

  constructor(code: CheckpointErrorCode, message: string, details: CheckpointErrorDetails = {}) {
    const { cause, ...ids } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    for (const [key, value] of Object.entries(ids)) {
      if (value !== undefined) Object.defineProperty(this, key, { value, enumerable: true });
    }
  }
}

/**
 * Whether a value is a {@link CheckpointError}, by its shape, not its class, so it also works with two copies of this
 * package in one program.
 *
 * @param error Any value.
 * @param code When given, the error must have this code.
 */
export function isCheckpointError(error: unknown, code?: CheckpointErrorCode): error is CheckpointError {
  if (typeof error !== "object" || error === null) return false;
  const { name, code: found } = error as { name?: unknown; code?: unknown };
  if (name !== "CheckpointError" || typeof found !== "string") return false;
  return code === undefined || found === code;
}
