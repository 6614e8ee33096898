import { describe, expect, it } from "vitest";
import { filterTerms, indexOf } from "../../src/codec/index-token.ts";

/** Whether a filter of one key takes two values for equal. */
function same(a: unknown, b: unknown): boolean {
  return indexOf({ k: a })[0]!.token === filterTerms({ k: b })[0]!.token;
}

describe("tokens of metadata", () => {
  it.each([1, 3, 16, 17, 60])("are in the order of their keys, of which there are %i", (count) => {
    const keys = Array.from({ length: count }, (_, i) => `key ${String((i * 7) % count).padStart(2, "0")}`);
    const entries = indexOf(Object.fromEntries(keys.map((key) => [key, key])));
    const expected = [...new Set(keys)].sort().map((key) => ({ key, token: JSON.stringify(key) }));
    expect(entries).toEqual(expected);
  });

  it("are equal for JSON values of equal content", () => {
    expect(same({ a: 1, b: [true, null] }, { b: [true, null], a: 1 })).toBe(true);
    expect(same(1, 1.0)).toBe(true);
    expect(same(-0, 0)).toBe(true);
    expect(same("x".repeat(500), "x".repeat(500))).toBe(true);
  });

  it("differ between types and between contents", () => {
    const values: unknown[] = [
      null,
      "null",
      true,
      "true",
      0,
      "0",
      1,
      1n,
      [],
      {},
      "",
      [1],
      ["1"],
      [[1]],
      { 0: 1 },
    ];
    values.push(Number.NaN, "NaN", new Date(0), new Date(1), new Date(0).toISOString(), { a: {} });
    values.push("@NaN", { a: undefined, b: 1 }, "x".repeat(500), "x".repeat(501));
    for (const [i, a] of values.entries()) {
      for (const [j, b] of values.entries()) expect([i, j, same(a, b)]).toEqual([i, j, i === j]);
    }
  });

  it("are short for long values and keys", () => {
    const [entry] = indexOf({ ["k".repeat(5000)]: { text: "v".repeat(5000) } });
    expect(entry!.key.length).toBeLessThan(200);
    expect(entry!.token.length).toBeLessThan(200);
  });

  it("leave out a key without value, which a filter for `undefined` finds", () => {
    expect(indexOf({ k: undefined })).toEqual([]);
    expect(filterTerms({ k: undefined })).toEqual([{ key: "k", token: undefined }]);
  });

  it("end for values that contain themselves", () => {
    const circular: unknown[] = [];
    circular.push(circular);
    expect(same(circular, circular)).toBe(true);
  });

  it("are made of each shared object once: exponentially many paths take no time", () => {
    const shared = (levels: number, end: unknown): unknown => {
      let value = end;
      for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value, value] : { a: value, b: value };
      return value;
    };
    expect(same(shared(200, 1), shared(200, 1))).toBe(true);
    expect(same(shared(200, 1), shared(200, 2))).toBe(false);
    expect(same(shared(200, 1), shared(201, 1))).toBe(false);
    // What is shared is no content: the same with copies.
    expect(same(shared(9, "x"), JSON.parse(JSON.stringify(shared(9, "x"))))).toBe(true);
  });

  it("end for shared values that contain themselves", () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = [circular, circular];
    const value = { a: circular, b: [circular, { c: circular }] };
    expect(same(value, value)).toBe(true);
    expect(same(value, { ...value, more: 1 })).toBe(false);
  });

  it.each([
    [10, true],
    [400, true],
    [5000, false],
    [100_000, false],
  ])("of values nested %i deep are made or refused with a typed error", (depth, possible) => {
    for (const wrap of [(inner: unknown) => [inner], (inner: unknown) => ({ inner })]) {
      let value: unknown = 1;
      for (let i = 0; i < depth; i++) value = wrap(value);
      if (possible) expect(same(value, value)).toBe(true);
      else {
        expect(() => indexOf({ value })).toThrow(expect.objectContaining({ code: "NOT_SERIALIZABLE" }));
        expect(() => filterTerms({ value })).toThrow(
          expect.objectContaining({ code: "INVALID_ARGUMENT", field: "filter.value" }),
        );
      }
    }
  });

  it("refuse what metadata cannot hold, naming the key", () => {
    expect(() => filterTerms({ k: () => 1 })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", field: "filter.k" }),
    );
  });
});
