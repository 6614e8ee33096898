import { builtinModule } from "../../runtime.ts";
import { type HostClass, hostClass } from "../host.ts";

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
