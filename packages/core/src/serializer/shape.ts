import { isSafeText } from "./text.ts";

/** A list of keys that records share. Equal lists are mostly the same object. */
export interface Shape {
  readonly keys: readonly string[];
  readonly hash: number;
  /** Whether one of the keys is `toJSON`. */
  readonly hasToJSON: boolean;
  /** Where it is among the known shapes. */
  readonly place: number;
  /** Where the one is that followed last time. */
  next: number;
}

/** Objects with more keys are dictionaries more often than records. */
export const MANY_KEYS = 64;
/** A program that makes lists of keys without end does not fill the memory. */
const KNOWN_MAX = 1024;

// Keys come from the same few places of a program all the time, so all encoders share what is known of them.
const known: Shape[] = [];
const byFirstKey = new Map<string | undefined, Shape[]>();
const FIRST: Shape = makeShape([]);

/** The shape without keys. */
export const EMPTY_SHAPE: Shape = makeShape([]);

/** Finds the shapes of one object after the other. */
export class ShapeFinder {
  #last: Shape = FIRST;

  /** The shape of an object's own keys, or `undefined` where no record can have them. */
  of(value: object): Shape | undefined {
    const guess = known[this.#last.next];
    if (guess === undefined || !hasKeys(value, guess.keys)) return this.find(Object.keys(value));
    this.#last = guess;
    return guess;
  }

  /** The shape with these keys, or `undefined` where no record can have them. */
  find(keys: readonly string[]): Shape | undefined {
    // Objects that are empty come between all others, and would spoil every guess.
    if (keys.length === 0) return EMPTY_SHAPE;
    const guess = known[this.#last.next];
    if (guess !== undefined && sameKeys(guess.keys, keys)) {
      this.#last = guess;
      return guess;
    }
    return this.#lookUp(keys);
  }

  #lookUp(keys: readonly string[]): Shape | undefined {
    const found = byFirstKey.get(keys[0])?.find((shape) => sameKeys(shape.keys, keys));
    if (found !== undefined) {
      this.#last.next = found.place;
      this.#last = found;
      return found;
    }
    if (!areStorable(keys)) return undefined;
    return keys.length > MANY_KEYS ? makeShape(keys) : remember(keys);
  }
}

/**
 * The same keys, as the engine keeps them for objects, which it finds at once; `undefined` where no record can have
 * them.
 */
export function sharedKeys(keys: readonly string[]): readonly string[] | undefined {
  const found = byFirstKey.get(keys[0])?.find((shape) => sameKeys(shape.keys, keys));
  if (found !== undefined) return found.keys;
  if (!areStorable(keys)) return undefined;
  return keys.length > MANY_KEYS || keys.length === 0 ? keys : remember(keys.map(asKey)).keys;
}

function asKey(text: string): string {
  return Object.keys({ [text]: 0 })[0]!;
}

/** The decoder makes records by assignment, which for `__proto__` means something else. */
function areStorable(keys: readonly string[]): boolean {
  for (const key of keys) if (key === "__proto__" || !isSafeText(key)) return false;
  return true;
}

function makeShape(keys: readonly string[], place = 0): Shape {
  return { keys, hash: hashKeys(keys), hasToJSON: keys.includes("toJSON"), place, next: 0 };
}

function remember(keys: readonly string[]): Shape {
  if (known.length === KNOWN_MAX) {
    known.length = 0;
    byFirstKey.clear();
  }
  const shape = makeShape(keys, known.length);
  known.push(shape);
  const others = byFirstKey.get(keys[0]);
  if (others === undefined) byFirstKey.set(keys[0], [shape]);
  else others.push(shape);
  return shape;
}

/** Whether these are an object's own keys, without making a list of them. */
export function hasKeys(value: object, keys: readonly string[]): boolean {
  let count = 0;
  for (const key in value) if (key !== keys[count++]) return false;
  // What is inherited comes last.
  return count === keys.length && (count === 0 || Object.hasOwn(value, keys[count - 1]!));
}

export function sameKeys(left: readonly string[], right: readonly string[]): boolean {
  const length = left.length;
  if (length !== right.length) return false;
  for (let i = 0; i < length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function hashKeys(keys: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const key of keys) {
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0xffff, 0x01000193);
  }
  return hash >>> 0;
}
