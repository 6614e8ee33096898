import { isDeepStrictEqual } from "node:util";
import { alterListing } from "./alter.ts";
import type { Mutant } from "./mutant.ts";

type Metadata = Record<string, unknown>;
/** Whether a condition of a filter holds; `undefined` leaves it to the right rule. */
type Match = (metadata: Metadata, key: string, wanted: unknown) => boolean | undefined;

function rightMatch(metadata: Metadata, key: string, wanted: unknown): boolean {
  if (!Object.hasOwn(metadata, key)) return wanted === undefined;
  return wanted !== undefined && isDeepStrictEqual(metadata[key], wanted);
}

function filterMutant(clause: string, name: string, match: Match, join: "some" | "every" = "every"): Mutant {
  return {
    name,
    clause: `filter/${clause}`,
    breakSaver(saver) {
      alterListing(saver, async (read, config, options = {}) => {
        const { filter = {}, limit, ...rest } = options;
        const conditions = Object.entries(filter);
        const found = await read(config, rest);
        const matching = found.filter((tuple) => {
          const metadata = { ...tuple.metadata };
          const holds = ([key, wanted]: [string, unknown]): boolean =>
            match(metadata, key, wanted) ?? rightMatch(metadata, key, wanted);
          return conditions.length === 0 || conditions[join](holds);
        });
        return matching.slice(0, limit);
      });
    },
  };
}

function isObject(value: unknown): value is Metadata {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const lowerCase = (value: unknown): unknown => (typeof value === "string" ? value.toLowerCase() : value);

export const filterMutants: readonly Mutant[] = [
  filterMutant("by-source-and-step", "step cannot be filtered by", (_, key) =>
    key === "step" ? true : undefined,
  ),
  filterMutant("every-key-must-match", "one key that matches is enough", () => undefined, "some"),
  filterMutant("keys-of-the-application", "unknown keys are ignored", (_, key) =>
    key === "nobody" || key === "user" ? true : undefined,
  ),
  filterMutant("strings-match-exactly", "strings match in any case", (metadata, key, wanted) =>
    typeof wanted === "string" ? lowerCase(metadata[key]) === lowerCase(wanted) : undefined,
  ),
  filterMutant("numbers-match-by-value", "numbers are rounded", (metadata, key, wanted) =>
    typeof wanted === "number" && typeof metadata[key] === "number"
      ? Math.fround(metadata[key]) === Math.fround(wanted)
      : undefined,
  ),
  filterMutant("booleans-match", "booleans are numbers", (metadata, key, wanted) =>
    typeof wanted === "boolean" ? Number(metadata[key]) === Number(wanted) : undefined,
  ),
  filterMutant("null-is-not-missing", "null matches a missing key", (metadata, key, wanted) =>
    wanted === null ? (metadata[key] ?? null) === null : undefined,
  ),
  filterMutant(
    "undefined-means-the-key-is-missing",
    "keys whose value is undefined are ignored",
    (_, __, wanted) => (wanted === undefined ? true : undefined),
  ),
  filterMutant("types-are-not-mixed", "values are compared as text", (metadata, key, wanted) =>
    typeof wanted === "string" || typeof wanted === "number"
      ? Object.hasOwn(metadata, key) && String(metadata[key]) === String(wanted)
      : undefined,
  ),
  filterMutant(
    "objects-match-in-any-key-order",
    "objects are compared as JSON text",
    (metadata, key, wanted) =>
      isObject(wanted) ? JSON.stringify(metadata[key]) === JSON.stringify(wanted) : undefined,
  ),
  filterMutant("objects-are-not-contained", "objects match by containment", (metadata, key, wanted) => {
    const found = metadata[key];
    if (!isObject(wanted) || !isObject(found)) return undefined;
    return Object.entries(wanted).every(([inner, value]) => isDeepStrictEqual(found[inner], value));
  }),
  filterMutant("arrays-match-in-order-and-length", "arrays match by containment", (metadata, key, wanted) => {
    const found = metadata[key];
    if (!Array.isArray(wanted) || !Array.isArray(found)) return undefined;
    return wanted.every((item) => found.includes(item));
  }),
  filterMutant("a-dot-in-a-key-is-a-dot", "keys are paths", (metadata, key, wanted) => {
    if (!key.includes(".")) return undefined;
    let found: unknown = metadata;
    for (const part of key.split(".")) found = isObject(found) ? found[part] : undefined;
    return isDeepStrictEqual(found, wanted);
  }),
  filterMutant("a-dollar-in-a-key-is-a-dollar", "keys with $ are ignored", (_, key) =>
    key.startsWith("$") ? true : undefined,
  ),
  filterMutant("an-operator-is-a-value", "operators are obeyed", (metadata, key, wanted) => {
    const found = metadata[key];
    if (!isObject(wanted) || typeof found !== "number") return undefined;
    if (typeof wanted["$gt"] === "number") return found > wanted["$gt"];
    return "$exists" in wanted ? true : undefined;
  }),
  filterMutant("quotes-in-a-key-are-quotes", "keys are pasted into the query", (_, key) =>
    /['"].* OR /.test(key) ? true : undefined,
  ),
  filterMutant(
    "names-of-object-members-are-keys",
    "keys are looked up on Object.prototype too",
    (metadata, key, wanted) => (wanted === undefined ? metadata[key] === undefined : undefined),
  ),
];
