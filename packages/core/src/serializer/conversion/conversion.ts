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

/** Defines a property of an object, even one that is called `__proto__`. */
export function give(target: object, key: PropertyKey, value: unknown, enumerable = true): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}

/** An object's prototypes, its own one first, without that of all objects. */
export function prototypesOf(value: object): object[] {
  const chain: object[] = [];
  let next = Object.getPrototypeOf(value) as object | null;
  while (next !== null) {
    chain.push(next);
    next = Object.getPrototypeOf(next) as object | null;
  }
  return chain.slice(0, -1);
}

/** An object that claims to be a Map or a Set, such as those of MobX and Immer, as a real one. */
export function convertCollection(value: object): Conversion | undefined {
  const tag = (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (tag === "Map") {
    const entries = entriesOf(value);
    return (
      entries && { kind: "collection", data: new Map(entries), becomes: "comes back as a Map of its entries" }
    );
  }
  if (tag === "Set") {
    const items = itemsOf(value);
    return (
      items && { kind: "collection", data: new Set(items), becomes: "comes back as a Set of its values" }
    );
  }
  return undefined;
}

/** The entries of something like a Map; `undefined` if it does not give any. */
export function entriesOf(value: object): [unknown, unknown][] | undefined {
  const items = itemsOf(value);
  return items?.every(isEntry) ? items : undefined;
}

/** The items that an object yields; `undefined` if that fails. */
export function itemsOf(value: object): unknown[] | undefined {
  try {
    return [...(value as Iterable<unknown>)];
  } catch {
    return undefined;
  }
}

function isEntry(item: unknown): item is [unknown, unknown] {
  return Array.isArray(item) && item.length === 2;
}
