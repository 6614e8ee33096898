import { dropSymbolKeys, isPlain } from "../own-keys.ts";
import type { Shape } from "../shape.ts";
import { MARK } from "../tags.ts";
import { type FieldReader, OMITTED } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";
import { BRANDS, type ClassName, MESSAGE_BRAND, MESSAGE_NAMESPACE } from "./class-table.ts";
import { shapeOfInstance } from "./fields.ts";

type Fields = Record<PropertyKey, unknown>;

/**
 * Writes the fields of a message as a record. What LangChain creates for every message (its namespace, the arguments
 * of its constructor and empty fields) gets no number: it is never taken for another message's. Most of a chat
 * consists of these, and remembering each such object would take longer than writing it.
 */
export function writeMessage(writer: ValueWriter, message: Readonly<Fields>): void {
  dropSymbolKeys(writer, message, BRANDS);
  const shape = shapeOfInstance(writer, message);
  const { keys, givenAt, namespaceAt } = shape;
  writer.record(shape);
  writer.enter();
  // Reads all fields first, each once: the arguments are compared with fields that come after them.
  const values: unknown[] = [];
  for (const key of keys) {
    writer.at(key);
    values.push(writer.read(message, key));
  }
  for (let i = 0; i < keys.length; i++) {
    const value = values[i];
    writer.at(keys[i]!);
    if (i === givenAt) writeArguments(writer, value, shape, values);
    else if (i === namespaceAt && isUsualNamespace(value)) writer.bytes.mark(MARK.same);
    else if (typeof value === "string") writer.text(value);
    else if (typeof value !== "object" || value === null || !writeEmpty(writer, value)) writer.value(value);
  }
  writer.leave();
}

/**
 * What the constructor was given is, for the most part, what the fields hold, and is stored once. The arguments have a
 * number only if they hold an object that no field does.
 */
function writeArguments(
  writer: ValueWriter,
  given: unknown,
  fields: Shape,
  values: readonly unknown[],
): void {
  const shape = isPlain(given) && writer.isUnseen(given) ? writer.shapeOf(given) : undefined;
  if (shape === undefined) {
    writer.bytes.mark(MARK.other);
    return writer.value(given);
  }
  dropSymbolKeys(writer, given as Fields, BRANDS);
  const places = placesOf(shape, fields);
  const parts = shape.keys.map((key, i) => {
    const part = (given as Fields)[key];
    return places[i] !== -1 && Object.is(values[places[i]!], part) ? SAME : part;
  });
  const isSpread = Object.hasOwn(given as Fields, MESSAGE_BRAND);
  if (isSpread || parts.some((part) => typeof part === "object" && part !== null)) {
    writer.bytes.mark(isSpread ? MARK.spread : MARK.numbered);
    writer.isNew(given as Fields);
  }
  writer.record(shape);
  writer.enter();
  for (let i = 0; i < parts.length; i++) {
    writer.at(shape.keys[i]!);
    if (parts[i] === SAME) writer.bytes.mark(MARK.same);
    else writer.value(parts[i]);
  }
  writer.leave();
}

/** Stands for an argument that is held by the field of the same name. */
const SAME = Symbol("same");

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
export function isUsualNamespace(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === MESSAGE_NAMESPACE.length &&
    value[0] === MESSAGE_NAMESPACE[0] &&
    value[1] === MESSAGE_NAMESPACE[1]
  );
}

/** Writes an empty object or array; writes nothing and returns `false` for anything else. */
function writeEmpty(writer: ValueWriter, value: object): boolean {
  const isList = Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;
  if (!(isList ? value.length === 0 : isPlain(value)) || Object.keys(value).length > 0) return false;
  dropSymbolKeys(writer, value);
  writer.bytes.mark(isList ? MARK.emptyList : MARK.emptyRecord);
  return true;
}

/** Makes a message, without its constructor, as for other instances. */
export function readMessage(reader: FieldReader, name: ClassName): object {
  const { keys, givenAt, namespaceAt } = reader.record();
  const message = Object.create(reader.prototypeOf(name)) as Fields;
  reader.number(message);
  reader.enter();
  let present = keys;
  const same: string[] = [];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    let value: unknown;
    if (i === givenAt) value = readArguments(reader, same);
    else if (i === namespaceAt && reader.meets(MARK.same)) value = [...MESSAGE_NAMESPACE];
    else value = reader.field();
    if (value === OMITTED) present = present.filter((other) => other !== key);
    else message[key] = value;
  }
  reader.leave();
  message[MESSAGE_BRAND] = true;
  const given = message["lc_kwargs"] as Fields;
  for (const key of same) {
    if (present.includes(key)) given[key] = message[key];
    else delete given[key];
  }
  return message;
}

/** @param same Gets the arguments that are held by fields. */
function readArguments(reader: FieldReader, same: string[]): unknown {
  if (reader.meets(MARK.other)) return reader.part();
  const given: Fields = {};
  const isSpread = reader.meets(MARK.spread);
  if (isSpread) given[MESSAGE_BRAND] = true;
  if (isSpread || reader.meets(MARK.numbered)) reader.number(given);
  const { keys } = reader.record();
  reader.enter();
  for (const key of keys) {
    const isSame = reader.meets(MARK.same);
    if (isSame) same.push(key);
    const part = isSame ? undefined : reader.part();
    if (part !== OMITTED) given[key] = part;
  }
  reader.leave();
  return given;
}
