import {
  type ClassName,
  COMMAND_BRAND,
  isMessageClass,
  MESSAGE_BRAND,
  MESSAGE_NAMESPACE,
  needsOf,
  tagOf,
} from "./class-table.ts";
import { recogniseClass } from "./class-recognition.ts";
import { refuse } from "./refusal.ts";
import type { ValueWriter } from "./value-writer.ts";

/** Writes an instance of a class in the table; writes nothing and returns `false` for any other. */
export function writeInstance(writer: ValueWriter, value: object, prototype: object): boolean {
  const name = recogniseClass(value, prototype);
  if (name === undefined) return false;
  refuseOtherSymbols(value, name);
  writer.needs(needsOf(name));
  writer.tag(tagOf(name, "tags inside"));
  writer.bytes.open(tagOf(name, "tags inside"));
  const before = writer.tags;
  if (isMessageClass(name)) writeMessage(writer, value as Fields);
  else if (name === "Command") writeCommand(writer, value as Fields);
  else writeFields(writer, value as Fields);
  writer.bytes.close(writer.tags === before ? tagOf(name, "no tags inside") : undefined);
  return true;
}

type Fields = Readonly<Record<string, unknown>>;

function refuseOtherSymbols(value: object, name: ClassName): void {
  const brand = isMessageClass(name) ? MESSAGE_BRAND : COMMAND_BRAND;
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    if (symbol !== brand) refuse(`it has the key ${String(symbol)}; use a string as the key`);
  }
}

function startRecord(writer: ValueWriter, keys: readonly string[]): void {
  if (!writer.canRecord(keys)) refuse("one of its own fields has a name that is reserved");
  writer.record(keys);
}

function writeFields(writer: ValueWriter, value: Fields): void {
  const keys = Object.keys(value);
  startRecord(writer, keys);
  writer.enter();
  for (const key of keys) {
    writer.at(key);
    writer.value(value[key]);
  }
  writer.leave();
}

function writeCommand(writer: ValueWriter, value: Fields): void {
  writer.bytes.arrayHead(2);
  writeFields(writer, value);
  writer.enter();
  writer.at(() => "[Symbol(langgraph.command)]");
  writer.value((value as Record<symbol, unknown>)[COMMAND_BRAND]);
  writer.leave();
}

function writeMessage(writer: ValueWriter, message: Fields): void {
  const keys = Object.keys(message);
  startRecord(writer, keys);
  writer.enter();
  // Read at once: the arguments are compared with fields that come after them.
  const values = keys.map((key) => {
    writer.at(key);
    return message[key];
  });
  for (const [index, key] of keys.entries()) {
    const value = values[index];
    writer.at(key);
    if (key === "lc_kwargs") writeArguments(writer, value, keys, values);
    else if (key === "lc_namespace") writeNamespace(writer, value);
    else writer.value(value);
  }
  writer.leave();
}

/**
 * What the constructor was given is, for the most part, what the fields hold, and is stored once: a
 * record with `null` for what the field of that name holds, and `[value]` for anything else. Arguments
 * that are no plain object, or were met before, are `[arguments]`.
 */
function writeArguments(
  writer: ValueWriter,
  given: unknown,
  fields: readonly string[],
  values: readonly unknown[],
): void {
  if (!isPlain(given, writer) || !writer.isUnseen(given)) {
    writer.bytes.arrayHead(1);
    return writer.value(given);
  }
  writer.isNew(given);
  const keys = Object.keys(given);
  writer.record(keys);
  writer.enter();
  for (const key of keys) {
    writer.at(key);
    const value = given[key];
    const field = fields.indexOf(key);
    if (field !== -1 && Object.is(values[field], value)) {
      writer.value(null);
    } else {
      writer.bytes.arrayHead(1);
      writer.value(value);
    }
  }
  writer.leave();
}

/** `null` for the usual namespace, which every message has an array of its own for; else `[value]`. */
function writeNamespace(writer: ValueWriter, namespace: unknown): void {
  if (isUsualNamespace(namespace) && writer.isUnseen(namespace)) {
    writer.isNew(namespace);
    return writer.value(null);
  }
  writer.bytes.arrayHead(1);
  writer.value(namespace);
}

function isPlain(value: unknown, writer: ValueWriter): value is Fields {
  if (typeof value !== "object" || value === null) return false;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.getOwnPropertySymbols(value).length === 0 && writer.canRecord(Object.keys(value));
}

function isUsualNamespace(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length === MESSAGE_NAMESPACE.length &&
    Object.keys(value).length === value.length &&
    MESSAGE_NAMESPACE.every((part, index) => value[index] === part)
  );
}
