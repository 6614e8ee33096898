/** What the port leaves open: times by the storage's own clock, and what else memory keeps in a record. */
const OPEN = new Set(["created", "updated", "until", "data"]);
const UNORDERED = new Set(["writes", "blobs", "index", "entries", "pending"]);

/** An answer without what the port leaves open. */
export function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([name, item]) => item !== undefined && !OPEN.has(name))
    .map(([name, item]) => {
      if (name === "expires") return [name, "some time"];
      const inner = comparable(item);
      const unordered = UNORDERED.has(name) && Array.isArray(inner);
      return [name, unordered ? sorted(inner) : inner];
    });
  return Object.fromEntries(entries);
}

/** A list in a canonical order. */
export function sorted(values: readonly unknown[]): unknown[] {
  return values.map((value) => JSON.stringify(value)).sort();
}
