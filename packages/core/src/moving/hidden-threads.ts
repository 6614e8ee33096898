import { blobIdOf } from "../blobs/hash.ts";
import { utf8Encode } from "../runtime.ts";

/** The start of the ids of threads that the saver keeps for itself. Listings leave them out. */
const PREFIX = "\u0001threadmark:";

/** Whether a thread belongs to the saver and not to the application. */
export function isHidden(thread: string): boolean {
  return thread.startsWith(PREFIX);
}

/** The thread that records that another was taken over. */
export function noteOf(thread: string): string {
  return `${PREFIX}adopted:${blobIdOf("leaf", utf8Encode(thread))}`;
}

/** The thread in which another is assembled before it appears. */
export function stagingOf(attempt: string): string {
  return `${PREFIX}staging:${attempt}`;
}
