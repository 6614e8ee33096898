import { CheckpointError } from "../errors.ts";
import { isViewKind, makeView, viewName } from "./binary.ts";
import { BRANDS } from "./class-table.ts";
import { DOM_EXCEPTION, HIDDEN_ERROR_FIELDS, makeError } from "./error-classes.ts";
import { Url } from "./host.ts";
import { malformed } from "./malformed.ts";
import type { ValueReader } from "./value-reader.ts";

export function readDate(reader: ValueReader, data: unknown): Date {
  if (typeof data !== "number") malformed("it has a date without a time");
  const date = new Date(data);
  reader.number(date);
  return date;
}

export function readRegExp(reader: ValueReader, data: unknown): RegExp {
  const [source, flags, lastIndex] = listOf(data, 3);
  const pattern = new RegExp(reader.text(source), reader.text(flags));
  reader.number(pattern);
  pattern.lastIndex = reader.value(lastIndex) as number;
  return pattern;
}

export function readUrl(reader: ValueReader, data: unknown): object {
  const href = reader.text(data);
  if (Url === undefined) throw notHere("URL");
  const url = new Url(href);
  reader.number(url);
  return url;
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

export function readSet(reader: ValueReader, data: unknown): Set<unknown> {
  const set = new Set<unknown>();
  reader.number(set);
  for (const item of listOf(data)) if (!reader.isOmitted(item)) set.add(reader.value(item));
  return set;
}

/** An object that no record can hold, with the prototype of plain objects or with none. */
export function readObject(reader: ValueReader, data: unknown, prototype: object | null): object {
  const value: object = Object.create(prototype);
  reader.number(value);
  readFields(reader, data, value);
  return value;
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

export function readIrregularArray(reader: ValueReader, data: unknown): unknown[] {
  const [length, ...fields] = listOf(data);
  if (typeof length !== "number") malformed("it has an array without a length");
  const array: unknown[] = [];
  array.length = length;
  reader.number(array);
  readFields(reader, fields, array);
  return array;
}

export function readArrayBuffer(reader: ValueReader, data: unknown): object {
  const { buffer } = bytesOf(data);
  reader.number(buffer);
  return buffer;
}

export function readView(reader: ValueReader, data: unknown): object {
  const [kind, bytes] = listOf(data, 2);
  if (!isViewKind(kind)) malformed("it has a view of an unknown kind");
  const view = makeView(kind, bytesOf(bytes));
  if (view === undefined) throw notHere(viewName(kind));
  reader.number(view);
  return view;
}

export function readError(reader: ValueReader, data: unknown): Error {
  const [kind, hidden, fields] = listOf(data, 3);
  const parts = pairsOf(hidden);
  const given = kind === DOM_EXCEPTION ? [reader.text(parts[1]), reader.text(parts[3])] : [];
  const error = makeError(kind as number, ...given);
  if (error === undefined) malformed("it has an error of an unknown class");
  reader.number(error);
  const first = given.length * 2;
  if (parts[first] !== "stack") Reflect.deleteProperty(error, "stack");
  for (let i = first; i < parts.length; i += 2) {
    const name = parts[i];
    if (typeof name !== "string" || !HIDDEN_ERROR_FIELDS.has(name))
      malformed("it has an error with a bad field");
    const value = reader.value(parts[i + 1]);
    if (reader.isOmitted(parts[i + 1])) continue;
    // Assigned, since engines that make the stack an accessor have a setter beside it.
    if (name === "stack") error.stack = value as string;
    else define(error, name, value, false);
  }
  readFields(reader, fields, error);
  return error;
}

function readFields(reader: ValueReader, data: unknown, into: object): void {
  const parts = pairsOf(data);
  for (let i = 0; i < parts.length; i += 2) {
    const node = parts[i];
    const key = typeof node === "number" ? node : reader.text(node);
    const value = reader.value(parts[i + 1]);
    if (!reader.isOmitted(parts[i + 1])) define(into, key, value, true);
    else if (Array.isArray(into) && typeof key === "number") into[key] = undefined;
  }
}

/** Defines, as assigning would run a setter of the prototype, that of `__proto__` for one. */
function define(into: object, key: PropertyKey, value: unknown, enumerable: boolean): void {
  const descriptor: PropertyDescriptor = { value, writable: true, configurable: true, enumerable };
  Object.defineProperty(into, key, Object.setPrototypeOf(descriptor, null) as PropertyDescriptor);
}

/** An array of the decoded tree, with a given length if any. */
export function listOf(data: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(data) || (length !== undefined && data.length !== length)) {
    malformed("it has a tag with the wrong data");
  }
  return data;
}

function pairsOf(data: unknown): readonly unknown[] {
  const parts = listOf(data);
  if (parts.length % 2 !== 0) malformed("it has a key without a value");
  return parts;
}

export function bytesOf(data: unknown): Uint8Array {
  if (!(data instanceof Uint8Array)) malformed("it has a tag without its bytes");
  return data;
}

export function notHere(name: string): CheckpointError {
  return new CheckpointError(
    "UNSUPPORTED_FORMAT",
    `stored value holds a ${name}, which this JavaScript engine lacks`,
  );
}
