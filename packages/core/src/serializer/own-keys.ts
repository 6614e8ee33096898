import type { ValueWriter } from "./value-writer.ts";

/** Up to this length, listing the keys is the fastest way to see them. */
const SHORT_ARRAY = 16;

/** Whether an array has no holes and no properties but its elements. */
export function isDense(value: readonly unknown[]): boolean {
  return hasOnlyElements(value) && Object.getOwnPropertySymbols(value).length === 0;
}

function hasOnlyElements(value: readonly unknown[]): boolean {
  const length = value.length;
  // Without holes, counting is enough, and counting the values is faster than listing the keys.
  if (length >= SHORT_ARRAY && !value.includes(undefined)) return Object.values(value).length === length;
  const keys = Object.keys(value);
  return keys.length === length && (length === 0 || keys[length - 1] === String(length - 1));
}

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
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
