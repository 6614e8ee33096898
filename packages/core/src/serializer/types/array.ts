import { malformed } from "../malformed.ts";
import { dropSymbolKeys } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";
import { readPairs } from "./fields.ts";

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

export function readIrregularArray(reader: ValueReader): unknown[] {
  const count = (reader.list() - 1) / 2;
  if (count < 0 || !Number.isInteger(count)) malformed("it has an array without a length");
  const array: unknown[] = [];
  array.length = reader.integer();
  reader.number(array);
  readPairs(reader, count, array);
  return array;
}
