const LONGEST = 160;

/** A value as short text for a failure message, with its types visible. */
export function show(value: unknown): string {
  const text = write(value, 0);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function write(value: unknown, depth: number): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "function") return value.name === "" ? "a function" : `function ${value.name}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (depth > 4) return "…";
  return writeObject(value, depth);
}

function writeObject(value: object, depth: number): string {
  if (value instanceof Date) {
    return `Date(${Number.isNaN(value.getTime()) ? "invalid" : value.toISOString()})`;
  }
  if (value instanceof RegExp) return String(value);
  if (value instanceof Error) return `${value.name}(${JSON.stringify(value.message)})`;
  if (value instanceof Map) {
    return `Map {${items([...value].map(([key, item]) => `${write(key, depth + 1)} => ${write(item, depth + 1)}`))}}`;
  }
  if (value instanceof Set) {
    return `Set {${items([...value].map((item) => write(item, depth + 1)))}}`;
  }
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${className(value)} of bytes [${items([...bytes.subarray(0, 20)].map(String))}]`;
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, 20);
    const parts = Array.from(shown, (item, index) => (index in shown ? write(item, depth + 1) : "hole"));
    return `[${items(parts)}]`;
  }
  const name = className(value);
  if (name === "URL") return `URL(${String(Reflect.get(value, "href"))})`;
  const parts = Object.keys(value)
    .slice(0, 20)
    .map((key) => `${JSON.stringify(key)}: ${write(Reflect.get(value, key), depth + 1)}`);
  return `${name === "Object" ? "" : `${name} `}{${items(parts)}}`;
}

function items(parts: readonly string[]): string {
  return parts.join(", ");
}

/** Name of the class that an object belongs to; `"no class"` without a prototype. */
export function className(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null) return "no class";
  const constructor: unknown = Reflect.get(prototype, "constructor");
  return typeof constructor === "function" ? constructor.name : "no class";
}
