import type { AnyState } from "../runtimes.ts";

/** Ids are of this thread only, so that two threads can be compared without them. */
export function normalize(value: unknown): unknown {
  if (value === undefined) return null;
  const text = JSON.stringify(value, (key, field: unknown) => {
    if (
      ["timestamp", "config", "parentConfig", "createdAt", "parents", "thread_id", "ls_integration"].includes(
        key,
      )
    ) {
      return undefined;
    }
    return typeof field === "string" ? field.replaceAll(/[\da-f]{8}-[\da-f-]{27}|[\da-f]{32}/g, "#") : field;
  });
  return tidy(JSON.parse(text) as unknown);
}

/** What was shown, without the order in which two things were shown that happened at once. */
export function normalizeChunks(chunks: readonly unknown[]): unknown[] {
  return chunks
    .map((chunk) => JSON.stringify(withoutBodyError(normalize(chunk))))
    .sort()
    .map((text) => JSON.parse(text) as unknown);
}

/** A state without `next` of unfinished runs, which LangGraph.js gets wrong once a question was answered. */
export function normalizeState({ values, tasks, next, metadata }: AnyState): unknown {
  const shown = { values, tasks, metadata, next: tasks.length > 0 ? "unfinished" : next };
  return withoutBodyError(normalize(shown));
}

const BODIES = new Set(["program", "child", "askingChild"]);

/**
 * LangGraph.js stores "This operation was aborted" for the body of a failed task, and goes on to show
 * questions of it that were answered.
 */
function withoutBodyError(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutBodyError);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([key, field]) => [key, withoutBodyError(field)] as const);
  const copy = Object.fromEntries(fields) as Record<string, unknown>;
  if (BODIES.has(copy["name"] as string) && copy["error"]) {
    copy["error"] = "failed";
    copy["interrupts"] = [];
  }
  return copy;
}

/** Fields in one order, without those that say nothing: `undefined` of a live object is `null` in text. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value)
    .filter(([key, field]) => field !== null && !(key === "metadata" && JSON.stringify(field) === "{}"))
    .map(([key, field]) => [key, tidy(field)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields);
}
