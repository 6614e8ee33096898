import { describe, expect, it } from "vitest";

import { stored } from "./converting.ts";

class ApiError extends Error {
  override name = "ApiError";
  readonly status = 500;
}
/** Says its name on the prototype, as many libraries do. */
class TimeoutError extends RangeError {
  static {
    Object.defineProperty(this.prototype, "name", { value: "TimeoutError" });
  }
}
/** Hides what matters most from listings, as zod does. */
class Hidden extends Error {
  constructor() {
    super("hidden");
    Object.defineProperties(this, { issues: { value: [1] }, _own: { value: 1 }, add: { value: () => 1 } });
  }
}
class Abort extends DOMException {}
class OldError {
  message = "old";
}
Object.setPrototypeOf(OldError.prototype, Error.prototype);

class Day extends Date {}

function error<T extends Error>(made: T, fields: object): T {
  Object.defineProperty(made, "stack", { value: "at home", writable: true, configurable: true });
  return Object.assign(made, fields);
}

function named<T extends Error>(made: T, name: string): T {
  return Object.defineProperty(made, "name", { value: name, writable: true, configurable: true });
}

describe("errors of unknown classes", () => {
  const errors: Record<string, [value: Error, result: Error]> = {
    "an own class": [
      error(new ApiError("bad", { cause: new Day(1) }), { more: [1] }),
      error(new Error("bad", { cause: new Date(1) }), { name: "ApiError", status: 500, more: [1] }),
    ],
    "a name on the prototype": [
      error(new TimeoutError("late"), {}),
      named(error(new RangeError("late"), {}), "TimeoutError"),
    ],
    "fields that are hidden": [error(new Hidden(), {}), error(new Error("hidden"), { issues: [1] })],
    "a subclass of DOMException": [
      error(new Abort("x", "AbortError"), {}),
      error(new DOMException("x", "AbortError"), {}),
    ],
    "a function of before classes": [
      Object.assign(Object.create(OldError.prototype), { message: "old", stack: "at home" }),
      Object.assign(error(new Error(), {}), { message: "old" }),
    ],
  };

  it.each(Object.entries(errors))("keep what they have: %s", async (_name, [value, expected]) => {
    const { result, reports } = await stored([value, { again: value }]);
    const found = (result as Error[])[0]!;
    expect(Object.getPrototypeOf(found)).toBe(Object.getPrototypeOf(expected));
    expect(found).toEqual(expected);
    expect([found.name, found.message, found.stack]).toEqual([expected.name, expected.message, "at home"]);
    expect({ ...found }).toEqual({ ...expected });
    expect((result as { again: Error }[])[1]!.again).toBe(found);
    expect(reports[0]).toMatchObject({ path: "$[0]", kind: "error" });
  });
});
