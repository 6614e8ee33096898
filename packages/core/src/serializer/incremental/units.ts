import type { Shape } from "../shape.ts";

/** The head of an array; its length is the next token. */
export const LIST: unique symbol = Symbol("list");

/** Stands for a whole unit. */
export const UNIT: unique symbol = Symbol("unit");

/** The head of a message. */
export interface TagToken {
  readonly tag: number;
}

/** One thing that was written. It holds nothing that can change. */
export type Token =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | typeof LIST
  | typeof UNIT
  | TagToken
  | Shape;

/** A shape whose keys are written in a unit, and the id that it has from there on. */
export interface Definition {
  readonly shape: Shape;
  readonly id: number;
}

/** What is known about a unit once it is written. */
export interface Unit {
  /** `undefined` for a unit that has to be written again to see whether it is the same. */
  readonly tokens: readonly Token[] | undefined;
  readonly definitions: readonly Definition[];
  /** Memory that its texts and numbers take. */
  readonly cost: number;
  /** Where its bytes begin and end. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The units of a value, in order: the items of its lists and the other properties of a plain object, or
 * the value as a whole.
 */
export class Units {
  readonly tokens: Token[] = [];
  readonly #starts: number[] = [0];
  readonly #begins: number[] = [];
  readonly #ends: number[] = [];
  readonly #costs: number[] = [0];
  #unknown = 0;
  readonly #definitions = new Map<number, readonly Definition[]>();

  get count(): number {
    return this.#ends.length;
  }

  /** Memory that texts and numbers take. */
  get cost(): number {
    return this.#costs.at(-1)!;
  }

  /** Whether there is a unit whose tokens are not known. */
  get areKnown(): boolean {
    return this.#unknown === 0;
  }

  add({ tokens = [], definitions, cost, begin, end }: Unit): void {
    if (tokens.length === 0) this.#unknown++;
    for (let i = 0; i < tokens.length; i++) this.tokens.push(tokens[i]);
    if (definitions.length > 0) this.#definitions.set(this.count, definitions);
    this.#costs.push(this.cost + cost);
    this.#starts.push(this.tokens.length);
    this.#begins.push(begin);
    this.#ends.push(end);
  }

  /** Whether the tokens of a unit are known. */
  isKnown(unit: number): boolean {
    return this.#starts[unit] !== this.#starts[unit + 1];
  }

  /** Where the tokens of a unit begin. */
  start(unit: number): number {
    return this.#starts[unit]!;
  }

  /** Where the bytes of a unit begin. */
  begin(unit: number): number {
    return this.#begins[unit]!;
  }

  /** Where the bytes of a unit end. */
  end(unit: number): number {
    return this.#ends[unit]!;
  }

  definitions(unit: number): readonly Definition[] {
    return this.#definitions.get(unit) ?? [];
  }

  /** Forgets all but the first units. */
  truncate(count: number): void {
    if (count >= this.count) return;
    for (let i = count; i < this.count; i++) if (!this.isKnown(i)) this.#unknown--;
    this.#begins.length = count;
    this.#ends.length = count;
    this.#starts.length = count + 1;
    this.#costs.length = count + 1;
    this.tokens.length = this.#starts[count]!;
    for (const unit of this.#definitions.keys()) if (unit >= count) this.#definitions.delete(unit);
  }
}
