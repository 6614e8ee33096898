import { contrast } from "./contrast.ts";
import { className, show } from "./show.ts";

/** What a comparison found: the place, and the difference there. */
export interface Difference {
  readonly path: string;
  readonly message: string;
}

export interface DifferenceOptions {
  /** Whether what is one object in one value must be one object in the other. @default false */
  readonly references?: boolean;
}

interface Walk {
  readonly references: boolean;
  /** Every pair that was compared or is being compared. */
  readonly met: Map<object, Set<object>>;
  readonly metBy: Map<object, Set<object>>;
}

/**
 * The first difference between two values, or `undefined`. Strict: classes, −0, NaN, holes, the
 * presence of keys, the order of maps and sets and own fields of errors all count. The order of an
 * object's keys does not.
 */
export function difference(
  actual: unknown,
  expected: unknown,
  options: DifferenceOptions = {},
): Difference | undefined {
  const walk: Walk = {
    references: options.references ?? false,
    met: new Map(),
    metBy: new Map(),
  };
  return compare(actual, expected, "$", walk);
}

function compare(actual: unknown, expected: unknown, path: string, walk: Walk): Difference | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (!isObject(actual) || !isObject(expected)) {
    return { path, message: contrast(actual, expected) };
  }
  const known = compareReferences(actual, expected, path, walk);
  if (known !== "unknown") return known;
  return (
    compareClasses(actual, expected, path) ??
    compareContent(actual, expected, path, walk) ??
    compareKeys(actual, expected, path, walk)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function compareReferences(
  actual: object,
  expected: object,
  path: string,
  walk: Walk,
): Difference | undefined | "unknown" {
  const partners = setOf(walk.met, expected);
  const partnersBack = setOf(walk.metBy, actual);
  if (partners.has(actual)) return undefined;
  if (walk.references && partners.size + partnersBack.size > 0) {
    return {
      path,
      message:
        partners.size === 0
          ? "one object in two places instead of two objects"
          : "a second object instead of the same one as before",
    };
  }
  partners.add(actual);
  partnersBack.add(expected);
  return "unknown";
}

function setOf(sets: Map<object, Set<object>>, key: object): Set<object> {
  const found = sets.get(key) ?? new Set();
  sets.set(key, found);
  return found;
}

function compareClasses(actual: object, expected: object, path: string): Difference | undefined {
  if (Object.getPrototypeOf(actual) === Object.getPrototypeOf(expected)) return undefined;
  // Classes go by name, because runners may give tests other built-in classes than savers have.
  const [found, wanted] = [className(actual), className(expected)];
  if (found === wanted) return undefined;
  return {
    path,
    message: `${show(actual)} (${found}) instead of ${show(expected)} (${wanted})`,
  };
}

function compareContent(actual: object, expected: object, path: string, walk: Walk): Difference | undefined {
  if (expected instanceof Map && actual instanceof Map) {
    return compareList([...actual].flat(), [...expected].flat(), `${path}.entries`, walk);
  }
  if (expected instanceof Set && actual instanceof Set) {
    return compareList([...actual], [...expected], `${path}.items`, walk);
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (actual.length === expected.length) return undefined;
    return {
      path,
      message: `${actual.length} ${actual.length === 1 ? "item" : "items"} instead of ${expected.length}: ${contrast(actual, expected)}`,
    };
  }
  const [found, wanted] = [scalarContent(actual), scalarContent(expected)];
  if (found === wanted) return undefined;
  const bytes = byteDifference(actual, expected);
  if (bytes !== undefined) return { path, message: bytes };
  return { path, message: contrast(actual, expected) };
}

/** Shows where bytes differ: their beginnings might look the same. */
function byteDifference(actual: object, expected: object): string | undefined {
  const [found, wanted] = [bytesOf(actual), bytesOf(expected)];
  if (!found || !wanted) return undefined;
  if (found.length !== wanted.length)
    return `${found.length} ${found.length === 1 ? "byte" : "bytes"} instead of ${wanted.length}`;
  const index = wanted.findIndex((byte, i) => byte !== found[i]);
  return `byte ${index} is ${found[index]} instead of ${wanted[index]}`;
}

function bytesOf(value: object): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : undefined;
}

interface URLLike {
  readonly href: string;
}

/** Everything about an object except its keys, as text; equal exactly when that is equal. */
function scalarContent(value: object): string {
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof RegExp) return `${value.source}/${value.flags}/${value.lastIndex}`;
  if (value instanceof Error) return `${value.name}\n${value.message}\n${value.stack ?? ""}`;
  const bytes = bytesOf(value);
  if (bytes) return bytes.join(",");
  if (Object.prototype.toString.call(value) === "[object URL]") return (value as URLLike).href;
  return "";
}

function compareList(
  actual: readonly unknown[],
  expected: readonly unknown[],
  path: string,
  walk: Walk,
): Difference | undefined {
  if (actual.length !== expected.length) return { path, message: contrast(actual, expected) };
  for (const [index, item] of expected.entries()) {
    const found = compare(actual[index], item, `${path}[${index}]`, walk);
    if (found !== undefined) return found;
  }
  return undefined;
}

function compareKeys(actual: object, expected: object, path: string, walk: Walk): Difference | undefined {
  // Bytes have already been compared, and a megabyte has a million keys.
  if (ArrayBuffer.isView(expected)) return undefined;
  const keys = keysOf(expected);
  for (const key of keysOf(actual)) {
    if (!Object.hasOwn(expected, key)) {
      return { path, message: `a key ${show(key)} that should not be there` };
    }
  }
  for (const key of keys) {
    if (!Object.hasOwn(actual, key)) return { path, message: `the key ${show(key)} is missing` };
    const found = compare(Reflect.get(actual, key), Reflect.get(expected, key), pathTo(path, key), walk);
    if (found !== undefined) return found;
  }
  return undefined;
}

function keysOf(value: object): string[] {
  const keys = Object.keys(value);
  // Not enumerable, yet part of what an error says.
  if (value instanceof Error) {
    for (const key of ["cause", "errors"]) if (Object.hasOwn(value, key)) keys.push(key);
  }
  return keys;
}

function pathTo(path: string, key: string): string {
  if (/^\d+$/.test(key)) return `${path}[${key}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}
