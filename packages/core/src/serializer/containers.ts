import { BRANDS } from "./class-table.ts";
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
  dropSymbolKeys(writer, value);
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
    writer.value(writer.read(value, key));
  }
  writer.leave();
}

/** Writes an object that no record can hold, for its prototype or for its keys. */
export function writeOddObject(writer: ValueWriter, tag: number, value: object): void {
  dropSymbolKeys(writer, value);
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
    writer.value(writer.read(value, key));
  }
  writer.leave();
}

/**
 * Leaves out or refuses keys that are symbols.
 *
 * @param brands Those that are stored in another way.
 */
export function dropSymbolKeys(writer: ValueWriter, value: object, brands: readonly symbol[] = []): void {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (!brands.includes(symbol) && Object.prototype.propertyIsEnumerable.call(value, symbol)) {
      writer.unknown.symbolKey(value, symbol);
    }
  }
}

/**
 * Leaves out or refuses properties that the type of a value has no place for.
 *
 * @param symbols For types whose parts some hosts keep under symbols.
 */
export function dropOwnFields(
  writer: ValueWriter,
  value: object,
  symbols: "dropped" | "allowed" = "dropped",
): void {
  if (symbols === "dropped") dropSymbolKeys(writer, value);
  const [key] = Object.keys(value);
  if (key !== undefined) writer.unknown.ownField(value, key);
}

/** Writes a plain object with the brands that it has. */
export function writeBranded(writer: ValueWriter, value: object): void {
  dropSymbolKeys(writer, value, BRANDS);
  const brands = BRANDS.flatMap((brand, number) => (Object.hasOwn(value, brand) ? [{ brand, number }] : []));
  writer.tag(TAG.branded);
  writer.bytes.arrayHead(2);
  writer.bytes.arrayHead(brands.length * 2);
  writer.enter();
  for (const { brand, number } of brands) {
    writer.bytes.number(number);
    writer.at(() => `[${String(brand)}]`);
    writer.value(writer.read(value, brand));
  }
  writer.leave();
  writeFields(writer, value, Object.keys(value));
}

/** Whether one of the brands is a key of an object. */
export function hasBrand(value: object): boolean {
  return BRANDS.some((brand) => Object.prototype.propertyIsEnumerable.call(value, brand));
}
