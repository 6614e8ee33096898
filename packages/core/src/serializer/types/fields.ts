import { malformed, pairsOf } from "../malformed.ts";
import type { Shape } from "../shape.ts";
import { isSafeText } from "../text.ts";
import type { ValueReader } from "../value-reader.ts";
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
export function readFields(reader: ValueReader, data: unknown, into: object): void {
  const parts = pairsOf(data);
  for (let i = 0; i < parts.length; i += 2) {
    const node = parts[i];
    const key = typeof node === "number" ? node : reader.text(node);
    const value = reader.value(parts[i + 1]);
    if (!reader.isOmitted(parts[i + 1])) define(into, key, value, true);
    else if (Array.isArray(into) && typeof key === "number") into[key] = undefined;
  }
}

/** Defines properties, because assigning would run a setter of the prototype, such as that of `__proto__`. */
export function define(into: object, key: PropertyKey, value: unknown, enumerable: boolean): void {
  const descriptor: PropertyDescriptor = { value, writable: true, configurable: true, enumerable };
  Object.defineProperty(into, key, Object.setPrototypeOf(descriptor, null) as PropertyDescriptor);
}

/** An instance that is being created, or the record of its fields. */
export interface Instance extends Record<PropertyKey, unknown> {
  lc_kwargs?: unknown;
  lc_namespace?: unknown;
}

/** Reads one field in place. What could not be stored is left out. */
export function readField(reader: ValueReader, instance: Instance, key: string): void {
  const node = instance[key];
  const value = reader.value(node);
  if (value === undefined && reader.isOmitted(node)) delete instance[key];
  else instance[key] = value;
}

/** Assigns, which is fastest: if an accessor of the class is in the way, the bytes are malformed. */
export function instanceOf(prototype: object, record: Instance): Instance {
  return Object.assign(Object.create(prototype) as Instance, record);
}

export function recordOf(node: unknown): Instance {
  return isRecord(node) ? node : malformed("it has an instance without its fields");
}

export function isRecord(node: unknown): node is Instance {
  return typeof node === "object" && node !== null && Object.getPrototypeOf(node) === Object.prototype;
}

/** The shape of an instance without the fields that no record can have, which are left out or refused. */
export function shapeWithoutReserved(writer: ValueWriter, value: object): Shape {
  writer.unknown.reservedField(value);
  const kept = Object.keys(value).filter((key) => key !== "__proto__" && isSafeText(key));
  return writer.shapeOf(Object.fromEntries(kept.map((key) => [key, undefined])))!;
}
