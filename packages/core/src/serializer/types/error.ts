import { builtinModule } from "../../runtime.ts";
import { type HostClass, hostClass } from "../host.ts";
import { listOf, malformed, pairsOf } from "../malformed.ts";
import { dropSymbolKeys } from "../own-keys.ts";
import { refuse } from "../refusal.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";
import { define, readFields, writeFields } from "./fields.ts";

interface ErrorClass extends HostClass {
  new (...args: unknown[]): Error;
}

/** Classes of errors of the language and of the host. Stored numbers: only append. */
const ERROR_NAMES = [
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "AggregateError",
  "SuppressedError",
  "DOMException",
  "AssertionError",
] as const;

/** Its name and message are in its constructor's arguments and not in fields. */
export const DOM_EXCEPTION: number = ERROR_NAMES.indexOf("DOMException");
const AGGREGATE_ERROR: number = ERROR_NAMES.indexOf("AggregateError");
const ASSERTION_ERROR: number = ERROR_NAMES.indexOf("AssertionError");

const CLASSES: readonly (ErrorClass | undefined)[] = ERROR_NAMES.map((name) => hostClass<ErrorClass>(name));

/** Prototype and number of every class of errors that is a global here. */
export const ERROR_KINDS: ReadonlyMap<object, number> = new Map(
  CLASSES.flatMap((found, kind) => (found === undefined ? [] : [[found.prototype, kind] as const])),
);

export function errorKindNamed(name: string): number | undefined {
  const kind = (ERROR_NAMES as readonly string[]).indexOf(name);
  return kind === -1 || kind >= DOM_EXCEPTION ? undefined : kind;
}

export function errorName(kind: number): string {
  return ERROR_NAMES[kind] ?? "Error";
}

/**
 * The number for one of Node's own errors, which no program can name: that of the native class that it appears to be.
 * In between, Node puts prototypes whose `constructor` is an accessor.
 */
export function nodeErrorKind(prototype: object): number | undefined {
  if (prototype === assertionError()?.prototype) return ASSERTION_ERROR;
  let next: object | null = prototype;
  while (next !== null && !ERROR_KINDS.has(next)) {
    if (Object.getOwnPropertyDescriptor(next, "constructor")?.get === undefined) return undefined;
    next = Object.getPrototypeOf(next) as object | null;
  }
  return next === null ? undefined : ERROR_KINDS.get(next);
}

/** Makes an error without fields. A class that is not here becomes `Error`. */
export function makeError(kind: number, message = "", name = ""): Error | undefined {
  if (ERROR_NAMES[kind] === undefined) return undefined;
  const found = CLASSES[kind];
  if (kind === ASSERTION_ERROR) {
    return Object.setPrototypeOf(withoutFields(new Error()), (assertionError() ?? Error).prototype) as Error;
  }
  if (kind !== DOM_EXCEPTION)
    return withoutFields(kind === AGGREGATE_ERROR ? new AggregateError([]) : new (found ?? Error)());
  if (found !== undefined) return new found(message, name);
  const error = new Error(message);
  Object.defineProperty(error, "name", { value: name, writable: true, configurable: true });
  return error;
}

let assert: { readonly AssertionError: ErrorClass } | undefined;

function assertionError(): ErrorClass | undefined {
  assert ??= builtinModule("node:assert");
  return assert?.AssertionError;
}

/** What engines and constructors make non-enumerable, in addition to the stack. */
export const HIDDEN_ERROR_FIELDS: ReadonlySet<string> = new Set([
  "name",
  "message",
  "stack",
  "cause",
  "errors",
  "error",
  "suppressed",
]);

function withoutFields(error: Error): Error {
  for (const field of HIDDEN_ERROR_FIELDS) {
    if (field !== "stack") Reflect.deleteProperty(error, field);
  }
  return error;
}

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
