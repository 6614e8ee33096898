import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Serializer } from "../../src/serializer/index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Objects of many shapes, some of them twice. */
function value(objects: number): unknown {
  const parts = Array.from({ length: objects }, (_, i) => ({ [`key ${i % 40}`]: { i } }));
  return { parts, again: parts.slice(0, 3) };
}

function withGetter(read: () => unknown): object {
  return Object.defineProperty({ before: value(3) }, "read", { get: read, enumerable: true });
}

describe("an encoder after others", () => {
  const serializer = new Serializer();

  it.each([2, 12, 13, 200])("writes the same bytes, with %i objects", (objects) => {
    const alone = serializer.encode(value(objects));
    for (const others of [1, 12, 13, 50, 300]) {
      serializer.encode(value(others));
      expect(serializer.encode(value(objects))).toEqual(alone);
    }
  });

  it("writes the same bytes while another one is at work", () => {
    const alone = serializer.encode(value(20));
    const inside: Uint8Array[] = [];
    const outside = withGetter(() => {
      for (let i = 0; i < 6; i++) {
        inside.push(serializer.encode(withGetter(() => inside.push(serializer.encode(value(20))))));
      }
      return value(20);
    });
    const bytes = serializer.encode(outside);
    expect(inside.filter((_, i) => i % 2 === 0)).toEqual(Array.from({ length: 6 }, () => alone));
    expect(bytes).toEqual(serializer.encode({ before: value(3), read: value(20) }));
  });

  it("writes the same bytes after one that failed", () => {
    const alone = serializer.encode(value(20));
    const refusing = new Serializer({ onUnknown: "refuse" });
    for (let i = 0; i < 6; i++) {
      expect(() => refusing.encode({ a: value(15), wrong: () => {} })).toThrow("$.wrong cannot be stored");
      expect(serializer.encode(value(20))).toEqual(alone);
    }
  });

  it.each([3, 12, 13, 100])("keeps nothing of a value with %i objects", async (objects) => {
    const held = Array.from({ length: 6 }, () => {
      const parts = Array.from({ length: objects }, () => new Map([[{ key: 1 }, { value: 1 }]]));
      serializer.encode(parts);
      return new WeakRef(parts[0]!);
    });
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    expect(held.map((one) => one.deref())).toEqual(held.map(() => undefined));
  });
});
