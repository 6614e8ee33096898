import { malformed, listOf, pairsOf } from "../malformed.ts";
import { dropSymbolKeys } from "../own-keys.ts";
import { refuse } from "../refusal.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";
import { DOM_EXCEPTION, HIDDEN_ERROR_FIELDS, makeError } from "./error-classes.ts";
import { define, readFields, writeFields } from "./fields.ts";

/** They come first, because recreating the error needs them. */
const DOM_EXCEPTION_FIELDS = ["message", "name"];

export function writeError(writer: ValueWriter, value: object, kind: number): void {
  // Otherwise an object that merely has the prototype would come back as an error.
  const isDom = kind === DOM_EXCEPTION;
  if (Object.prototype.toString.call(value) !== (isDom ? "[object DOMException]" : "[object Error]")) {
    refuse("it has the prototype of an error");
  }
  dropSymbolKeys(writer, value);
  const fields = Object.keys(value);
  const hidden = Object.getOwnPropertyNames(value).filter(
    (name) => HIDDEN_ERROR_FIELDS.has(name) && name !== "stack" && !fields.includes(name),
  );
  // Not every engine makes the stack a property of the error itself.
  if (!fields.includes("stack") && (value as Error).stack !== undefined) hidden.unshift("stack");
  if (isDom) hidden.unshift(...DOM_EXCEPTION_FIELDS);
  writer.tag(TAG.error);
  writer.bytes.arrayHead(3);
  writer.bytes.number(kind);
  writeFields(writer, value, hidden);
  writeFields(writer, value, fields);
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
    // Assigned, since engines that make the stack an accessor also have a setter.
    if (name === "stack") error.stack = value as string;
    else define(error, name, value, false);
  }
  readFields(reader, fields, error);
  return error;
}
