import { pairsOf } from "../malformed.ts";
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
