import type { Conversion } from "./conversion.ts";

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
