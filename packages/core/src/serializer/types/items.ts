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
