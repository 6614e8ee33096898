import { deepStrictEqual, ok } from "node:assert/strict";

/** What came back has to be deeply equal to this, classes included. */
export function equals(expected: unknown): (result: unknown) => void {
  return (result) => deepStrictEqual(result, expected);
}

/** What came back has to have these properties, and no functions. */
export function hasData(expected: Readonly<Record<string, unknown>>): (result: unknown) => void {
  return (result) => {
    for (const [key, value] of Object.entries(expected)) {
      deepStrictEqual((result as Record<string, unknown>)[key], value);
    }
    ok(Object.values(result as object).every((value) => typeof value !== "function"));
  };
}

/** What came back has to be an error of a class with these properties. */
export function isError(
  Class: new (...args: never[]) => Error,
  expected: Readonly<Record<string, unknown>>,
  at: (result: never) => unknown = (result) => result,
): (result: unknown) => void {
  return (result) => {
    const error = at(result as never) as Record<string, unknown>;
    ok(Object.getPrototypeOf(error) === Class.prototype);
    for (const [key, value] of Object.entries(expected)) deepStrictEqual(error[key], value);
    ok(typeof error["stack"] === "string");
  };
}
