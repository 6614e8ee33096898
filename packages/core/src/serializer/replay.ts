import { isDense, isPlain } from "./containers.ts";
import { isUsualNamespace, placesOf, planOf } from "./message-plan.ts";
import { ARRAY_MARK, BYTE_MARKS, type Recorder, type Token } from "./recording.ts";
import type { Shape } from "./shape-table.ts";
import type { ValueWriter } from "./value-writer.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Objects in one above which it is written in the usual way. */
const MAX_OBJECTS = 32;
const NULL: Token = BYTE_MARKS[0xc0]!;
const UNDEFINED: readonly Token[] = [BYTE_MARKS[0xd4]!, BYTE_MARKS[0]!, BYTE_MARKS[0]!];

/**
 * Passes over what is as it was the last time, in a fraction of the time that writing it takes: nearly all of a
 * conversation is old. Gives what the writer gives; anything unusual is left to the writer. It belongs to one
 * encoder, and what it needs for one object it uses again for the next.
 */
export class Replay {
  readonly #writer: ValueWriter;
  readonly #recorder: Recorder;
  readonly #tokens: Token[];
  #at = 0;
  /** Objects that are to be numbered, in their order. */
  readonly #objects: object[] = [];
  readonly #values: unknown[] = [];

  constructor(writer: ValueWriter, recorder: Recorder) {
    this.#writer = writer;
    this.#recorder = recorder;
    this.#tokens = recorder.tokens;
  }

  /** Whether everything was the same until now. */
  get isOn(): boolean {
    return this.#recorder.replaying;
  }

  /**
   * Passes over the fields of a message.
   *
   * @returns Whether it did; otherwise nothing has happened but that properties were read.
   */
  message(message: Fields): boolean {
    if (!this.isOn) return false;
    this.#start();
    try {
      const shape = this.#writer.shapeOf(message);
      if (shape === undefined || !this.#fields(shape, message)) return false;
    } catch {
      // A property that throws is the writer's business.
      return false;
    }
    return this.#pass();
  }

  /** As `message`, for a plain object. */
  record(value: object): boolean {
    if (!this.isOn) return false;
    this.#start();
    try {
      if (!isPlain(value) || !this.#object(value)) return false;
    } catch {
      return false;
    }
    return this.#pass();
  }

  #start(): void {
    this.#at = this.#recorder.next;
    this.#objects.length = 0;
  }

  #pass(): true {
    this.#recorder.skipTo(this.#at);
    for (const object of this.#objects) this.#writer.isNew(object);
    return true;
  }

  #fields(shape: Shape, message: Fields): boolean {
    if (!this.#shape(shape)) return false;
    const { readers, givenAt, namespaceAt } = planOf(shape);
    const values = this.#values;
    for (let i = 0; i < readers.length; i++) values[i] = readers[i]!(message);
    for (let i = 0; i < readers.length; i++) {
      const value = values[i];
      if (typeof value === "string") {
        if (!this.#text(value)) return false;
      } else if (i === givenAt) {
        if (!this.#given(value, shape, values)) return false;
      } else if (i === namespaceAt) {
        if (!isUsualNamespace(value) || !this.#is(NULL)) return false;
      } else if (!this.#emptyOr(value)) {
        return false;
      }
    }
    return true;
  }

  #shape(shape: Shape): boolean {
    return shape.defined && this.#is(BYTE_MARKS[shape.id]!);
  }

  #is(token: Token): boolean {
    return this.#tokens[this.#at++] === token;
  }

  #text(value: string): boolean {
    if (this.#tokens[this.#at] !== value) return false;
    // The next value has mostly the same text, which is then seen without a look at it.
    this.#tokens[this.#at++] = value;
    return true;
  }

  #given(given: unknown, fields: Shape, values: readonly unknown[]): boolean {
    if (!isPlain(given) || !this.#writer.isUnseen(given)) return false;
    const shape = this.#writer.shapeOf(given);
    if (shape === undefined || !this.#shape(shape)) return false;
    const places = placesOf(shape, fields);
    for (let i = 0; i < places.length; i++) {
      const part = given[shape.keys[i]!];
      const place = places[i]!;
      if (place !== -1 && Object.is(values[place], part)) {
        if (!this.#is(NULL)) return false;
      } else if (typeof part === "object" && part !== null) {
        return false;
      } else if (!this.#array(1) || !this.#value(part)) {
        return false;
      }
    }
    return true;
  }

  #array(length: number): boolean {
    return this.#is(ARRAY_MARK) && this.#is(length);
  }

  /** A field: what is empty in it has no number. */
  #emptyOr(value: unknown): boolean {
    if (Array.isArray(value) && value.length === 0) {
      const isUsual = Object.getPrototypeOf(value) === Array.prototype && Object.keys(value).length === 0;
      return isUsual && this.#array(0);
    }
    return isPlain(value) && hasNoKeys(value) ? this.#shape(this.#writer.emptyShape) : this.#value(value);
  }

  #value(value: unknown): boolean {
    if (typeof value === "string") return this.#text(value);
    if (typeof value === "number") return Object.is(this.#tokens[this.#at++], value);
    if (typeof value === "boolean") return this.#is(BYTE_MARKS[value ? 0xc3 : 0xc2]!);
    if (value === undefined) return UNDEFINED.every((token) => this.#is(token));
    if (value === null) return this.#is(NULL);
    return typeof value === "object" && this.#object(value);
  }

  #object(value: object): boolean {
    if (this.#objects.length === MAX_OBJECTS || this.#objects.includes(value)) return false;
    if (!this.#writer.isUnseen(value)) return false;
    this.#objects.push(value);
    if (Array.isArray(value)) {
      if (Object.getPrototypeOf(value) !== Array.prototype || !isDense(value)) return false;
      return this.#array(value.length) && value.every((item) => this.#value(item));
    }
    if (!isPlain(value)) return false;
    const shape = this.#writer.shapeOf(value);
    if (shape === undefined || !this.#shape(shape)) return false;
    return shape.keys.every((key) => this.#value(value[key]));
  }
}

function hasNoKeys(value: object): boolean {
  // Faster than a list of the keys, which is made only where there is something to list.
  for (const _ in value) return Object.keys(value).length === 0;
  return true;
}
