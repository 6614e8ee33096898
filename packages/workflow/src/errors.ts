/**
 * Codes of {@link WorkflowError}. They are API: messages may change, codes do not.
 *
 * - `INVALID_OPTION`: an option or argument is wrong.
 * - `OUTSIDE_RUN`: a task, `interrupt` or `getWriter` was called outside a running workflow.
 * - `EMPTY_INPUT`: a new thread was started without input.
 * - `NO_CHECKPOINTER`: the call needs a checkpointer, and the workflow has none.
 * - `CHECKPOINT_NOT_FOUND`: the config names a checkpoint that the thread does not have.
 * - `NOT_PAUSED`: an answer was given, but the thread has no open question.
 * - `ALREADY_RESUMED`: the question was already answered, perhaps just now by another process.
 * - `UNKNOWN_INTERRUPT`: an answer names a question that is not open.
 * - `AMBIGUOUS_RESUME`: several questions are open, and the answer does not say which one it is for.
 * - `INVALID_ANSWER`: an answer does not match the `responseSchema` of its question, which stays open.
 * - `NON_DETERMINISTIC`: after a restart, the workflow called something different.
 * - `DUPLICATE_NAME`: two tasks, or two workflows, of one run have the same name.
 * - `THREAD_BUSY`: another run, in this process or another, has claimed the thread.
 * - `THREAD_LOST`: another process has taken the thread, and nothing more of this run is stored.
 * - `RUN_REPLACED`: the run with this `runId` had not finished when its thread got new input.
 * - `NOT_SUPPORTED`: the checkpointer cannot list threads.
 * - `TIMEOUT`: an attempt took longer than its `timeout`.
 * - `ABORTED`: the run was aborted without a reason from the caller.
 */
export type WorkflowErrorCode =
  | "INVALID_OPTION"
  | "OUTSIDE_RUN"
  | "EMPTY_INPUT"
  | "NO_CHECKPOINTER"
  | "CHECKPOINT_NOT_FOUND"
  | "NOT_PAUSED"
  | "ALREADY_RESUMED"
  | "UNKNOWN_INTERRUPT"
  | "AMBIGUOUS_RESUME"
  | "INVALID_ANSWER"
  | "NON_DETERMINISTIC"
  | "DUPLICATE_NAME"
  | "THREAD_BUSY"
  | "THREAD_LOST"
  | "RUN_REPLACED"
  | "NOT_SUPPORTED"
  | "TIMEOUT"
  | "ABORTED";

/**
 * The class of the errors that this package raises. Errors of tasks and of the checkpointer are passed on unchanged.
 *
 * @example
 * try {
 *   await chat.invoke(new Command({ resume: "yes" }), config);
 * } catch (error) {
 *   if (isWorkflowError(error, "NOT_PAUSED")) return;
 *   throw error;
 * }
 */
export class WorkflowError extends Error {
  override readonly name = "WorkflowError";
  readonly code: WorkflowErrorCode;

  constructor(code: WorkflowErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Whether a value is a {@link WorkflowError}, by its shape, so it also works with two copies of this package in one
 * program.
 *
 * @param code When given, the error must have this code.
 */
export function isWorkflowError(error: unknown, code?: WorkflowErrorCode): error is WorkflowError {
  if (typeof error !== "object" || error === null) return false;
  const { name, code: found } = error as { name?: unknown; code?: unknown };
  if (name !== "WorkflowError" || typeof found !== "string") return false;
  return code === undefined || found === code;
}

/** The fields of an error that LangGraph.js stores. */
export interface StoredError {
  readonly message: string;
  readonly name: string;
}

export function storedError(error: unknown): StoredError {
  if (typeof error === "object" && error !== null) {
    const { message, name } = error as { message?: unknown; name?: unknown };
    return {
      message: typeof message === "string" ? message : "",
      name: typeof name === "string" ? name : "Error",
    };
  }
  return { message: String(error), name: "Error" };
}
