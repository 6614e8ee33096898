import type { ValueWriter } from "../value-writer.ts";

/** A class of the language or of the host whose instances are stored. */
export interface NativeClass {
  /** The name of the global, or of the class that a value of another realm has. */
  readonly name: string;
  /** Writes an instance; fails for an object that only has the prototype. */
  write(writer: ValueWriter, value: object): void;
  /** An instance of the class itself with the contents of one of a subclass; fails as `write` does. */
  readonly copy?: (value: object) => object | undefined;
}
