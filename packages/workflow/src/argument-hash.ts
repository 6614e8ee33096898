/**
 * A hash of a call's arguments that is the same before and after they were stored, also by a
 * checkpointer that gives back JSON: a date and its text, or an error and its message, are the same.
 * It only has to tell two calls at one place apart, so 64 bits of a fast hash do.
 */
export function argumentsHash(args: readonly unknown[]): string {
  const whole = stableText(args);
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let i = 0; i < whole.length; i++) {
    const unit = whole.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit ^ (low >>> 15), 0x85ebca6b);
  }
  return digits(high) + digits(low);
}

function digits(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}

/** A text that is equal for values that are equal once they are JSON. */
export function stableText(value: unknown): string {
  return text(value, []);
}

/** `around` are the objects that the value is in. */
function text(value: unknown, around: object[]): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `"${value}"`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (around.includes(value)) return '"circular"';
  around.push(value);
  const found = objectText(value, around);
  around.pop();
  return found;
}

function objectText(value: object, around: object[]): string {
  if (Array.isArray(value)) return listText(value, around);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") {
    const plain: unknown = toJSON.call(value);
    return plain === value ? recordText(value, around) : text(plain, around);
  }
  if (value instanceof Map || value instanceof Set) return listText([...value], around);
  if (value instanceof Error) return JSON.stringify(value.message);
  if (ArrayBuffer.isView(value)) {
    return listText([...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)], around);
  }
  return recordText(value, around);
}

function listText(items: readonly unknown[], around: object[]): string {
  let all = "[";
  for (const item of items) all += `${text(item, around)},`;
  return `${all}]`;
}

/** Fields in one order: databases that know JSON do not keep it. */
function recordText(value: object, around: object[]): string {
  let all = "{";
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined || typeof field === "function" || typeof field === "symbol") continue;
    all += `${JSON.stringify(key)}:${text(field, around)},`;
  }
  return `${all}}`;
}
