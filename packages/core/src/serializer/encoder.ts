import { ByteWriter } from "./byte-writer.ts";
import type { CustomType, CustomTypes } from "./custom-types.ts";
import { type Format, HEADER_BYTES, PLAIN, seal, TAGGED } from "./envelope.ts";
import { dropSymbolKeys, isDense } from "./own-keys.ts";
import type { ValuePlace } from "./conversion/on-unknown.ts";
import type { UnknownSettings } from "./conversion/settings.ts";
import { type ConversionHost, UnknownValues } from "./conversion/unknown-values.ts";
import { MAX_NESTING, type PathStep } from "./path.ts";
import { notSerializable, refuse, refuseDepth } from "./refusal.ts";
import { giveBack, type Scratch, takeScratch } from "./scratch.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { NEEDS, TAG } from "./tags.ts";
import { writeBigInt } from "./types/bigint.ts";
import { writeIrregularArray } from "./types/irregular-array.ts";
import { writeCustom } from "./types/custom.ts";
import { writeInstance } from "./types/instance.ts";
import { foreignNative, hostNativeOf, nativeOf } from "./types/natives.ts";
import { hasBrand, writeBranded, writeOddObject } from "./types/object.ts";
import { writeOddText } from "./types/odd-text.ts";
import type { EncoderParts, ValueWriter } from "./value-writer.ts";

/**
 * Encodes one value in one pass over it. Every property is read once; user code that runs on the way
 * (getters, `encode` of registered types) may use the serializer, since all state is in here.
 */
export class Encoder implements ValueWriter, ConversionHost {
  readonly bytes: ByteWriter;
  readonly valuePlace: ValuePlace | undefined;
  tags = 0;
  readonly #types: CustomTypes;
  readonly #settings: UnknownSettings;
  #unknown: UnknownValues | undefined;
  protected readonly scratch: Scratch = takeScratch();
  /** Values of registered types whose data is being written. */
  #open: Set<object> | undefined;
  protected depth = 0;
  /** What reading the value needs, as far as it has been written. */
  protected needed = 0;

  constructor(
    { types, settings }: EncoderParts,
    valuePlace?: ValuePlace,
    bytes: ByteWriter = new ByteWriter(HEADER_BYTES),
  ) {
    this.#types = types;
    this.#settings = settings;
    this.valuePlace = valuePlace;
    this.bytes = bytes;
  }

  /**
   * @param take Gets the bytes, which are gone when it returns.
   * @throws CheckpointError `NOT_SERIALIZABLE` with the path of what cannot be stored.
   */
  run<T>(value: unknown, take: (bytes: Uint8Array) => T): T {
    this.root(value);
    const format = this.end();
    const bytes = seal(this.bytes.written, format);
    try {
      return take(bytes);
    } finally {
      this.release();
    }
  }

  /** Ends the encoder. Neither it nor what it has written may be used afterwards. */
  release(): void {
    this.bytes.release();
    giveBack(this.scratch);
  }

  /** Ends what was written, and says what it is. */
  end(): Format {
    if (this.tags === 0) return PLAIN;
    this.bytes.byte(this.needed);
    return TAGGED;
  }

  root(value: unknown): void {
    try {
      this.part(value);
    } catch (error) {
      throw notSerializable(error, this.steps);
    }
  }

  /** Writes the value as a whole, an item of an array or a property of a plain object. */
  protected part(value: unknown): void {
    this.value(value);
  }

  value(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "number":
        return this.bytes.number(value);
      case "boolean":
      case "undefined":
        return this.bytes.constant(value);
      case "bigint":
        return writeBigInt(this, value);
      case "object":
        return value === null ? this.bytes.constant(null) : this.#object(value);
      case "symbol":
        return this.unknown.leaf(value);
      case "function":
        return this.#function(value);
    }
  }

  get unknown(): UnknownValues {
    return (this.#unknown ??= new UnknownValues(this.#settings, this.#types, this));
  }

  get steps(): readonly PathStep[] {
    return this.scratch.path.slice(0, this.depth);
  }

  get place(): number {
    return this.bytes.place;
  }

  read(holder: object, key: PropertyKey): unknown {
    try {
      return (holder as Record<PropertyKey, unknown>)[key];
    } catch (error) {
      return this.unknown.unreadableProperty(error);
    }
  }

  omitted(): void {
    this.tag(TAG.omitted);
    this.bytes.constant(null);
  }

  withdraw(value: object): void {
    this.scratch.numbers.withdraw(value);
  }

  text(value: string): void {
    if (!this.bytes.text(value)) writeOddText(this, value);
  }

  tag(tag: number): void {
    this.tags++;
    this.bytes.tag(tag);
  }

  needs(bits: number): void {
    this.needed |= bits;
  }

  shapeOf(value: object): Shape | undefined {
    return shapeOf(Object.keys(value));
  }

  enter(): void {
    if (this.depth === MAX_NESTING) refuseDepth();
    this.depth++;
  }

  leave(): void {
    this.depth--;
  }

  at(step: PathStep): void {
    this.scratch.path[this.depth - 1] = step;
  }

  isUnseen(value: object): boolean {
    return !this.scratch.numbers.has(value);
  }

  isNew(value: object): boolean {
    const distance = this.scratch.numbers.distanceTo(value);
    if (distance === 0) return true;
    if (this.#open?.has(value)) refuse("it refers to itself through a registered type");
    this.tag(TAG.reference);
    this.needs(NEEDS.numbering);
    this.bytes.number(distance);
    return false;
  }

  #object(value: object): void {
    if (!this.isNew(value) || this.#unknown?.cutsOff(value)) return;
    let prototype: object | null;
    try {
      prototype = Object.getPrototypeOf(value) as object | null;
    } catch (error) {
      return this.unknown.unreadable(value, error);
    }
    if (prototype === Object.prototype) this.#plainObject(value as Record<string, unknown>);
    else if (Array.isArray(value) && prototype === Array.prototype) this.#array(value);
    else this.#special(value, prototype);
  }

  #plainObject(value: Record<string, unknown>): void {
    let keys: readonly string[];
    try {
      keys = Object.keys(value);
      if (Object.getOwnPropertySymbols(value).length > 0) {
        if (hasBrand(value)) return writeBranded(this, value);
        dropSymbolKeys(this, value);
      }
    } catch (error) {
      return this.unknown.unreadable(value, error);
    }
    const shape = shapeOf(keys);
    if (shape === undefined) return writeOddObject(this, TAG.object, value);
    const says = shape.hasToJSON && !this.#settings.refuses ? this.read(value, "toJSON") : undefined;
    if (typeof says === "function") return this.unknown.object(value);
    this.record(shape);
    this.enter();
    const path = this.scratch.path;
    const step = this.depth - 1;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      path[step] = key;
      let part: unknown;
      try {
        part = value[key];
      } catch (error) {
        part = this.unknown.unreadableProperty(error);
      }
      this.part(part);
    }
    this.depth--;
  }

  #array(value: readonly unknown[]): void {
    const { place } = this.bytes;
    let length: number;
    try {
      if (!isDense(value)) return writeIrregularArray(this, value);
      length = value.length;
    } catch (error) {
      if (this.bytes.place !== place) throw error;
      return this.unknown.unreadable(value, error);
    }
    this.bytes.arrayHead(length);
    this.enter();
    const step = this.depth - 1;
    for (let i = 0; i < length; i++) {
      this.scratch.path[step] = i;
      let item: unknown;
      try {
        item = value[i];
      } catch (error) {
        item = this.unknown.unreadableProperty(error);
      }
      this.part(item);
    }
    this.leave();
  }

  record(shape: Shape): void {
    this.bytes.record(shape, this.scratch.shapes);
  }

  #special(value: object, prototype: object | null): void {
    const type = prototype === null ? undefined : this.#types.ofPrototype(prototype);
    if (type !== undefined) return this.custom(type, value);
    const { place } = this.bytes;
    try {
      if (this.#known(value, prototype)) return;
    } catch (error) {
      // Nothing was written: it only looked like an instance, or could not be read.
      if (this.#settings.refuses || this.bytes.place !== place) throw error;
    }
    const match = this.#types.matching(value);
    if (match !== undefined) return this.custom(match, value);
    this.unknown.object(value);
  }

  #known(value: object, prototype: object | null): boolean {
    if (prototype === null) {
      writeOddObject(this, TAG.nullObject, value);
      return true;
    }
    const native = nativeOf(prototype);
    if (native === undefined && writeInstance(this, value, prototype)) return true;
    const found = native ?? hostNativeOf(prototype) ?? foreignNative(prototype);
    if (found === "Object") this.#plainObject(value as Record<string, unknown>);
    else if (found === "Array" && Array.isArray(value)) this.#array(value);
    else if (typeof found === "function") found(this, value);
    else return false;
    return true;
  }

  #function(value: object): void {
    const type = this.#types.ofFunction(value);
    if (type === undefined) this.unknown.leaf(value);
    else if (this.isNew(value)) this.custom(type, value);
  }

  custom(type: CustomType, value: object): void {
    writeCustom(this, type, value, (this.#open ??= new Set()));
  }
}
