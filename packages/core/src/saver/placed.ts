import { CheckpointError, isCheckpointError, type CheckpointErrorDetails } from "../errors.ts";

/** Says of which thread and channel the bytes are that cannot be read. */
export async function placedAsync<T>(
  place: CheckpointErrorDetails,
  decode: () => Promise<T> | T,
): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    if (!isCheckpointError(error)) throw error;
    const message = `${whatIs(place)} of thread ${JSON.stringify(place.threadId)} cannot be read: ${error.message}`;
    throw new CheckpointError(error.code, message, { ...place, path: error.path, cause: error.cause });
  }
}

function whatIs({ channel, checkpointId }: CheckpointErrorDetails): string {
  if (channel !== undefined) return `channel ${JSON.stringify(channel)}`;
  return checkpointId === undefined ? "the metadata" : "a checkpoint";
}
