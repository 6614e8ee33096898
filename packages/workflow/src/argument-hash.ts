import { hex, utf8 } from "./bytes.ts";
import { sha1 } from "./sha1.ts";

/**
 * A hash of a call's arguments that is the same before and after they were stored, also by a
 * checkpointer that gives back JSON: a date and its text, or an error and its message, are the same.
 */
export function argumentsHash(args: readonly unknown[]): string {
  return hex(sha1(utf8(stableText(args))).subarray(0, 8));
}

/** A text that is equal for values that are equal once they are JSON. */
export function stableText(value: unknown): string {
  return text(value, []);
}

function text(value: unknown, around: readonly object[]): string {
  if (typeof value === "bigint") return `"${value}"`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (around.includes(value)) return '"circular"';
  const within = [...around, value];
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") {
    const plain: unknown = toJSON.call(value);
    return plain === value ? record(value, within) : text(plain, within);
  }
  if (Array.isArray(value)) return list(value, within);
  if (value instanceof Map) return list([...value], within);
  if (value instanceof Set) return list([...value], within);
  if (value instanceof Error) return JSON.stringify(value.message);
  if (ArrayBuffer.isView(value)) {
    return list([...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)], within);
  }
  return record(value, within);
}

function list(items: readonly unknown[], within: readonly object[]): string {
  return `[${items.map((item) => text(item, within)).join(",")}]`;
}

function record(value: object, within: readonly object[]): string {
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && typeof field !== "function" && typeof field !== "symbol")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${text(field, within)}`);
  return `{${fields.join(",")}}`;
}
