import { malformed, listOf, pairsOf } from "../malformed.ts";
import { dropSymbolKeys } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";
import { BRANDS } from "./class-table.ts";
import { readFields, writeFields } from "./fields.ts";

/** Writes an object that no record can hold, because of its prototype or its keys. */
export function writeOddObject(writer: ValueWriter, tag: number, value: object): void {
  dropSymbolKeys(writer, value);
  writer.tag(tag);
  writeFields(writer, value, Object.keys(value));
}

/** An object that no record can hold, with the prototype of plain objects or with none. */
export function readObject(reader: ValueReader, data: unknown, prototype: object | null): object {
  const value: object = Object.create(prototype);
  reader.number(value);
  readFields(reader, data, value);
  return value;
}

/** Whether one of the brands is a key of an object. */
export function hasBrand(value: object): boolean {
  return BRANDS.some((brand) => Object.prototype.propertyIsEnumerable.call(value, brand));
}

/** Writes a plain object with the brands that it has. */
export function writeBranded(writer: ValueWriter, value: object): void {
  dropSymbolKeys(writer, value, BRANDS);
  const brands = BRANDS.flatMap((brand, number) => (Object.hasOwn(value, brand) ? [{ brand, number }] : []));
  writer.tag(TAG.branded);
  writer.bytes.arrayHead(2);
  writer.bytes.arrayHead(brands.length * 2);
  writer.enter();
  for (const { brand, number } of brands) {
    writer.bytes.number(number);
    writer.at(() => `[${String(brand)}]`);
    writer.value(writer.read(value, brand));
  }
  writer.leave();
  writeFields(writer, value, Object.keys(value));
}

/** A plain object that has brands. */
export function readBranded(reader: ValueReader, data: unknown): object {
  const [brands, fields] = listOf(data, 2);
  const value: Record<PropertyKey, unknown> = {};
  reader.number(value);
  const parts = pairsOf(brands);
  for (let i = 0; i < parts.length; i += 2) {
    const brand = BRANDS[parts[i] as number];
    if (brand === undefined) malformed("it has an unknown brand");
    value[brand] = reader.value(parts[i + 1]);
  }
  readFields(reader, fields, value);
  return value;
}
