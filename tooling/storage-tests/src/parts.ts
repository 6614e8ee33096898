import { isDeepStrictEqual } from "node:util";

/** Whether there is nothing in a value that was not in the other one: things may be absent. */
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

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
