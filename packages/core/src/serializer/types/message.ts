import { listOf } from "../malformed.ts";
import { dropSymbolKeys, isPlain } from "../own-keys.ts";
import { EMPTY_SHAPE, type Shape } from "../shape.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";
import { BRANDS, type ClassName, MESSAGE_BRAND, MESSAGE_NAMESPACE } from "./class-table.ts";
import { type Instance, instanceOf, isRecord, readField, recordOf, shapeWithoutReserved } from "./fields.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Writes the fields of a message as a record. What LangChain creates for every message (its namespace, the arguments
 * of its constructor and empty fields) gets no number: it is never taken for another message's. Most of a chat
 * consists of these, and remembering each such object would take longer than writing it.
 */
export function writeMessage(writer: ValueWriter, message: Fields): void {
  dropSymbolKeys(writer, message, BRANDS);
  const shape = writer.shapeOf(message) ?? shapeWithoutReserved(writer, message);
  writer.record(shape);
  writer.enter();
  const { keys } = shape;
  // Reads all fields first: the arguments are compared with fields that come after them.
  const values = readAll(writer, message, shape);
  for (let i = 0; i < keys.length; i++) {
    writer.at(keys[i]!);
    writeField(writer, shape, i, values);
  }
  writer.leave();
}

/** Reads all fields, each once. */
function readAll(writer: ValueWriter, message: Fields, { keys }: Shape): unknown[] {
  const values: unknown[] = [];
  for (let i = 0; i < keys.length; i++) {
    writer.at(keys[i]!);
    values.push(writer.read(message, keys[i]!));
  }
  return values;
}

function writeField(writer: ValueWriter, fields: Shape, index: number, values: readonly unknown[]): void {
  const value = values[index];
  if (index === fields.givenAt) writeArguments(writer, value, fields, values);
  else if (index === fields.namespaceAt) writeNamespace(writer, value);
  else if (typeof value === "string") writer.text(value);
  else if (typeof value !== "object" || value === null || !writeEmpty(writer, value)) writer.value(value);
}

/**
 * What the constructor was given is, for the most part, what the fields hold, and is stored once: a
 * record with `null` for what the field of that name holds, and `[value]` for anything else. When some of that
 * is an object, the arguments have a number, and stand in `[null, record]`; where they are a message that was
 * spread, and have its brand, in `[true, record]`. Arguments that are not a plain object, or have a number already,
 * are `[arguments]`.
 */
function writeArguments(
  writer: ValueWriter,
  given: unknown,
  fields: Shape,
  values: readonly unknown[],
): void {
  const shape = isPlain(given) && writer.isUnseen(given) ? writer.shapeOf(given) : undefined;
  if (shape === undefined) return writeBoxed(writer, given);
  dropSymbolKeys(writer, given as Fields, BRANDS);
  const { keys } = shape;
  const places = placesOf(shape, fields);
  const parts: unknown[] = [];
  let hasObjects = false;
  for (let i = 0; i < keys.length; i++) {
    const part = (given as Fields)[keys[i]!];
    const place = places[i]!;
    const isRepeated = place !== -1 && Object.is(values[place], part);
    parts.push(isRepeated ? REPEATED : part);
    hasObjects ||= !isRepeated && typeof part === "object" && part !== null;
  }
  const isSpread = Object.hasOwn(given as Fields, MESSAGE_BRAND);
  if (hasObjects || isSpread) {
    writer.bytes.arrayHead(2);
    writer.value(isSpread ? true : null);
    writer.isNew(given as Fields);
  }
  writer.record(shape);
  writer.enter();
  for (let i = 0; i < keys.length; i++) {
    writer.at(keys[i]!);
    if (parts[i] === REPEATED) writer.value(null);
    else writeBoxed(writer, parts[i]);
  }
  writer.leave();
}

interface Places {
  readonly fields: Shape;
  readonly indexes: readonly number[];
}

const places = new WeakMap<Shape, Places>();

/** For each argument, the position of the field with its name; -1 if there is none. */
export function placesOf(given: Shape, fields: Shape): readonly number[] {
  let found = places.get(given);
  if (found?.fields !== fields) {
    found = { fields, indexes: given.keys.map((key) => fields.keys.indexOf(key)) };
    places.set(given, found);
  }
  return found.indexes;
}

/** Whether a namespace is the one of LangChain's own messages. */
export function isUsualNamespace(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length === MESSAGE_NAMESPACE.length &&
    value[0] === MESSAGE_NAMESPACE[0] &&
    value[1] === MESSAGE_NAMESPACE[1]
  );
}

/** Stands for an argument that is held by the field of the same name. */
const REPEATED = Symbol("repeated");

/** `null` for the usual namespace, else `[value]`. */
function writeNamespace(writer: ValueWriter, namespace: unknown): void {
  if (isUsualNamespace(namespace) && Object.keys(namespace).length === namespace.length) writer.value(null);
  else writeBoxed(writer, namespace);
}

function writeBoxed(writer: ValueWriter, value: unknown): void {
  writer.bytes.arrayHead(1);
  writer.value(value);
}

/** Writes an empty object or array; writes nothing and returns `false` for anything else. */
function writeEmpty(writer: ValueWriter, value: object): boolean {
  const isList = Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
  if (!(isList ? value.length === 0 : isPlain(value)) || Object.keys(value).length > 0) return false;
  dropSymbolKeys(writer, value);
  if (isList) writer.bytes.arrayHead(0);
  else writer.record(EMPTY_SHAPE);
  return true;
}

/** Makes a message, most of whose constructor arguments are stored as fields only. Like `readInstance`. */
export function readMessage(reader: ValueReader, name: ClassName, data: unknown, asIs: boolean): object {
  const record = recordOf(data);
  const message = instanceOf(reader.prototypeOf(name), record);
  message[MESSAGE_BRAND] = true;
  reader.number(message);
  if (asIs) {
    if (record.lc_namespace !== undefined) message.lc_namespace = plainNamespace(record.lc_namespace);
    if (record.lc_kwargs !== undefined) message.lc_kwargs = plainArguments(record.lc_kwargs, message);
    return message;
  }
  for (const key of Object.keys(record)) {
    const node = record[key];
    if (key === "lc_kwargs") message[key] = readArguments(reader, node);
    else if (key === "lc_namespace") message[key] = readNamespace(reader, node);
    else if (!isEmpty(node)) readField(reader, message, key);
  }
  repeatFields(message);
  return message;
}

/** The arguments of a message all of whose parts are to be taken as they are. */
export function plainArguments(node: unknown, message: Instance): unknown {
  if (Array.isArray(node) && node.length === 1) return node[0];
  const given = argumentsIn(node);
  for (const key of Object.keys(given)) {
    const part = given[key];
    if (part !== null) given[key] = listOf(part, 1)[0];
    // Not what the message's class has.
    else if (Object.hasOwn(message, key)) given[key] = message[key];
    else delete given[key];
  }
  return given;
}

/** Like `plainArguments`, for the namespace. */
export function plainNamespace(node: unknown): unknown {
  return node === null ? [...MESSAGE_NAMESPACE] : listOf(node, 1)[0];
}

function argumentsIn(node: unknown): Instance {
  if (!Array.isArray(node)) return recordOf(node);
  const [isSpread, record] = listOf(node, 2);
  const given = recordOf(record);
  if (isSpread === true) given[MESSAGE_BRAND] = true;
  return given;
}

function readArguments(reader: ValueReader, node: unknown): unknown {
  if (Array.isArray(node) && node.length === 1) return reader.value(node[0]);
  const given = argumentsIn(node);
  if (Array.isArray(node)) reader.number(given);
  for (const key of Object.keys(given)) {
    const part = given[key];
    if (part === null) {
      given[key] = REPEATED;
      continue;
    }
    given[key] = listOf(part, 1)[0];
    readField(reader, given, key);
  }
  return given;
}

function repeatFields(message: Instance): void {
  const given = message.lc_kwargs;
  if (!isRecord(given)) return;
  for (const key of Object.keys(given)) {
    if (given[key] !== REPEATED) continue;
    if (Object.hasOwn(message, key)) given[key] = message[key];
    else delete given[key];
  }
}

function readNamespace(reader: ValueReader, node: unknown): unknown {
  return node === null ? [...MESSAGE_NAMESPACE] : reader.value(listOf(node, 1)[0]);
}

/** What has no number in a message. */
function isEmpty(node: unknown): boolean {
  if (Array.isArray(node)) return node.length === 0;
  return isRecord(node) && Object.keys(node).length === 0;
}
