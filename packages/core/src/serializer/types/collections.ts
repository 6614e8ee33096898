import { listOf, malformed, pairsOf } from "../malformed.ts";
import { dropOwnFields, dropSymbolKeys } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";
import { readFields } from "./fields.ts";

export function writeMap(writer: ValueWriter, value: object): void {
  const entries = [...Map.prototype.entries.call(value as Map<unknown, unknown>)];
  dropOwnFields(writer, value);
  writer.tag(TAG.map);
  writer.bytes.arrayHead(entries.length * 2);
  writer.enter();
  let index = 0;
  for (const [key, item] of entries) {
    const place = index++;
    writer.at(() => `.keys()[${place}]`);
    writer.value(key);
    writer.at(() => (typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${place}]`));
    writer.value(item);
  }
  writer.leave();
}

export function readMap(reader: ValueReader, data: unknown): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  reader.number(map);
  const parts = pairsOf(data);
  for (let i = 0; i < parts.length; i += 2) {
    const [key, item] = [reader.value(parts[i]), reader.value(parts[i + 1])];
    if (!reader.isOmitted(parts[i]) && !reader.isOmitted(parts[i + 1])) map.set(key, item);
  }
  return map;
}

export function writeSet(writer: ValueWriter, value: object): void {
  const items = [...Set.prototype.values.call(value as Set<unknown>)];
  dropOwnFields(writer, value);
  writer.tag(TAG.set);
  writer.bytes.arrayHead(items.length);
  writer.enter();
  let index = 0;
  for (const item of items) {
    const place = index++;
    writer.at(() => `.values()[${place}]`);
    writer.value(item);
  }
  writer.leave();
}

export function readSet(reader: ValueReader, data: unknown): Set<unknown> {
  const set = new Set<unknown>();
  reader.number(set);
  for (const item of listOf(data)) if (!reader.isOmitted(item)) set.add(reader.value(item));
  return set;
}

/** Writes an array with holes or with properties, such as the result of a match. */
export function writeIrregularArray(writer: ValueWriter, value: readonly unknown[]): void {
  const keys = Object.keys(value);
  dropSymbolKeys(writer, value);
  const length = value.length;
  writer.tag(TAG.array);
  writer.bytes.arrayHead(1 + keys.length * 2);
  writer.bytes.number(length);
  writer.enter();
  for (const key of keys) {
    const index = Number(key);
    const isIndex = index < length && String(index) === key;
    if (isIndex) writer.bytes.number(index);
    else writer.text(key);
    writer.at(isIndex ? index : key);
    writer.value(writer.read(value, key));
  }
  writer.leave();
}

export function readIrregularArray(reader: ValueReader, data: unknown): unknown[] {
  const [length, ...fields] = listOf(data);
  if (typeof length !== "number") malformed("it has an array without a length");
  const array: unknown[] = [];
  array.length = length;
  reader.number(array);
  readFields(reader, fields, array);
  return array;
}
