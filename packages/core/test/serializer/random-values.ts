import { randomText } from "./random-text.ts";

/** Numbers from a seed (mulberry32): the same seed makes the same value on every machine. */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.1,
  63,
  64,
  255,
  256,
  -32,
  -33,
  65536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  5e-324,
  1e308,
];
const VIEWS: (new (buffer: ArrayBuffer) => object)[] = [
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
];
const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
const PATTERNS = [/a/, /[/]\\/gi, /(?<n>x)|y/dsu, /^$/m, /\u{1F600}/uy];
const LINKS = ["http://a.b/c?d=e#f", "urn:x:y", "https://u:p@h:1/%20"];

/** Makes random values of every type that the serializer stores, with shared and circular references. */
export class RandomValues {
  readonly #random: () => number;
  readonly #made: object[] = [];
  #budget: number;

  /** @param budget About how many values may be nested in one. */
  constructor(seed: number, budget: number) {
    this.#random = randomNumbers(seed);
    this.#budget = budget;
  }

  value(): unknown {
    this.#budget--;
    const dice = this.#random();
    if (dice < 0.08 && this.#made.length > 0) return this.#pick(this.#made);
    if (dice < 0.4 || this.#budget <= 0) return this.#primitive();
    return dice < 0.55 ? this.#leaf() : this.#container();
  }

  text(): string {
    return randomText(this.#random);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)]!;
  }

  #keep<T extends object>(value: T): T {
    this.#made.push(value);
    return value;
  }

  #primitive(): unknown {
    switch (this.#below(8)) {
      case 0:
        return undefined;
      case 1:
        return null;
      case 2:
        return this.#random() < 0.5;
      case 3:
        return this.#pick(NUMBERS) * (this.#random() < 0.5 ? 1 : -1);
      case 4:
        return this.#pick([Number.NaN, Number.POSITIVE_INFINITY, this.#random() * 10 ** this.#below(30)]);
      case 5:
        return BigInt(this.#below(2 ** 31)) ** BigInt(this.#below(9)) * (this.#random() < 0.5 ? 1n : -1n);
      default:
        return this.text();
    }
  }

  #leaf(): object {
    switch (this.#below(6)) {
      case 0:
        return this.#keep(new Date(this.#pick([Number.NaN, 0, -1, this.#below(2 ** 31) * 1000])));
      case 1:
        return this.#keep(Object.assign(new RegExp(this.#pick(PATTERNS)), { lastIndex: this.#below(3) }));
      case 2:
        return this.#keep(new URL(this.#pick(LINKS)));
      case 3:
        return this.#keep(this.#bytes().buffer as ArrayBuffer);
      case 4:
        return this.#keep(Buffer.from(this.#bytes()));
      default:
        return this.#keep(new (this.#pick(VIEWS))(this.#bytes().buffer as ArrayBuffer));
    }
  }

  /** A multiple of eight, for every kind of view. */
  #bytes(): Uint8Array {
    return Uint8Array.from({ length: 8 * this.#below(5) }, () => this.#below(256));
  }

  #container(): object {
    switch (this.#below(9)) {
      case 0:
        return this.#fillMap(this.#keep(new Map()));
      case 1:
        return this.#fillSet(this.#keep(new Set()));
      case 2:
        return this.#fillError(this.#keep(new (this.#pick(ERRORS))(this.text())));
      case 3:
        return this.#fill(this.#keep(Object.create(null) as object));
      case 4:
        return this.#fillOddArray(this.#keep([]));
      case 5:
      case 6:
        return this.#fillArray(this.#keep([]));
      default:
        return this.#fill(this.#keep({}));
    }
  }

  #fill<T extends object>(value: T): T {
    for (let i = this.#below(6); i > 0; i--) {
      const key =
        this.#random() < 0.5 ? this.#pick(["a", "b", "id", "__proto__", "constructor", "1"]) : this.text();
      const field = { value: this.value(), enumerable: true, writable: true, configurable: true };
      Object.defineProperty(value, key, field);
    }
    return value;
  }

  #fillArray(array: unknown[]): unknown[] {
    for (let i = this.#below(this.#random() < 0.1 ? 40 : 6); i > 0; i--) array.push(this.value());
    return array;
  }

  #fillOddArray(array: unknown[]): unknown[] {
    array.length = this.#below(30);
    for (let i = this.#below(4); i > 0; i--) array[this.#below(30)] = this.value();
    return this.#random() < 0.3 ? this.#fill(array) : array;
  }

  #fillMap(map: Map<unknown, unknown>): Map<unknown, unknown> {
    for (let i = this.#below(5); i > 0; i--) map.set(this.value(), this.value());
    return map;
  }

  #fillSet(set: Set<unknown>): Set<unknown> {
    for (let i = this.#below(5); i > 0; i--) set.add(this.value());
    return set;
  }

  #fillError(error: Error): Error {
    if (this.#random() < 0.5) {
      Object.defineProperty(error, "cause", { value: this.value(), writable: true, configurable: true });
    }
    return this.#random() < 0.3 ? Object.assign(error, { code: this.value() }) : error;
  }
}
