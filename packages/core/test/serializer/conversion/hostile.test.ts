import { Serializer } from "@threadmark/core";
import { describe, expect, it } from "vitest";

import { stored } from "./converting.ts";

class Node {
  readonly children: unknown[] = [];
  next: unknown;
}

function fail(): never {
  throw new Error("do not look");
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const getter = (target: object): object =>
  Object.defineProperty(target, "x", { get: fail, enumerable: true });

/** Values that fight back, and what comes of each. */
const rows: Record<string, [make: () => unknown, result: unknown]> = {
  "a getter that throws": [() => getter({ a: 1 }), { a: 1 }],
  "a getter that throws in an instance": [() => getter(new Node()), { children: [], next: undefined }],
  "a getter that throws in an object without a prototype": [
    () => getter(Object.create(null) as object),
    Object.create(null),
  ],
  "an element that throws": [
    () => Object.defineProperty([1, 2], 1, { get: fail, enumerable: true }),
    [1, undefined],
  ],
  "a revoked Proxy": [revoked, {}],
  "a revoked Proxy of a function": [
    () => {
      const { proxy, revoke } = Proxy.revocable(fail, {});
      revoke();
      return [proxy];
    },
    [undefined],
  ],
  "a Proxy without keys": [() => new Proxy({ a: 1 }, { ownKeys: fail }), {}],
  "a Proxy without a prototype": [() => new Proxy({ a: 1 }, { getPrototypeOf: fail }), { a: 1 }],
  "a Proxy that cannot be read": [() => new Proxy({ a: 1 }, { get: fail }), {}],
  "a Proxy of an array without keys": [() => new Proxy([1], { ownKeys: fail }), {}],
  "a Proxy of an array that cannot be read": [() => new Proxy([1, 2], { get: fail }), {}],
  "a Proxy of an instance that cannot be read": [() => new Proxy(new Node(), { get: fail, has: fail }), {}],
  "a Proxy that lies about its keys": [
    () =>
      new Proxy(new Node(), {
        ownKeys: () => ["a", "b"],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      }),
    { a: undefined, b: undefined },
  ],
  "an error with a stack that throws": [
    () => Object.defineProperty(new Error("kept"), "stack", { get: fail }),
    expect.objectContaining({ message: "kept" }),
  ],
  "an error with a message that throws": [
    () => Object.defineProperty(new (class Odd extends Error {})("lost"), "message", { get: fail }),
    expect.any(Error),
  ],
  "a class whose tag throws": [
    () =>
      Object.create(
        {
          get [Symbol.toStringTag]() {
            return fail();
          },
        },
        { a: { value: 1, enumerable: true } },
      ),
    { a: 1 },
  ],
  "a toJSON that throws on a look": [
    () =>
      Object.create(
        {
          get toJSON() {
            return fail();
          },
        },
        { a: { value: 1, enumerable: true } },
      ),
    { a: 1 },
  ],
  "an iterable that throws": [
    () =>
      Object.assign(Object.create({ [Symbol.toStringTag]: "Map", [Symbol.iterator]: fail }) as object, {
        a: 1,
      }),
    { a: 1 },
  ],
  "something that says to be a Map and has no entries": [
    () =>
      Object.assign(
        Object.create({
          [Symbol.toStringTag]: "Map",
          *[Symbol.iterator]() {
            yield 1;
          },
        }) as object,
        { a: 1 },
      ),
    { a: 1 },
  ],
  "a field with a reserved name": [
    () =>
      new (class Own {
        ["__proto__"] = { polluted: true };
        a = 1;
      })(),
    JSON.parse('{"__proto__":{"polluted":true},"a":1}'),
  ],
  "toJSON that gives a function": [
    () => ({
      a: new (class Fun {
        toJSON(): unknown {
          return fail;
        }
      })(),
    }),
    {},
  ],
  "toJSON that gives undefined": [
    () => [
      new (class Fun {
        toJSON(): unknown {
          return undefined;
        }
      })(),
    ],
    [undefined],
  ],
  "toJSON that waits": [
    () =>
      new (class Late {
        a = 1;
        async toJSON(): Promise<string> {
          return "x";
        }
      })(),
    { a: 1 },
  ],
  arguments: [
    (function args(..._: unknown[]) {
      const given = arguments;
      return () => given;
    })(1, "a"),
    { 0: 1, 1: "a" },
  ],
  "frozen and sealed objects": [
    () => Object.freeze({ a: Object.seal(Object.assign(new Node(), { next: 1 })), f: fail }),
    { a: { children: [], next: 1 } },
  ],
  "class instances without own properties": [() => new (class Empty {})(), {}],
  "a class without Object at its root": [() => Object.assign(new (class {})(), { a: 1 }), { a: 1 }],
};

describe("values that fight back", () => {
  it.each(Object.entries(rows))("lose no run: %s", async (_name, [make, expected]) => {
    const { result, reports } = await stored({ before: [1], value: make(), after: new Set([2]) });
    expect(result).toEqual({ before: [1], value: expected, after: new Set([2]) });
    if (_name !== "arguments") expect(reports.length).toBeGreaterThan(0);
  });

  it("lose no run as a module", async () => {
    const { result } = await stored({
      path: await import("node:path"),
      own: await import("./converting.ts"),
    });
    const { path, own } = result as { path: { sep: string; join?: unknown }; own: object };
    expect(path.sep).toBe("/");
    expect(path.join).toBeUndefined();
    expect(Object.keys(own)).toEqual([]);
  });

  it("are read once", async () => {
    let reads = 0;
    const value = Object.create(Node.prototype, {
      n: { enumerable: true, get: () => ++reads },
    }) as object;
    const { result } = await stored([value, value]);
    expect(result).toEqual([{ n: 1 }, { n: 1 }]);
    expect(reads).toBe(1);
  });

  it("may give others in place of themselves without end", async () => {
    class Endless {
      n = 1;
      toJSON(): unknown {
        return new Endless();
      }
    }
    class Deeper {
      toJSON(): unknown {
        return { more: new Deeper() };
      }
    }
    expect((await stored([new Endless()])).result).toEqual([{ n: 1 }]);
    const { reports } = await stored([new Deeper()]);
    expect(reports.map(({ kind }) => kind)).toEqual(["toJSON", "depth"]);
    const endless = new Serializer({ onUnknown: () => new Endless() });
    expect(await endless.decode(endless.encode([new Endless()]))).toEqual([{ n: 1 }]);
  });

  it("may be long, wide and deep", async () => {
    const list = new Node();
    let last = list;
    for (let i = 0; i < 5000; i++) last = last.next = new Node();
    const deep = Array.from({ length: 3000 }).reduce<unknown>((inner) => ({ inner }), "end");
    const wide = Array.from({ length: 20_000 }, () => Object.assign(new Node(), { next: 1 }));
    const ring = Object.assign(new Node(), { wide });
    ring.children.push(ring, list);
    const { result, reports } = await stored({ list, holder: Object.assign(new Node(), { deep }), ring });
    expect(reports.map(({ kind }) => kind)).toEqual(["fields", "depth", "depth"]);
    let length = 0;
    for (let node = (result as { list?: Node }).list; node; node = node.next as Node | undefined) length++;
    expect(length).toBeGreaterThan(200);
    expect((result as { ring: { wide: unknown[] } }).ring.wide).toHaveLength(20_000);
  });

  it("are encoded the same way after another value of the channel", async () => {
    const serializer = new Serializer({ onConverted: () => {} });
    const make = (length: number): unknown[] =>
      Array.from({ length }, (_, i) => ({
        i,
        user: Object.assign(new Node(), { next: i }),
        f: fail,
        text: "x".repeat(40),
      }));
    expect(await serializer.decode(serializer.encode(make(50)))).toEqual(
      make(50).map((row) => ({
        ...(row as object),
        user: { children: [], next: (row as { i: number }).i },
        f: undefined,
      })),
    );
  });
});
