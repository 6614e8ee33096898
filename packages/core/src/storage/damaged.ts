import { CheckpointError } from "../errors.ts";

/**
 * The error for what a storage cannot decode.
 *
 * @param what Where it was found, such as "a checkpoint"; never a stored value.
 * @param cause What the driver or the decoder said, if anything.
 * @example
 * throw damaged(thread, "a write", error);
 */
export function damaged(thread: string, what: string, cause?: unknown): CheckpointError {
  const message = `${what} of thread ${JSON.stringify(thread)} is damaged in the storage`;
  return new CheckpointError("CORRUPT", message, { threadId: thread, cause });
}
