import { CheckpointError, isCheckpointError, type CheckpointErrorDetails } from "../errors.ts";
import type { Soon } from "../soon.ts";

type Place = CheckpointErrorDetails;

/** Adds the thread and channel to the error for bytes that cannot be read. */
export function reading<T>(place: Place, decode: () => Soon<T>): Soon<T> {
  return placed(place, decode, unreadable);
}

/** Adds the thread and channel to the error for a value that cannot be stored. */
export function storing<T>(place: Place, encode: () => Soon<T>): Soon<T> {
  return placed(place, encode, unstorable);
}

/** Like `storing`, for what is encoded at once. */
export function storingNow<T>(place: Place, encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    throw unstorable(error, place);
  }
}

function placed<T>(
  place: Place,
  work: () => Soon<T>,
  errorOf: (error: unknown, place: Place) => unknown,
): Soon<T> {
  try {
    const result = work();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw errorOf(error, place);
    });
  } catch (error) {
    throw errorOf(error, place);
  }
}

function unreadable(error: unknown, place: Place): unknown {
  if (!isCheckpointError(error)) return error;
  const message = `${whatIs(place)} of thread ${JSON.stringify(place.threadId)} cannot be read: ${error.message}`;
  return new CheckpointError(error.code, message, { ...place, path: error.path, cause: error.cause });
}

function whatIs({ channel, checkpointId }: Place): string {
  if (channel !== undefined) return `channel ${JSON.stringify(channel)}`;
  return checkpointId === undefined ? "the metadata" : "a checkpoint";
}

function unstorable(error: unknown, place: Place): unknown {
  if (!isCheckpointError(error, "NOT_SERIALIZABLE")) return error;
  const what = place.channel === undefined ? place.field : `channel ${JSON.stringify(place.channel)}`;
  const message = `${what} of thread ${JSON.stringify(place.threadId)}: ${error.message}`;
  return new CheckpointError(error.code, message, { ...place, path: error.path, cause: error.cause });
}
