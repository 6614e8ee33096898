import type { UnknownSettings } from "./conversion/settings.ts";
import type { CustomTypes } from "./custom-types.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { UnknownValues } from "./conversion/unknown-values.ts";
import type { PathStep } from "./path.ts";
import type { Shape } from "./shape.ts";

/** What the encoders of one serializer share. */
export interface EncoderParts {
  readonly types: CustomTypes;
  readonly settings: UnknownSettings;
}

/** The encoder as the writers of single types see it. */
export interface ValueWriter {
  readonly bytes: ByteWriter;
  /** How many tags there are so far. */
  readonly tags: number;
  /** Decides about what cannot be stored exactly. */
  readonly unknown: UnknownValues;
  /** Reads a property. One that throws is left out, if the settings say so. */
  read(holder: object, key: PropertyKey): unknown;
  /** Starts a tagged value; its data is the one value that is written next. */
  tag(tag: number): void;
  /** Says what reading the value will need, as bits of `NEEDS`. */
  needs(bits: number): void;
  /** Any text, including what UTF-8 cannot carry. */
  text(value: string): void;
  /** The shape of an object's own keys, or `undefined` where no record can have them. */
  shapeOf(value: object): Shape | undefined;
  /** Starts a record; its values are to be written next. */
  record(shape: Shape): void;
  /** Goes one level deeper, for the parts of the current value. */
  enter(): void;
  leave(): void;
  /** Names the part that is looked at next. */
  at(step: PathStep): void;
  /** Writes the part that was named. */
  value(value: unknown): void;
  /** Whether an object has no number yet. */
  isUnseen(value: object): boolean;
  /** Numbers an object. Returns `false` after writing a reference for one that was met before. */
  isNew(value: object): boolean;
}
