import { describe, expect, it } from "vitest";
import { filterTerms, indexOf } from "../../src/codec/index-token.ts";

/** Whether a filter of one key takes two values for equal. */
function same(a: unknown, b: unknown): boolean {
  return indexOf({ k: a })[0]!.token === filterTerms({ k: b })[0]!.token;
}

describe("tokens of metadata", () => {
  it("are equal for JSON values of equal content", () => {
    expect(same({ a: 1, b: [true, null] }, { b: [true, null], a: 1 })).toBe(true);
    expect(same(1, 1.0)).toBe(true);
    expect(same(-0, 0)).toBe(true);
    expect(same("x".repeat(500), "x".repeat(500))).toBe(true);
  });

  it("differ between types and between contents", () => {
    const values: unknown[] = [null, "null", true, "true", 0, "0", 1, 1n, [], {}, "", [1], ["1"], [[1]], { 0: 1 }];
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

  it("refuse what metadata cannot hold, naming the key", () => {
    expect(() => filterTerms({ k: () => 1 })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", field: "filter.k" }),
    );
  });
});
