/**
 * Numbers objects in the order in which they occur, so that a second occurrence is written as a reference. Two
 * objects are told apart by identity, so every one is kept until the value is done.
 */
export class ObjectNumbers {
  readonly #seen = new Set<object>();
  /** Created at the first repetition; until then a set is enough, and faster. */
  #numbers: Map<object, number> | undefined;

  has(value: object): boolean {
    return this.#numbers === undefined ? this.#seen.has(value) : this.#numbers.has(value);
  }

  /** Takes back the last number that was given: what stands for the object gets one instead. */
  withdraw(value: object): void {
    this.#seen.delete(value);
    this.#numbers?.delete(value);
  }

  /** How many numbers ago the object occurred; 0 for a new one, which gets the next number. */
  distanceTo(value: object): number {
    if (this.#numbers === undefined) {
      const before = this.#seen.size;
      this.#seen.add(value);
      if (this.#seen.size !== before) return 0;
      this.#numbers = new Map();
      for (const seen of this.#seen) this.#numbers.set(seen, this.#numbers.size);
    }
    const next = this.#numbers.size;
    const number = this.#numbers.get(value);
    if (number !== undefined) return next - number;
    this.#numbers.set(value, next);
    return 0;
  }
}
