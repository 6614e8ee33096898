import { convertCollection, type Conversion, give, nothingOf, readOf } from "./conversion.ts";
import { convertError } from "./error-copy.ts";
import { convertMessage } from "./message-stand-in.ts";
import { convertToAncestor } from "./nearest-native.ts";

type Way = (value: object, key: string) => Conversion | undefined;

const WAYS: readonly Way[] = [
  unbox,
  convertError,
  convertToAncestor,
  convertMessage,
  convertCollection,
  askToJSON,
  copyFields,
];

/**
 * The nearest thing to an object of an unknown class that can be stored. Code of the object may run: if it
 * throws, the next way is tried.
 *
 * @param key The property that the object is in, for `toJSON`.
 * @param plainly Whether its own properties are to be taken, without asking it.
 */
export function convert(value: object, key: string, plainly = false): Conversion {
  for (const way of plainly ? [copyFields] : WAYS) {
    try {
      const found = way(value, key);
      if (found !== undefined) return found;
    } catch {
      // The next way may work.
    }
  }
  return nothingOf();
}

const BOXES: readonly ((value: object) => unknown)[] = [
  (value) => String.prototype.valueOf.call(value),
  (value) => Number.prototype.valueOf.call(value),
  (value) => Boolean.prototype.valueOf.call(value),
  (value) => BigInt.prototype.valueOf.call(value as unknown as bigint),
];
const BOXED = /^\[object (?:String|Number|Boolean|BigInt)\]$/;

function unbox(value: object): Conversion | undefined {
  if (!BOXED.test(Object.prototype.toString.call(value))) return undefined;
  for (const valueOf of BOXES) {
    try {
      return { kind: "primitive", data: valueOf(value), becomes: "comes back as the primitive in it" };
    } catch {
      // Another kind of box, or none.
    }
  }
  return undefined;
}

function askToJSON(value: object, key: string): Conversion | undefined {
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON !== "function") return undefined;
  const data: unknown = toJSON.call(value, key);
  // A promise has no value yet.
  if (data === value || data instanceof Promise) return undefined;
  return { kind: "toJSON", data, becomes: "comes back as what its toJSON() returns" };
}

function copyFields(value: object): Conversion | undefined {
  const keys = Object.keys(value);
  if (keys.length === 0) return undefined;
  const data = {};
  for (const key of keys) {
    const field = readOf(value, key);
    // It was already asked.
    if (key !== "toJSON" || typeof field !== "function") give(data, key, field);
  }
  return { kind: "fields", data, becomes: "comes back as a plain object of its own enumerable properties" };
}
