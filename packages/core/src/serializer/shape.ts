import { isSafeText } from "./text.ts";

/** A list of keys that records share. Equal lists are usually the same object. */
export interface Shape {
  readonly keys: readonly string[];
  readonly hash: number;
  /** Whether one of the keys is `toJSON`. */
  readonly hasToJSON: boolean;
  /** Where `lc_kwargs` is among the keys; -1 if it is not. */
  readonly givenAt: number;
  /** The same for `lc_namespace`. */
  readonly namespaceAt: number;
}

/** Objects with more keys are dictionaries more often than records. */
export const MANY_KEYS = 64;
/** A limit, so that a program that keeps making new lists of keys does not fill the memory. */
const KNOWN_MAX = 1024;

// Keys come from the same few places of a program all the time, so encoders and decoders share what is known of them.
const byFirstKey = new Map<string, Shape[]>();
let known = 0;

/** The shape without keys. */
export const EMPTY_SHAPE: Shape = makeShape([]);

/** The shape with these keys, or `undefined` where no record can have them. */
export function shapeOf(keys: readonly string[]): Shape | undefined {
  const [first] = keys;
  if (first === undefined) return EMPTY_SHAPE;
  const others = byFirstKey.get(first);
  if (others) for (const shape of others) if (sameKeys(shape.keys, keys)) return shape;
  // The decoder makes records by assignment, which for `__proto__` means something else.
  for (const key of keys) if (key === "__proto__" || !isSafeText(key)) return undefined;
  if (keys.length > MANY_KEYS) return makeShape(keys);
  const shape = makeShape(keys.map(asKey));
  remember(first, shape);
  return shape;
}

/** The same text as the engine keeps it for the keys of objects, where it finds it at once. */
function asKey(text: string): string {
  return Object.keys({ [text]: 0 })[0]!;
}

function makeShape(keys: readonly string[]): Shape {
  return {
    keys,
    hash: keys.length > MANY_KEYS ? 0 : hashKeys(keys),
    hasToJSON: keys.includes("toJSON"),
    givenAt: keys.indexOf("lc_kwargs"),
    namespaceAt: keys.indexOf("lc_namespace"),
  };
}

function remember(first: string, shape: Shape): void {
  if (known === KNOWN_MAX) {
    known = 0;
    byFirstKey.clear();
  }
  known++;
  const others = byFirstKey.get(first);
  if (others) others.push(shape);
  else byFirstKey.set(first, [shape]);
}

/** Whether these are an object's own keys, without making a list of them. */
export function hasKeys(value: object, keys: readonly string[]): boolean {
  let count = 0;
  for (const key in value) if (key !== keys[count++]) return false;
  // What is inherited comes last.
  return count === keys.length && (count === 0 || Object.hasOwn(value, keys[count - 1]!));
}

function sameKeys(left: readonly string[], right: readonly string[]): boolean {
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

const FIRST_ID = 0x40;
/** The last id is for records with so many keys that they rarely occur twice. */
const SLOTS = 63;
export const MANY_KEYS_ID: number = FIRST_ID + SLOTS;

/**
 * The shapes whose keys are written already, and the bytes that stand for them. An id follows from the keys and
 * not from the order in which shapes are met, so that a new shape in a value leaves the bytes of the others as they
 * were.
 */
export class ShapeTable {
  readonly #shapes: Shape[] = [];
  readonly #ids: number[] = [];
  /** How many of both lists are in use. */
  #count = 0;

  /** The id of a shape whose keys are written, or `undefined`. */
  idOf(shape: Shape): number | undefined {
    const shapes = this.#shapes;
    for (let i = 0; i < this.#count; i++) {
      const one = shapes[i]!;
      if (one === shape || (one.hash === shape.hash && sameKeys(one.keys, shape.keys))) return this.#ids[i];
    }
    return undefined;
  }

  /** Chooses the id of a shape whose keys are written next. The shape that had it before loses it. */
  define(shape: Shape): number {
    if (shape.keys.length > MANY_KEYS) return MANY_KEYS_ID;
    const id = this.#freeId(shape.hash % SLOTS);
    this.set(shape, id);
    return id;
  }

  /** Assigns an id to a shape. */
  set(shape: Shape, id: number): void {
    const before = this.#ids.indexOf(id);
    const place = before === -1 ? this.#count++ : before;
    this.#shapes[place] = shape;
    this.#ids[place] = id;
  }

  /** Forgets all shapes. */
  clear(): void {
    this.#ids.fill(0);
    this.#count = 0;
  }

  #freeId(first: number): number {
    for (let i = 0; i < SLOTS; i++) {
      const id = FIRST_ID + ((first + i) % SLOTS);
      if (!this.#ids.includes(id)) return id;
    }
    return FIRST_ID + first;
  }
}
