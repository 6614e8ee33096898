import { Serializer } from "@threadmark/core";
import fc from "fast-check";
import { rounds } from "@threadmark/random-tests";
import { describe, expect, it } from "vitest";

import { difference } from "./exact.ts";
import { RandomValues } from "./random-values.ts";

const serializer = new Serializer();

// A failure prints fast-check's seed and the seed of the value: `new RandomValues(seed, budget).value()`.
describe("random values", () => {
  it("come back exactly, of every type, shape and circle", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 60 }), async (seed, budget) => {
        const value = new RandomValues(seed, budget).value();
        const result = await serializer.decode(serializer.encode(value));
        expect(difference(value, result)).toBeUndefined();
      }),
      rounds(2000),
    );
  });

  it("have the same bytes when they are made again, and when they are stored again", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const value = new RandomValues(seed, 30).value();
        const bytes = serializer.encode(value);
        const again = serializer.encode(await serializer.decode(bytes));
        expect(Buffer.compare(again, bytes)).toBe(0);
      }),
      rounds(500),
    );
  });

  it("come back exactly as JSON values, in growing lists of one shape", async () => {
    const row = fc.record({
      id: fc.integer(),
      name: fc.string(),
      at: fc.double(),
      tags: fc.array(fc.string()),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 100 }), fc.jsonValue(), async (rows, json) => {
        const value = { rows, json };
        expect(difference(value, await serializer.decode(serializer.encode(value)))).toBeUndefined();
      }),
      rounds(100),
    );
  });
});
