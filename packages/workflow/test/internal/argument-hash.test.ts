import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { Serializer } from "@threadmark/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { argumentsHash } from "../../src/argument-hash.ts";

const value = fc.anything({
  withDate: true,
  withMap: true,
  withSet: true,
  withBigInt: true,
  withTypedArray: true,
  maxDepth: 4,
});

describe("the hash of arguments", () => {
  it("is the same for what our serializer gives back", async () => {
    const serializer = new Serializer();
    await fc.assert(
      fc.asyncProperty(value, async (one) => {
        const [type, bytes] = await serializer.dumpsTyped([one]);
        const back = (await serializer.loadsTyped(type, bytes)) as unknown[];
        expect(argumentsHash(back)).toBe(argumentsHash([one]));
      }),
    );
  });

  it("is the same for what LangGraph.js's serializer makes of it", async () => {
    const serializer = new JsonPlusSerializer();
    const args = [
      { b: [1, "x", null, true, 1.5], a: { at: new Date(0), none: undefined, not: Number.NaN } },
      new Map([["k", { deep: new Set([1, 2]) }]]),
      -0,
    ];
    const [type, bytes] = await serializer.dumpsTyped(args);
    expect(argumentsHash((await serializer.loadsTyped(type, bytes)) as unknown[])).toBe(argumentsHash(args));
  });

  it("does not depend on the order of fields, and does on that of items", () => {
    expect(argumentsHash([{ a: 1, b: 2 }])).toBe(argumentsHash([{ b: 2, a: 1 }]));
    expect(argumentsHash([[1, 2]])).not.toBe(argumentsHash([[2, 1]]));
  });

  it("is that of what toJSON gives, also after a record with a field of that name", () => {
    const plain = { toJSON: "a field", n: 1 };
    const dressed = { toJSON: () => ({ n: 2 }), n: 1 };
    expect(argumentsHash([dressed])).toBe(argumentsHash([{ n: 2 }]));
    expect(argumentsHash([plain, dressed])).toBe(argumentsHash([plain, { n: 2 }]));
    expect(argumentsHash([dressed, plain])).toBe(argumentsHash([{ n: 2 }, plain]));
  });

  it("differs where values differ", () => {
    const different = [
      0,
      "0",
      1,
      "1",
      "",
      null,
      [],
      [null],
      [[]],
      {},
      { a: 1 },
      { a: "1" },
      { b: 1 },
      [1],
      ["1"],
      true,
      "true",
    ];
    const hashes = new Set(different.map((one) => argumentsHash([one])));
    expect(hashes.size).toBe(different.length);
    expect(argumentsHash(["a", "b"])).not.toBe(argumentsHash(["ab"]));
    const many = Array.from({ length: 20_000 }, (_, i) => argumentsHash([{ question: `number ${i}`, i }]));
    expect(new Set(many).size).toBe(many.length);
  });

  it("comes to an end with circular values", () => {
    const circular: Record<string, unknown> = { a: [1] };
    circular["self"] = circular;
    const other: Record<string, unknown> = { a: [2] };
    other["self"] = other;
    expect(argumentsHash([circular])).toBe(argumentsHash([circular]));
    expect(argumentsHash([circular])).not.toBe(argumentsHash([other]));
  });
});
