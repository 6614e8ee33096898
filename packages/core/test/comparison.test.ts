import { difference } from "@threadmark/core/comparison";
import { describe, expect, it } from "vitest";

describe("the comparison of values", () => {
  class Other {
    readonly a = 1;
  }

  it.each([
    [0, -0],
    [NaN, 0],
    [null, undefined],
    [1, "1"],
    [1, 1n],
    [{}, { a: undefined }],
    [{ a: 1 }, new Other()],
    [[1], [1, 2]],
    [[undefined], Array.from({ length: 1 })],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
      new Map([
        ["b", 2],
        ["a", 1],
      ]),
    ],
    [new Set([1, 2]), new Set([2, 1])],
    [new Date(0), new Date(1)],
    [new Date(0), new Date(0).toISOString()],
    [/a/g, /a/],
    [new Error("a"), new Error("b")],
    [new TypeError("a"), new Error("a")],
    [Object.assign(new Error("a"), { code: 1 }), new Error("a")],
    [Uint8Array.of(1), Uint8Array.of(2)],
    [Uint8Array.of(1), Int8Array.of(1)],
    [Uint8Array.of(1), Buffer.of(1)],
    [new URL("http://a"), new URL("http://b")],
    [Object.create(null), {}],
    [{ deep: [{ list: [1] }] }, { deep: [{ list: [2] }] }],
  ])("tells %o from %o", (a, b) => {
    const sparse: unknown[] = [];
    sparse.length = 1;
    const expected: unknown = Array.isArray(b) && b.length === 1 && b[0] === undefined ? sparse : b;
    expect(difference(a, expected)).toBeDefined();
    expect(difference(expected, a)).toBeDefined();
  });

  it("takes equal values for equal, cycles included", () => {
    const make = (): unknown => {
      const loop: Record<string, unknown> = { list: [NaN, -0, null, undefined, 1n] };
      loop["self"] = { again: loop };
      const error = new Error("e", { cause: new Date(NaN) });
      error.stack = "";
      return [loop, new Map([[{ a: 1 }, new Set([loop])]]), error, new URL("http://a"), /a/g, Buffer.of(1)];
    };
    expect(difference(make(), make())).toBeUndefined();
    expect(difference(make(), make(), { references: true })).toBeUndefined();
  });

  it("distinguishes one object from two where it is asked to", () => {
    const one = { a: 1 };
    expect(difference([one, one], [{ a: 1 }, { a: 1 }])).toBeUndefined();
    expect(difference([one, one], [{ a: 1 }, { a: 1 }], { references: true })).toBeDefined();
    expect(difference([{ a: 1 }, { a: 1 }], [one, one], { references: true })).toBeDefined();
  });

  it("says where the difference is", () => {
    const found = difference({ a: [{ "b c": 1 }] }, { a: [{ "b c": 2 }] });
    expect(found).toEqual({ path: '$.a[0]["b c"]', message: "1 instead of 2" });
  });

  it("says where long values part that begin alike", () => {
    const long = "x".repeat(1000);
    expect(difference(`${long}a`, `${long}b`)?.message).toBe('from character 1000 on, "a" instead of "b"');
    const items = Array.from({ length: 300 }, (_, index) => index);
    expect(difference(items.slice(0, 299), items)?.message).toBe(
      "299 items instead of 300: from item 299 on, [] instead of [299]",
    );
    const [error, other] = [new Error("no"), new Error("no")];
    [error.stack, other.stack] = ["Error: no at a", "Error: no at b"];
    expect(difference(error, other)?.message).toBe('the stack "Error: no at a" instead of "Error: no at b"');
  });

  it("shows a function without a name", () => {
    expect(difference({ a: 1 }, { a: (() => () => {})() })?.message).toBe("1 instead of a function");
  });
});
