import { isDeepStrictEqual } from "node:util";
import type { ThreadInfo } from "@threadmark/core";

/** Whether a value contains nothing that the other one lacks; it may lack things. */
export function isPart(value: unknown, whole: unknown): boolean {
  if (value === undefined) return true;
  if (Array.isArray(value) && Array.isArray(whole)) {
    return value.every((item) => whole.some((other) => isPart(item, other)));
  }
  if (isObject(value) && isObject(whole)) {
    return Object.entries(value).every(([key, item]) => isPart(item, whole[key]));
  }
  return isDeepStrictEqual(value, whole);
}

/** What a thread's record says of it, except for times. */
export function toldOf(found: ThreadInfo | undefined): Partial<ThreadInfo> | undefined {
  return (
    found && { threadId: found.threadId, metadata: found.metadata, headId: found.headId, state: found.state }
  );
}

/** Everything that a listing returns. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
