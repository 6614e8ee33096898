import { ByteWriter } from "./byte-writer.ts";
import type { CustomType, CustomTypes } from "./custom-types.ts";
import { HEADER_BYTES, PLAIN, seal, TAGGED } from "./envelope.ts";
import { isDense, refuseSymbolKeys, writeIrregularArray, writeOddObject } from "./containers.ts";
import { writeInstance } from "./instances-out.ts";
import { foreignNative, nativeOf } from "./natives.ts";
import { MAX_NESTING } from "./nesting.ts";
import { ObjectNumbers } from "./object-numbers.ts";
import type { PathStep } from "./path.ts";
import { Replay } from "./replay.ts";
import type { RecordedBytes, Recorder } from "./recording.ts";
import { notSerializable, refuse, refuseDepth, refuseInstance } from "./refusal.ts";
import { MANY_KEYS_ID, type Shape, ShapeTable } from "./shape-table.ts";
import { NEEDS, TAG, TAG_HEAD, TAG_MARK } from "./tags.ts";
import { codeUnits } from "./text.ts";
import type { ValueWriter } from "./value-writer.ts";

/**
 * Encodes one value in one pass over it. Every property is read once; user code that runs on the way
 * (getters, `encode` of registered types) may use the serializer, since all state is in here.
 */
export class Encoder implements ValueWriter {
  readonly bytes: ByteWriter;
  readonly replay: Replay | undefined;
  tags = 0;
  readonly #types: CustomTypes;
  readonly #shapes = new ShapeTable();
  readonly #numbers = new ObjectNumbers();
  readonly #path: PathStep[] = [];
  /** Values of registered types whose data is being written. */
  readonly #open = new Set<object>();
  #depth = 0;
  #needs = 0;

  constructor(types: CustomTypes, recorder?: Recorder) {
    this.#types = types;
    this.bytes = new ByteWriter(HEADER_BYTES, recorder);
    this.replay = recorder && new Replay(this, recorder);
  }

  /** For an encoder with a recorder. @throws CheckpointError as `run` does. */
  runAfter(value: unknown): RecordedBytes {
    this.#root(value);
    if (this.tags === 0) return this.bytes.finishRecording(undefined, PLAIN);
    return this.bytes.finishRecording(this.#needs, TAGGED);
  }

  #root(value: unknown): void {
    try {
      this.value(value);
    } catch (error) {
      throw notSerializable(error, this.#path.slice(0, this.#depth));
    }
  }

  /** @throws CheckpointError `NOT_SERIALIZABLE` with the path of what cannot be stored. */
  run(value: unknown): Uint8Array {
    this.#root(value);
    if (this.tags === 0) return seal(this.bytes.finish(), PLAIN);
    this.bytes.byte(this.#needs);
    return seal(this.bytes.finish(), TAGGED);
  }

  value(value: unknown): void {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "number":
        return this.bytes.number(value);
      case "boolean":
        return this.bytes.byte(value ? 0xc3 : 0xc2);
      case "bigint":
        return this.#bigint(value);
      case "undefined":
        // The extension that MessagePack libraries agree on.
        this.bytes.byte(0xd4);
        this.bytes.byte(0);
        return this.bytes.byte(0);
      case "object":
        return value === null ? this.bytes.byte(0xc0) : this.#object(value);
      case "symbol":
        return refuse("it is a symbol; store a string instead");
      case "function":
        return refuse("it is a function; store data from which it can be made again");
    }
  }

  text(value: string): void {
    if (this.bytes.text(value)) return;
    this.tag(TAG.text);
    this.bytes.binary(codeUnits(value));
  }

  tag(tag: number): void {
    this.tags++;
    this.bytes.byte(TAG_HEAD);
    this.bytes.byte(TAG_MARK);
    this.bytes.byte(tag);
  }

  needs(bits: number): void {
    this.#needs |= bits;
  }

  shapeOf(value: object): Shape | undefined {
    return this.#shapes.of(value);
  }

  get emptyShape(): Shape {
    return this.#shapes.empty;
  }

  enter(): void {
    if (this.#depth === MAX_NESTING) refuseDepth();
    this.#depth++;
  }

  leave(): void {
    this.#depth--;
  }

  at(step: PathStep): void {
    this.#path[this.#depth - 1] = step;
  }

  isUnseen(value: object): boolean {
    return !this.#numbers.has(value);
  }

  isNew(value: object): boolean {
    const distance = this.#numbers.distanceTo(value);
    if (distance === 0) return true;
    if (this.#open.has(value)) refuse("it refers to itself through a registered type");
    this.tag(TAG.reference);
    this.needs(NEEDS.numbering);
    this.bytes.number(distance);
    return false;
  }

  #bigint(value: bigint): void {
    if (this.bytes.bigint(value)) return;
    this.tag(TAG.bigint);
    this.bytes.text(value.toString(16));
  }

  #object(value: object): void {
    if (!this.isNew(value)) return;
    const prototype: object | null = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) this.#plainObject(value as Record<string, unknown>);
    else if (Array.isArray(value) && prototype === Array.prototype) this.#array(value);
    else if (prototype === null) writeOddObject(this, TAG.nullObject, value);
    else this.#special(value, prototype);
  }

  #plainObject(value: Record<string, unknown>): void {
    const keys = Object.keys(value);
    if (Object.getOwnPropertySymbols(value).length > 0) refuseSymbolKeys(value);
    const shape = keys.length === 0 ? this.#shapes.empty : this.#shapes.find(keys);
    if (shape === undefined) return writeOddObject(this, TAG.object, value);
    this.record(shape);
    this.enter();
    const path = this.#path;
    const step = this.#depth - 1;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      path[step] = key;
      this.value(value[key]);
    }
    this.#depth--;
  }

  #array(value: readonly unknown[]): void {
    if (!isDense(value)) return writeIrregularArray(this, value);
    const length = value.length;
    this.bytes.arrayHead(length);
    this.enter();
    const step = this.#depth - 1;
    for (let i = 0; i < length; i++) {
      this.#path[step] = i;
      const item = value[i];
      if (typeof item === "number") this.bytes.number(item);
      else if (typeof item !== "object" || item === null || !this.replay?.record(item)) this.value(item);
    }
    this.leave();
  }

  record(shape: Shape): void {
    if (shape.defined) return this.bytes.byte(shape.id);
    this.bytes.byte(0xd4);
    this.bytes.byte(0x72);
    this.bytes.byte(shape.id);
    this.bytes.arrayHead(shape.keys.length);
    for (const key of shape.keys) this.bytes.text(key);
    shape.defined = shape.id !== MANY_KEYS_ID;
  }

  #special(value: object, prototype: object): void {
    const type = this.#types.ofPrototype(prototype);
    if (type !== undefined) return this.#custom(type, value);
    const native = nativeOf(prototype);
    if (native !== undefined) return native(this, value);
    if (writeInstance(this, value, prototype)) return;
    const foreign = foreignNative(prototype);
    if (foreign === "Object") return this.#plainObject(value as Record<string, unknown>);
    if (foreign === "Array" && Array.isArray(value)) return this.#array(value);
    if (typeof foreign === "function") return foreign(this, value);
    refuseInstance(value);
  }

  #custom(type: CustomType, value: object): void {
    const data = type.encode(value);
    this.tag(TAG.custom);
    this.bytes.arrayHead(2);
    this.bytes.text(type.name);
    this.enter();
    this.at(() => `<${type.name}>`);
    this.#open.add(value);
    this.value(data);
    this.#open.delete(value);
    this.leave();
  }
}
