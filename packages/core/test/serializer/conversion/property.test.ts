import { isCheckpointError, Serializer } from "@threadmark/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { difference } from "../exact.ts";

class User {
  readonly name = "ann";
}
class Price {
  toJSON(): string {
    return "1.5";
  }
}
class Registry extends Map<unknown, unknown> {}
class Rows extends Array<unknown> {}

/** What stands in an expected value for what is left out. */
const LEFT_OUT = Symbol("left out");

/** A value and what it is after it was stored. */
interface Pair {
  readonly value: unknown;
  readonly expected: unknown;
}

const same = (value: unknown): Pair => ({ value, expected: value });

const unknowns = fc.constantFrom<() => Pair>(
  () => ({ value: new User(), expected: { name: "ann" } }),
  () => ({ value: new Price(), expected: "1.5" }),
  () => ({ value: new Registry([["a", 1]]), expected: new Map([["a", 1]]) }),
  () => ({ value: Rows.from([1, "x"]), expected: [1, "x"] }),
  () => ({ value: Promise.resolve(1), expected: {} }),
  () => ({ value: (): number => 1, expected: LEFT_OUT }),
  () => ({ value: Symbol("s"), expected: LEFT_OUT }),
);

const knowns = fc.oneof(
  fc.string().map(same),
  fc.double().map(same),
  fc.constantFrom(null, undefined, true, 5n).map(same),
  fc.date().map((date) => same(date)),
);

function holder(parts: readonly (readonly [string, Pair])[], kind: number): Pair {
  const kept = parts.filter(([, { expected }]) => expected !== LEFT_OUT);
  const values = parts.map(([key, { value }]) => [key, value] as const);
  const left = kept.map(([key, { expected }]) => [key, expected] as const);
  if (kind === 0) return { value: Object.fromEntries(values), expected: Object.fromEntries(left) };
  if (kind === 1) return { value: new Map(values), expected: new Map(left) };
  return {
    value: parts.map(([, { value }]) => value),
    expected: parts.map(([, { expected }]) => (expected === LEFT_OUT ? undefined : expected)),
  };
}

/** Random values that hold unknown ones in random places. */
const { node } = fc.letrec<{ node: Pair }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    knowns,
    unknowns.map((make) => make()),
    fc
      .tuple(
        fc.uniqueArray(fc.tuple(fc.string(), tie("node")), { selector: ([key]) => key, maxLength: 5 }),
        fc.nat({ max: 2 }),
      )
      .map(([parts, kind]) => holder(parts, kind)),
  ),
}));

const converting = new Serializer({ onConverted: () => {} });
const refusing = new Serializer({ onUnknown: "refuse" });

describe("random values with unknown ones in them", () => {
  it("are stored by default, and come back as the table says", async () => {
    await fc.assert(
      fc.asyncProperty(node, async (pair) => {
        const { value, expected } = holder(
          [
            ["v", pair],
            ["again", pair],
          ],
          0,
        );
        const result = await converting.decode(converting.encode(value));
        expect(difference(expected, result)).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it("are refused with a path exactly where something would be converted", async () => {
    await fc.assert(
      fc.asyncProperty(node, async ({ value }) => {
        const reports: string[] = [];
        new Serializer({ onConverted: ({ path }) => reports.push(path) }).encode({ value });
        let refused: unknown;
        try {
          refusing.encode({ value });
        } catch (error) {
          refused = error;
        }
        expect(isCheckpointError(refused, "NOT_SERIALIZABLE")).toBe(reports.length > 0);
        if (isCheckpointError(refused)) expect(refused.path).toBe(reports[0]);
      }),
      { numRuns: 1000 },
    );
  });
});
