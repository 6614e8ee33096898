/** The place of a value that cannot be stored as it is. */
export interface UnknownPlace {
  /** For example `"$.messages[3].when"`. */
  readonly path: string;
}

/**
 * How a value that the serializer does not know is handled.
 *
 * - `"convert"`: it is stored as the nearest storable value, which is reported once.
 * - `"refuse"`: the value as a whole is refused with `NOT_SERIALIZABLE`.
 * - a function: what it returns is stored in its place. Returning the value itself converts it as `"convert"`
 *   does; throwing refuses the whole. It gets instances of unknown classes, functions and symbols.
 */
export type OnUnknown = "convert" | "refuse" | ((value: unknown, place: UnknownPlace) => unknown);

/**
 * How a value was converted.
 *
 * - `error`: to an error of a native class, with its fields
 * - `subclass`: to an instance of a class above its own
 * - `collection`: to a Map or Set
 * - `toJSON`: to what its `toJSON()` returned
 * - `fields`: to a plain object of its own enumerable properties
 * - `primitive`: a boxed primitive, to what is in it
 * - `nothing`: to `{}`, since nothing of it can be kept
 * - `left out`: a function, a symbol, or what could not be read
 * - `own fields`: it lost own properties that its class has no place for
 * - `symbol keys`: it lost properties whose keys are symbols
 * - `depth`: left out, since it is nested too deeply in a converted value
 */
export type ConversionKind =
  | "error"
  | "subclass"
  | "collection"
  | "toJSON"
  | "fields"
  | "primitive"
  | "nothing"
  | "left out"
  | "own fields"
  | "symbol keys"
  | "depth";

/** The part of a checkpoint that a value is, as the encoder's caller knows it. */
export interface ValuePlace {
  readonly channel?: string | undefined;
  /** The task that wrote it, if it is a write. */
  readonly taskId?: string | undefined;
  /** The part, if no channel holds the value, for example `"metadata"`. */
  readonly field?: string | undefined;
}

/** Reports a value that was converted. It holds no part of the value except keys in the path. */
export interface ConvertedInfo {
  /** Where in the value, for example `"$.messages[3].when"`. */
  readonly path: string;
  /** Which part of what a saver stores the value is; `undefined` where a serializer is used on its own. */
  readonly part?: "channel" | "write" | "metadata" | undefined;
  /** The channel that holds the value, or is written to. */
  readonly channel?: string | undefined;
  readonly kind: ConversionKind;
  /** Name of the class, or words for what has none, for example `"a function"`. */
  readonly class: string;
  /** What comes back, in words, for example `"comes back as a Map with its contents"`. */
  readonly becomes: string;
  /** All of this as one text, with what to do about it. */
  readonly message: string;
}
