import { blobIdOf } from "../blobs/hash.ts";
import { utf8Encode } from "../runtime.ts";

/** How the ids of threads begin that are the saver's own business. Listings leave them out. */
const PREFIX = "\u0001threadmark:";

/** Whether a thread belongs to the saver and not to the application. */
export function isHidden(thread: string): boolean {
  return thread.startsWith(PREFIX);
}

/** Where it is noted that a thread was taken over. */
export function noteOf(thread: string): string {
  return `${PREFIX}adopted:${blobIdOf("leaf", utf8Encode(thread))}`;
}

/** Where a thread is put together before it appears. */
export function stagingOf(attempt: string): string {
  return `${PREFIX}staging:${attempt}`;
}
