import { type HostClass, hostClass } from "./host.ts";

export interface ErrorClass extends HostClass {
  new (...args: unknown[]): Error;
}

/** Native classes of errors. Stored numbers: only append. */
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
] as const;

const CLASSES: readonly (ErrorClass | undefined)[] = ERROR_NAMES.map((name) => hostClass<ErrorClass>(name));

/** Prototype and number of every native class of errors that this engine has. */
export const ERROR_KINDS: ReadonlyMap<object, number> = new Map(
  CLASSES.flatMap((found, kind) => (found === undefined ? [] : [[found.prototype, kind] as const])),
);

export function errorKindNamed(name: string): number | undefined {
  const kind = (ERROR_NAMES as readonly string[]).indexOf(name);
  return kind === -1 ? undefined : kind;
}

/** Makes an error without fields. A class that this engine lacks becomes `Error`. */
export function makeError(kind: number): Error | undefined {
  const name = ERROR_NAMES[kind];
  if (name === undefined) return undefined;
  if (name === "AggregateError") return withoutFields(new AggregateError([]));
  return withoutFields(new (CLASSES[kind] ?? Error)());
}

/** What engines and constructors make non-enumerable, beside the stack. */
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
