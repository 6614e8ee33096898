import type { ValueReader } from "../value-reader.ts";
import type { Encoder } from "../encoder.ts";

/** A class of the language or of the host whose instances are stored. */
export interface NativeClass {
  /** The name of the global, or of the class that a value of another realm has. */
  readonly name: string;
  /** Writes an instance; fails for an object that only has the prototype. */
  write(writer: Encoder, value: object): void;
  /** The tag that it writes, and how the data of that is read; `undefined` for what MessagePack has a type for. */
  readonly tag: number | undefined;
  read(reader: ValueReader): unknown;
  /** An instance of the class itself with the contents of one of a subclass; fails as `write` does. */
  readonly copy?: (value: object) => object | undefined;
}
