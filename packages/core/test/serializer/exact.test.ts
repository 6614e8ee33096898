import { describe, expect, it } from "vitest";

import { difference } from "./exact.ts";

// The other tests are worth as much as the comparison that they rely on.
describe("the exact comparison", () => {
  const shared = { a: 1 };
  const unequal: [string, unknown, unknown][] = [
    ["zeros of different sign", 0, -0],
    ["undefined and null", undefined, null],
    ["a date and its text", new Date(0), new Date(0).toISOString()],
    ["different dates", new Date(0), new Date(1)],
    ["a valid date and an invalid one", new Date(0), new Date(Number.NaN)],
    ["prototypes", {}, Object.create(null)],
    ["a buffer and its bytes", Buffer.from("a"), new Uint8Array([97])],
    ["bytes", new Uint8Array([1]), new Uint8Array([2])],
    ["views of different length", new DataView(new ArrayBuffer(1)), new DataView(new ArrayBuffer(2))],
    ["order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }],
    [
      "order of entries",
      new Map([
        [1, 1],
        [2, 2],
      ]),
      new Map([
        [2, 2],
        [1, 1],
      ]),
    ],
    ["a hole and undefined", [undefined], Object.assign([], { length: 1 })],
    ["lengths", [1], [1, 2]],
    ["a missing key and undefined", { a: undefined }, {}],
    ["messages of errors", new Error("a"), new Error("b")],
    ["classes of errors", new Error("a"), new TypeError("a")],
    ["an enumerable message", new Error("a"), Object.assign(new Error(""), { message: "a" })],
    ["lastIndex", /a/g, Object.assign(/a/g, { lastIndex: 1 })],
    ["one shared object and two", [shared, shared], [{ a: 1 }, { a: 1 }]],
    ["two objects and one shared", [{ a: 1 }, { a: 1 }], [shared, shared]],
    ["symbols", { [Symbol.for("a")]: 1 }, {}],
    ["URLs", new URL("http://a"), new URL("http://b")],
  ];

  it.each(unequal)("sees different %s", (_name, left, right) => {
    expect(difference({ in: left }, { in: right })).toBeDefined();
  });

  it("sees a result that shares an object with the value", () => {
    expect(difference({ shared }, { shared })).toBeDefined();
  });

  it("takes equal values for equal", () => {
    const make = (): unknown => {
      const value: Record<string, unknown> = { when: new Date(5), tags: new Set([1, { a: [2] }]), big: 5n };
      value["self"] = value;
      return value;
    };
    expect(difference(make(), make())).toBeUndefined();
  });
});
