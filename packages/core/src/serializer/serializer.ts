import type { SerializerProtocol } from "../contract.ts";
import { CheckpointError } from "../errors.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import type { ConvertedInfo, OnUnknown } from "./conversion/on-unknown.ts";
import { UnknownSettings } from "./conversion/settings.ts";
import { type CustomType, CustomTypes } from "./custom-types.ts";
import { decode } from "./decoder.ts";
import { copyOf } from "../codec/bytes.ts";
import { Encoder } from "./encoder.ts";
import type { EncoderParts } from "./value-writer.ts";

/** Options of {@link Serializer}. */
export interface SerializerOptions {
  /** Classes of the application to store. @default none */
  readonly types?: readonly CustomType[] | undefined;
  /** How values that the serializer does not know are handled. @default "convert" */
  readonly onUnknown?: OnUnknown | undefined;
  /**
   * Receives, in place of a process warning, each conversion, once per class and kind.
   * @default a warning with the code `THREADMARK_CONVERTED`
   */
  readonly onConverted?: ((info: ConvertedInfo) => void) | undefined;
}

const SERIALIZER_OPTIONS: OptionNames<SerializerOptions> = {
  types: true,
  onUnknown: true,
  onConverted: true,
};

const TYPE = "threadmark";

/** Shared by every copy of this package: a program can have loaded its ES modules and its CommonJS format. */
const BRAND = Symbol.for("threadmark.Serializer");

/** Whether a value is a {@link Serializer}, of this copy of the package or of another one. */
export function isSerializer(value: SerializerProtocol): value is Serializer {
  return BRAND in value;
}

const parts = new WeakMap<Serializer, EncoderParts>();

/** What a serializer's encoders and decoders share. */
export function partsOf(serializer: Serializer): EncoderParts {
  return parts.get(serializer)!;
}

/**
 * Turns values into bytes and back, exactly: what comes back has the same types and prototypes, the
 * same key order, and the same shared and circular references. Only what LangChain creates afresh for
 * each message (`lc_namespace`, `lc_kwargs` of plain values, empty fields) is not shared afterwards.
 *
 * It stores `undefined`, `null`, booleans, all numbers, bigints, all strings, `Date`, `RegExp`, `URL`,
 * `Map`, `Set`, native errors, `ArrayBuffer`, `DataView`, typed arrays, `Buffer`, `URLSearchParams`, `Headers`,
 * arrays, plain objects and objects without a prototype; LangChain's messages and documents; LangGraph's `Send`,
 * `Command`, `Overwrite` and `DeltaSnapshot`; and registered classes. Anything else is converted to the nearest
 * of these, and that is reported once for each class; `onUnknown: "refuse"` refuses it with its path instead.
 *
 * Getters are stored as the values that they return. Properties that are not enumerable are left out, except those of
 * errors. Of a typed array the bytes in view are stored, but neither the memory around them nor its own properties.
 *
 * Bytes cannot name a class or a function: only a closed set of types can come back.
 *
 * @example
 * const serializer = new Serializer();
 * const bytes = serializer.encode({ when: new Date(), tags: new Set(["a"]) });
 * const value = await serializer.decode(bytes);
 */
export class Serializer implements SerializerProtocol {
  static {
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }

  readonly #parts: EncoderParts;

  /** @throws CheckpointError `INVALID_ARGUMENT` for a wrong option, or a type that is registered twice. */
  constructor(options: SerializerOptions = {}) {
    checkOptions(options, "Serializer", SERIALIZER_OPTIONS);
    const types = new CustomTypes(options.types ?? []);
    const settings = new UnknownSettings(options, (name) => types.hasClassNamed(name));
    this.#parts = { types, settings };
    parts.set(this, this.#parts);
  }

  /**
   * The bytes of a value. Nothing of the value is changed or kept.
   *
   * @throws CheckpointError `NOT_SERIALIZABLE` with the `path` of what cannot be stored, for example
   *   `$.messages[3].when`, and the original error as `cause` where reading it threw.
   */
  encode(value: unknown): Uint8Array {
    return new Encoder(this.#parts).run(value, copyOf);
  }

  /**
   * The value of bytes. It shares nothing with them or with any other result.
   *
   * LangChain and LangGraph.js are imported only for values that hold instances of their classes.
   *
   * @throws CheckpointError `CORRUPT` for damaged bytes; `UNSUPPORTED_FORMAT` for bytes of a format or a
   *   registered type that is not known here, and for LangChain values where it is not installed.
   */
  async decode(bytes: Uint8Array): Promise<unknown> {
    return decode(bytes, this.#parts.types);
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
