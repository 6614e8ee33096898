import { malformed } from "../malformed.ts";
import type { Shape } from "../shape.ts";
import { isSafeText } from "../text.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

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
