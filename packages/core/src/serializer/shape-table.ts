import type { ByteWriter } from "./byte-writer.ts";
import { isSafeText } from "./text.ts";

/** A list of keys that records of one pack share. */
export interface Shape {
  readonly keys: readonly string[];
  /** The byte that stands for the shape, or {@link GONE}. */
  id: number;
  /** Whether one of the keys is `toJSON`. */
  readonly hasToJSON: boolean;
  /** Whether the keys are written already. */
  defined: boolean;
  /** The shape that followed last time. */
  next: Shape | undefined;
}

const FIRST_ID = 0x40;
/** The last id is for records with so many keys that they are hardly met twice. */
const SLOTS = 63;
export const MANY_KEYS_ID: number = FIRST_ID + SLOTS;
/** Objects with more keys are dictionaries more often than records. */
export const MANY_KEYS = 64;
const GONE = -1;

/**
 * The shapes of the objects in one value. An id follows from the keys and not from the order in which
 * shapes are met, so that a new shape in a value leaves the bytes of the others as they were.
 */
export class ShapeTable {
  readonly #slots: (Shape | undefined)[] = [];
  readonly #byFirstKey = new Map<string | undefined, Shape[]>();
  #empty: Shape | undefined;
  #last: Shape = { keys: [], hasToJSON: false, id: GONE, defined: false, next: undefined };

  /** The shape without keys. Objects that are empty come between all others, and would spoil every guess. */
  get empty(): Shape {
    if (this.#empty === undefined || this.#empty.id === GONE)
      this.#empty = this.#lookUp([]) ?? this.#add([])!;
    return this.#empty;
  }

  /** The shape of an object's own keys, or `undefined` where no record can have them. */
  of(value: object): Shape | undefined {
    const guess = this.#last.next;
    if (guess === undefined || guess.id === GONE || !hasKeys(value, guess.keys)) {
      return this.find(Object.keys(value));
    }
    this.#last = guess;
    return guess;
  }

  /** The shape with these keys, or `undefined` where no record can have them. */
  find(keys: readonly string[]): Shape | undefined {
    const guess = this.#last.next;
    if (guess !== undefined && guess.id !== GONE && sameKeys(guess.keys, keys)) {
      this.#last = guess;
      return guess;
    }
    const shape = this.#lookUp(keys) ?? this.#add(keys);
    if (shape === undefined) return undefined;
    this.#last.next = shape;
    this.#last = shape;
    return shape;
  }

  #lookUp(keys: readonly string[]): Shape | undefined {
    const shapes = this.#byFirstKey.get(keys[0]);
    if (shapes === undefined) return undefined;
    for (const shape of shapes) if (sameKeys(shape.keys, keys)) return shape;
    return undefined;
  }

  #add(keys: readonly string[]): Shape | undefined {
    // The decoder makes records by assignment, which for `__proto__` means something else.
    for (const key of keys) if (key === "__proto__" || !isSafeText(key)) return undefined;
    const shape: Shape = {
      keys,
      hasToJSON: keys.includes("toJSON"),
      id: MANY_KEYS_ID,
      defined: false,
      next: undefined,
    };
    if (keys.length > MANY_KEYS) return shape;
    const slot = this.#freeSlot(hashKeys(keys) % SLOTS);
    this.#remove(this.#slots[slot]);
    this.#slots[slot] = shape;
    shape.id = FIRST_ID + slot;
    const shapes = this.#byFirstKey.get(keys[0]);
    if (shapes === undefined) this.#byFirstKey.set(keys[0], [shape]);
    else shapes.push(shape);
    return shape;
  }

  #freeSlot(first: number): number {
    for (let i = 0; i < SLOTS; i++) {
      const slot = (first + i) % SLOTS;
      if (this.#slots[slot] === undefined) return slot;
    }
    return first;
  }

  #remove(shape: Shape | undefined): void {
    if (shape === undefined) return;
    shape.id = GONE;
    const shapes = this.#byFirstKey.get(shape.keys[0])!;
    shapes.splice(shapes.indexOf(shape), 1);
  }
}

/** Writes the head of a record whose keys are not written yet. */
export function defineShape(bytes: ByteWriter, shape: Shape): void {
  bytes.byte(0xd4);
  bytes.byte(0x72);
  bytes.byte(shape.id);
  bytes.arrayHead(shape.keys.length);
  for (const key of shape.keys) bytes.text(key);
  shape.defined = shape.id !== MANY_KEYS_ID;
}

/** Whether these are an object's own keys, without making a list of them. */
function hasKeys(value: object, keys: readonly string[]): boolean {
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
