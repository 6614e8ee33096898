import type { SerializerProtocol } from "../contract.ts";
import { CheckpointError } from "../errors.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { type CustomType, CustomTypes } from "./custom-types.ts";
import { decode } from "./decoder.ts";
import { Encoder } from "./encoder.ts";
import { type EncodedBefore, type RecordedBytes, Recorder } from "./recording.ts";

/** Options of {@link Serializer}. */
export interface SerializerOptions {
  /** Classes of the application that shall be stored. @default none */
  readonly types?: readonly CustomType[];
}

const SERIALIZER_OPTIONS: OptionNames<SerializerOptions> = { types: true };

const TYPE = "threadmark";

/**
 * Encodes as `Serializer.encode` does, and faster where the value begins as the one before.
 *
 * @param before Its recording is used up.
 * @throws CheckpointError as `Serializer.encode` does.
 */
export let encodeAfter: (serializer: Serializer, value: unknown, before?: EncodedBefore) => RecordedBytes;

/**
 * Turns values into bytes and back, exactly: what comes back has the same types and prototypes, the
 * same key order, and the same shared and circular references. Only what LangChain makes for each message
 * anew, its `lc_namespace`, `lc_kwargs` of plain values and empty fields, is each message's own afterwards.
 *
 * It stores `undefined`, `null`, booleans, all numbers, bigints, all strings, `Date`, `RegExp`, `URL`,
 * `Map`, `Set`, native errors, `ArrayBuffer`, `DataView`, typed arrays, `Buffer`, arrays, plain objects
 * and objects without a prototype; LangChain's messages and documents; LangGraph's `Send`, `Command`,
 * `Overwrite` and `DeltaSnapshot`; and registered classes. Anything else is refused with its path.
 *
 * Getters are stored as the values that they return. Properties that are not enumerable are left out,
 * except those of errors. Of a typed array the bytes in view are stored, neither the memory around them
 * nor properties of its own.
 *
 * Bytes cannot name a class or a function: what can come back is a closed set.
 *
 * @example
 * const serializer = new Serializer();
 * const bytes = serializer.encode({ when: new Date(), tags: new Set(["a"]) });
 * const value = await serializer.decode(bytes);
 */
export class Serializer implements SerializerProtocol {
  readonly #types: CustomTypes;

  static {
    encodeAfter = (serializer, value, before) =>
      new Encoder(serializer.#types, new Recorder(before)).runAfter(value);
  }

  /** @throws CheckpointError `INVALID_ARGUMENT` for a type that is not usable or is there twice. */
  constructor(options: SerializerOptions = {}) {
    checkOptions(options, "Serializer", SERIALIZER_OPTIONS);
    this.#types = new CustomTypes(options.types ?? []);
  }

  /**
   * The bytes of a value. Nothing of the value is changed or kept.
   *
   * @throws CheckpointError `NOT_SERIALIZABLE` with the `path` of what cannot be stored, for example
   *   `$.messages[3].when`, and the original error as `cause` where reading it threw.
   */
  encode(value: unknown): Uint8Array {
    return new Encoder(this.#types).run(value);
  }

  /**
   * The value of bytes. It shares nothing with them or with any other result.
   *
   * LangChain and LangGraph.js are imported only for values that hold instances of their classes.
   *
   * @throws CheckpointError `CORRUPT` for damaged bytes; `UNSUPPORTED_FORMAT` for bytes of a format or a
   *   registered type that is not known here, and for LangChain values where it is not installed.
   */
  decode(bytes: Uint8Array): Promise<unknown> {
    return decode(bytes, this.#types);
  }

  /** {@link encode} as LangGraph calls it. The value is encoded before the call returns. */
  async dumpsTyped(data: unknown): Promise<[string, Uint8Array]> {
    return [TYPE, this.encode(data)];
  }

  /**
   * {@link decode} as LangGraph calls it.
   *
   * @throws CheckpointError `UNSUPPORTED_FORMAT` for values that another serializer wrote.
   */
  async loadsTyped(type: string, data: Uint8Array | string): Promise<unknown> {
    if (type !== TYPE || typeof data === "string") {
      throw new CheckpointError(
        "UNSUPPORTED_FORMAT",
        `stored value has the type ${JSON.stringify(type)}; another serializer wrote it`,
      );
    }
    return this.decode(data);
  }
}
