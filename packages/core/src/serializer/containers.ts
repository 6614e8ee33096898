import { refuse } from "./refusal.ts";
import { TAG } from "./tags.ts";
import type { ValueWriter } from "./value-writer.ts";

/** Up to this length, listing the keys is the fastest way to see them. */
const SHORT_ARRAY = 16;

/** Whether an array has no holes and no properties but its elements. */
export function isDense(value: readonly unknown[]): boolean {
  return hasOnlyElements(value) && Object.getOwnPropertySymbols(value).length === 0;
}

function hasOnlyElements(value: readonly unknown[]): boolean {
  const length = value.length;
  // Without holes, counting is enough, and the values are counted faster than the keys are named.
  if (length >= SHORT_ARRAY && !value.includes(undefined)) return Object.values(value).length === length;
  const keys = Object.keys(value);
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
}

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Writes an array with holes or with properties, such as the result of a match. */
export function writeIrregularArray(writer: ValueWriter, value: readonly unknown[]): void {
  const keys = Object.keys(value);
  refuseSymbolKeys(value);
  const length = value.length;
  writer.tag(TAG.array);
  writer.bytes.arrayHead(1 + keys.length * 2);
  writer.bytes.number(length);
  writer.enter();
  for (const key of keys) {
    const index = Number(key);
    const isIndex = index < length && String(index) === key;
    if (isIndex) writer.bytes.number(index);
    else writer.text(key);
    writer.at(isIndex ? index : key);
    writer.value((value as unknown as Record<string, unknown>)[key]);
  }
  writer.leave();
}

/** Writes an object that no record can hold, for its prototype or for its keys. */
export function writeOddObject(writer: ValueWriter, tag: number, value: object): void {
  refuseSymbolKeys(value);
  writer.tag(tag);
  writeFields(writer, value, Object.keys(value));
}

/** Writes properties as keys and values in turn. */
export function writeFields(writer: ValueWriter, value: object, keys: readonly string[]): void {
  writer.bytes.arrayHead(keys.length * 2);
  writer.enter();
  for (const key of keys) {
    writer.text(key);
    writer.at(key);
    writer.value((value as Record<string, unknown>)[key]);
  }
  writer.leave();
}

export function refuseSymbolKeys(value: object): void {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) {
      refuse(`it has the key ${String(symbol)}; use a string as the key`);
    }
  }
}

/**
 * Refuses properties that the type of a value has no place for.
 *
 * @param symbols For types whose parts some hosts keep under symbols.
 */
export function refuseOwnFields(value: object, symbols: "refused" | "allowed" = "refused"): void {
  if (symbols === "refused") refuseSymbolKeys(value);
  const [key] = Object.keys(value);
  if (key !== undefined) refuse(`it has a property ${JSON.stringify(key)} of its own; store that beside it`);
}
