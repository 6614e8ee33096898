import type { CustomTypes } from "./custom-types.ts";
import type { Shape } from "./shape.ts";
import type { ClassName } from "./types/class-table.ts";

/** What is read in place of something that could not be stored. */
export const OMITTED: unique symbol = Symbol("omitted");

/** What the fields of instances are read from: bytes, or what was noted when they were written. */
export interface FieldReader {
  /** The next value, or `OMITTED`. */
  part(): unknown;
  /** The same for a field of a message, where what is empty has no number. */
  field(): unknown;
  /** The head of a record; its values come next. */
  record(): Shape;
  /** Whether the next byte is one of `MARK`. If so, it has been read. */
  meets(mark: number): boolean;
  /** Gives an object the next number. This has to happen before its parts are read, as it did when writing. */
  number(value: object): void;
  prototypeOf(name: ClassName): object;
  /** Goes one level deeper, for the parts of the current value. */
  enter(): void;
  leave(): void;
}

/** The reader of a body as the readers of single types see it. */
export interface ValueReader extends FieldReader {
  readonly types: CustomTypes;
  /** The next value; `undefined` for what could not be stored. */
  value(): unknown;
  /** The next value, which has no tag. */
  plain(): unknown;
  integer(): number;
  /** Text of any kind. */
  text(): string;
  /** Text or an index. */
  key(): string | number;
  binary(): Uint8Array;
  /** The head of a list, with a given length if any; its values come next. */
  list(length?: number): number;
  /** The number of pairs in a list of keys and values. */
  pairs(): number;
  /** Reads a record into an object. */
  fields(into: object): void;
  /** Gives the next number to an object that can be made only after its parts. */
  reserve(): (value: object) => void;
}
