import { entriesOf, itemsOf } from "../types/items.ts";
import type { ConversionKind } from "./on-unknown.ts";

/** What is stored in place of a value. */
export interface Conversion {
  readonly kind: ConversionKind;
  /** Something closer to what the serializer knows; its parts may still be unknown. */
  readonly data: unknown;
  /** What comes back, in words, for example `"comes back as a Map with its contents"`. */
  readonly becomes: string;
}

/** Stands in converted data for a property that could not be read. */
export const UNREADABLE: unique symbol = Symbol("unreadable");

/** For values that cannot be read, or not synchronously. */
export function nothingOf(): Conversion {
  return { kind: "nothing", data: {}, becomes: "comes back as `{}`: none of its content could be kept" };
}

/** Reads a property. */
export function readOf(value: object, key: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}

/** An object that claims to be a Map or a Set, such as those of MobX and Immer, as a real one. */
export function convertCollection(value: object): Conversion | undefined {
  const tag = (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  const entries = tag === "Map" ? entriesOf(value) : undefined;
  if (entries) {
    return { kind: "collection", data: new Map(entries), becomes: "comes back as a Map of its entries" };
  }
  const items = tag === "Set" ? itemsOf(value) : undefined;
  return items && { kind: "collection", data: new Set(items), becomes: "comes back as a Set of its values" };
}
