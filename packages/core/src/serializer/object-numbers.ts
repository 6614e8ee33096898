/** Up to this many objects are found faster in a list than in a set. */
const FEW = 12;

/**
 * Numbers objects in the order in which they occur, so that a second occurrence is written as a reference. Two
 * objects are told apart by identity, so every one is kept until the value is done.
 */
export class ObjectNumbers {
  readonly #few: (object | undefined)[] = [];
  /** How many of the list are in use, while they are few. */
  #count = 0;
  /** All objects, once they are no longer few. */
  #seen: Set<object> | undefined;
  /** Created at the first repetition among many; until then a set is enough, and faster. */
  #numbers: Map<object, number> | undefined;

  has(value: object): boolean {
    return (this.#numbers ?? this.#seen)?.has(value) ?? this.#few.includes(value);
  }

  /** Takes back the last number that was given: what stands for the object gets one instead. */
  withdraw(value: object): void {
    this.#seen?.delete(value);
    this.#numbers?.delete(value);
    if (this.#seen === undefined) this.#few[--this.#count] = undefined;
  }

  /** Forgets all objects. */
  clear(): void {
    this.#few.fill(undefined);
    this.#count = 0;
    this.#seen = undefined;
    this.#numbers = undefined;
  }

  /** How many numbers ago the object occurred; 0 for a new one, which gets the next number. */
  distanceTo(value: object): number {
    const seen = this.#seen;
    if (seen === undefined) return this.#distanceAmongFew(value);
    if (this.#numbers === undefined) {
      const before = seen.size;
      seen.add(value);
      if (seen.size !== before) return 0;
      this.#numbers = new Map();
      for (const object of seen) this.#numbers.set(object, this.#numbers.size);
    }
    const next = this.#numbers.size;
    const number = this.#numbers.get(value);
    if (number !== undefined) return next - number;
    this.#numbers.set(value, next);
    return 0;
  }

  #distanceAmongFew(value: object): number {
    const few = this.#few;
    const number = few.indexOf(value);
    if (number !== -1) return this.#count - number;
    if (this.#count === FEW) this.#seen = new Set(few as object[]).add(value);
    else few[this.#count++] = value;
    return 0;
  }
}
