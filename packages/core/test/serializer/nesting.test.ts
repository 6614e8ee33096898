import { MAX_NESTING, Serializer } from "@threadmark/core";
import { describe, expect, it } from "vitest";

import { failure } from "./round-trip.ts";

const serializer = new Serializer();

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = "innermost";
  for (let i = 0; i < levels; i++) value = wrap(value);
  return value;
}

const wraps: Record<string, (inner: unknown) => unknown> = {
  arrays: (inner) => [inner],
  objects: (inner) => ({ a: inner }),
  "objects of changing shape": (inner) => ({ [`k${Math.random()}`]: inner }),
  maps: (inner) => new Map([[inner, 1]]),
  sets: (inner) => new Set([inner]),
  causes: (cause) => new Error("e", { cause }),
  "objects without a prototype": (a) => Object.assign(Object.create(null) as object, { a }),
  "sparse arrays": (inner) => Object.assign([], { 3: inner }),
};

describe("nesting", () => {
  it.each(Object.entries(wraps))(
    "of %s is stored up to the limit and refused beyond",
    async (_name, wrap) => {
      const deepest = nested(MAX_NESTING, wrap);
      const bytes = serializer.encode(deepest);
      const again = serializer.encode(await serializer.decode(bytes));
      expect(Buffer.compare(again, bytes)).toBe(0);

      const error = await failure(() => serializer.encode(nested(MAX_NESTING + 1, wrap)));
      expect(error).toMatchObject({
        code: "NOT_SERIALIZABLE",
        message: expect.stringContaining(`${MAX_NESTING} levels`),
      });
      expect((error as { path: string }).path.length).toBeLessThan(1000);
    },
  );

  it("without end is refused, whatever causes it", async () => {
    const endless = (): object => ({
      get next() {
        return endless();
      },
    });
    expect(await failure(() => serializer.encode(endless()))).toMatchObject({ code: "NOT_SERIALIZABLE" });
    expect(await failure(() => serializer.encode(nested(100_000, (inner) => [inner])))).toMatchObject({
      code: "NOT_SERIALIZABLE",
    });
  });
});
