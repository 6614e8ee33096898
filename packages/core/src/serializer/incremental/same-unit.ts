import { recogniseClass } from "../types/class-recognition.ts";
import { type ClassTraits, traitsOf } from "../types/class-table.ts";
import { isDense, isPlain } from "../own-keys.ts";
import { isUsualNamespace, placesOf } from "../types/message.ts";
import type { ObjectNumbers } from "../object-numbers.ts";
import { EMPTY_SHAPE, hasKeys, type Shape } from "../shape.ts";
import { TAG_TOKENS } from "./unit-writer.ts";
import { LIST, type Token, type Units } from "./units.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks whether a unit is the same as last time, in a fraction of the time that writing it takes: nearly all of a
 * conversation is old. It looks at every property. It knows plain records, arrays and messages that occur once in the
 * value; anything else counts as changed, and the writer decides. Symbol keys, and keys added to the namespace of a
 * message, are looked for only where something is written: that takes as long as everything else.
 */
export class SameUnit {
  readonly #tokens: Token[];
  readonly #units: Units;
  readonly #numbers: ObjectNumbers;
  #at = 0;
  /** Objects of the unit that have been given numbers, in order. */
  readonly #numbered: object[] = [];
  readonly #values: unknown[] = [];
  /** What reading the messages of the unit needs; 0 if there are none. */
  needs = 0;

  constructor(units: Units, numbers: ObjectNumbers) {
    this.#tokens = units.tokens;
    this.#units = units;
    this.#numbers = numbers;
  }

  /**
   * Whether a value is the unit. If so, its objects have their numbers; if not, its properties were read, and nothing
   * else was done.
   */
  holds(unit: number, value: unknown): boolean {
    if (!this.#units.isKnown(unit)) return false;
    this.#at = this.#units.start(unit);
    this.needs = 0;
    this.#numbered.length = 0;
    try {
      if (this.#value(value)) return true;
    } catch {
      // The writer deals with a property that throws.
    }
    for (const object of this.#numbered.reverse()) this.#numbers.withdraw(object);
    return false;
  }

  #value(value: unknown): boolean {
    const at = this.#at;
    if (typeof value === "string") {
      if (this.#tokens[at] !== value) return false;
      // The next value probably has this very text, and comparing it with itself takes no time.
      this.#tokens[at] = value;
    } else if (typeof value === "object" && value !== null) {
      return this.#object(value);
    } else if (!Object.is(this.#tokens[at], value)) {
      return false;
    }
    this.#at = at + 1;
    return true;
  }

  #is(token: Token): boolean {
    return this.#tokens[this.#at++] === token;
  }

  #object(value: object): boolean {
    if (this.#numbers.distanceTo(value) !== 0) return false;
    this.#numbered.push(value);
    const token = this.#tokens[this.#at];
    if (token === LIST) return this.#list(value);
    if (typeof token !== "object" || token === null) return false;
    if ("tag" in token) return this.#message(value as Fields);
    return isPlain(value) && this.#record(value, token);
  }

  #list(value: object): boolean {
    if (!Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype || !isDense(value))
      return false;
    const { length } = value;
    if (!this.#listHead(length)) return false;
    for (let i = 0; i < length; i++) if (!this.#value(value[i])) return false;
    return true;
  }

  #listHead(length: number): boolean {
    return this.#is(LIST) && this.#is(length);
  }

  #record(value: Fields, { keys }: Shape): boolean {
    if (!hasKeys(value, keys)) return false;
    this.#at++;
    for (let i = 0; i < keys.length; i++) if (!this.#value(value[keys[i]!])) return false;
    return true;
  }

  #message(message: Fields): boolean {
    const name = recogniseClass(message, Object.getPrototypeOf(message) as object);
    const traits = name && traitsOf(name);
    return traits !== undefined && this.#is(TAG_TOKENS[traits.plainTag]) && this.#fields(message, traits);
  }

  #shape(): Shape | undefined {
    const token = this.#tokens[this.#at++];
    return typeof token === "object" && token !== null && "keys" in token ? token : undefined;
  }

  #fields(message: Fields, { needs }: ClassTraits): boolean {
    const shape = this.#shape();
    if (shape === undefined || !hasKeys(message, shape.keys)) return false;
    this.needs |= needs;
    const { keys, givenAt, namespaceAt } = shape;
    const values = this.#values;
    for (let i = 0; i < keys.length; i++) values[i] = message[keys[i]!];
    for (let i = 0; i < keys.length; i++) {
      const value = values[i];
      if (i === givenAt) {
        if (!this.#given(value, shape, values)) return false;
      } else if (i === namespaceAt) {
        if (!isUsualNamespace(value) || !this.#is(null)) return false;
      } else if (!this.#emptyOr(value)) {
        return false;
      }
    }
    return true;
  }

  #given(given: unknown, fields: Shape, values: readonly unknown[]): boolean {
    const shape = this.#shape();
    if (shape === undefined || !isPlain(given) || this.#numbers.has(given)) return false;
    if (!hasKeys(given, shape.keys)) return false;
    const places = placesOf(shape, fields);
    for (let i = 0; i < places.length; i++) {
      const part = given[shape.keys[i]!];
      const place = places[i]!;
      if (place !== -1 && Object.is(values[place], part)) {
        if (!this.#is(null)) return false;
      } else if (typeof part === "object" && part !== null) {
        return false;
      } else if (!this.#listHead(1) || !this.#value(part)) {
        return false;
      }
    }
    return true;
  }

  /** A field: what is empty in it has no number. */
  #emptyOr(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return this.#value(value);
    if (Array.isArray(value)) {
      if (value.length > 0 || Object.getPrototypeOf(value) !== Array.prototype) return this.#value(value);
      return Object.keys(value).length === 0 && this.#listHead(0);
    }
    return isPlain(value) && hasKeys(value, EMPTY_SHAPE.keys) ? this.#is(EMPTY_SHAPE) : this.#object(value);
  }
}
