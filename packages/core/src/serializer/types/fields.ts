import { isSafeText } from "./text.ts";
import type { Shape } from "../shape.ts";
import { OMITTED, type ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

/** Writes properties as alternating keys and values. */
export function writeFields(writer: ValueWriter, value: object, keys: readonly string[]): void {
  writer.bytes.arrayHead(keys.length * 2);
  writer.enter();
  for (const key of keys) {
    writer.text(key);
    writer.at(key);
    writer.value(writer.read(value, key));
  }
  writer.leave();
}

/** Reads them into an object. */
export function readFields(reader: ValueReader, into: object): void {
  readPairs(reader, reader.pairs(), into);
}

/** Reads so many keys, some of which may be indexes, and values. */
export function readPairs(reader: ValueReader, count: number, into: object): void {
  reader.enter();
  for (let i = 0; i < count; i++) {
    const key = reader.key();
    const value = reader.part();
    if (value !== OMITTED) define(into, key, value, true);
    else if (Array.isArray(into) && typeof key === "number") into[key] = undefined;
  }
  reader.leave();
}

/** Defines properties, because assigning would run a setter of the prototype, such as that of `__proto__`. */
export function define(into: object, key: PropertyKey, value: unknown, enumerable: boolean): void {
  const descriptor: PropertyDescriptor = { value, writable: true, configurable: true, enumerable };
  Object.defineProperty(into, key, Object.setPrototypeOf(descriptor, null) as PropertyDescriptor);
}

/** Writes the properties of an instance as a record. Those that no record can have are left out or refused. */
export function shapeOfInstance(writer: ValueWriter, value: object): Shape {
  const shape = writer.shapeOf(value);
  if (shape !== undefined) return shape;
  writer.unknown.reservedField(value);
  const kept = Object.keys(value).filter((key) => key !== "__proto__" && isSafeText(key));
  return writer.shapeOf(Object.fromEntries(kept.map((key) => [key, undefined])))!;
}
