import { describe, expect, it } from "vitest";

import { expectExact } from "./round-trip.ts";

function circular(make: (self: object) => object, self: object = {}): object {
  return Object.assign(self, make(self));
}

function errorWith(fields: object, error: Error = new Error("message")): Error {
  return Object.assign(error, fields);
}

function ownJson(text: string): unknown {
  return JSON.parse(text);
}

const sparse: unknown[] = [1, 2, 3];
delete sparse[1];
const withFields = Object.assign([1, 2], { note: "x", "-1": 1, "01": 2 });
const longHoles: unknown[] = Array.from({ length: 40 }, (_, i) => i);
delete longHoles[39];
const bytes = new Uint8Array([0, 1, 127, 128, 255, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
const floats16 = (globalThis as { Float16Array?: new (items: number[]) => object }).Float16Array;
const renamed = new Error("x");
Object.defineProperty(renamed, "name", { value: "Hidden", configurable: true, writable: true });
const circularError = new Error("loop");
circularError.cause = circularError;

const table: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  zero: () => 0,
  "minus zero": () => -0,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "minus Infinity": () => Number.NEGATIVE_INFINITY,
  "integers at the edges of every size": () =>
    [5, 6, 7, 8, 15, 16, 31, 32, 53, 63, 64].flatMap((bits) =>
      [-1, 0, 1].flatMap((step) => [2 ** bits + step, -(2 ** bits) + step]),
    ),
  "integers beyond 2^53": () => [2 ** 53 + 2, 1e21, 1.7976931348623157e308, -(2 ** 70)],
  subnormals: () => [5e-324, -5e-324, 2.2250738585072009e-308],
  fractions: () => [0.1, -1.5, 1 / 3, 16777217.5],
  bigints: () => [
    0n,
    -1n,
    1n,
    2n ** 63n - 1n,
    2n ** 63n,
    -(2n ** 63n),
    -(2n ** 63n) - 1n,
    2n ** 64n - 1n,
    2n ** 64n,
  ],
  "bigints of any size": () => [10n ** 40n, -(10n ** 40n), 3n ** 5000n, -(3n ** 5000n)],
  "strings around every header": () =>
    [0, 1, 15, 16, 31, 32, 39, 40, 41, 63, 64, 65, 255, 256, 16383, 16384, 65535, 65536].flatMap((length) => [
      "a".repeat(length),
      "é".repeat(length),
      "漢".repeat(length),
      "😀".repeat(length >> 1),
      `${"a".repeat(length)}é`,
    ]),
  "lone surrogates": () => [
    "\ud800",
    "\udc00",
    "a\ud800b",
    "\udc00\ud800",
    "😀\ud83d",
    "x".repeat(100) + "\udfff",
  ],
  "long text with a lone surrogate": () => `${"漢".repeat(9000)}\ud800`,
  "byte order marks": () => ["\ufeff", "\ufeffa", `\ufeff${"a".repeat(100)}`, `a\ufeff${"a".repeat(100)}`],
  "NUL and controls": () => "\u0000\u0001\u001f\u007f\u0080\u2028",
  Date: () => new Date("2024-02-29T12:34:56.789Z"),
  "dates at the ends": () => [new Date(8.64e15), new Date(-8.64e15), new Date(-1), new Date(0)],
  "an invalid date": () => new Date(Number.NaN),
  RegExp: () => [/a\/b[/]\n/, new RegExp(""), /(?<year>\d{4})/dgimsuy, new RegExp("\n")],
  "lastIndex of a RegExp": () => Object.assign(/a/g, { lastIndex: 3 }),
  URL: () => [new URL("https://user:pw@example.com:8080/a%20b/?q=ü#h"), new URL("data:text/plain,x")],
  Map: () =>
    new Map<unknown, unknown>([
      ["a", 1],
      [Number.NaN, 2],
      [{ k: 1 }, new Map([[[1], 2]])],
    ]),
  "an empty Map": () => new Map(),
  Set: () => new Set<unknown>([1, "1", Number.NaN, { a: 1 }, new Set([undefined])]),
  "an empty Set": () => new Set(),
  Error: () => new Error("message"),
  "every native error": () =>
    [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Class) => new Class("m")),
  "an error without a message": () => new TypeError(),
  "an error with a cause": () =>
    new Error("outer", { cause: new RangeError("inner", { cause: { code: 5 } }) }),
  "an error with an undefined cause": () => new Error("x", { cause: undefined }),
  "an error with fields": () => errorWith({ code: "E_X", details: new Map([["when", new Date(1)]]) }),
  "an error with a name of its own": () => errorWith({ name: "MyError" }),
  "an error with a hidden name": () => renamed,
  "an error whose message is a field": () => errorWith({ message: "later" }, new Error()),
  "an error with another stack": () => errorWith({ stack: "my stack" }),
  "an error without a stack": () => {
    const error = new Error("m");
    delete error.stack;
    return error;
  },
  "an error that is its own cause": () => circularError,
  AggregateError: () => new AggregateError([new Error("a"), new TypeError("b"), 3], "many"),
  ArrayBuffer: () => bytes.slice().buffer,
  "an empty ArrayBuffer": () => new ArrayBuffer(0),
  DataView: () => new DataView(bytes.slice().buffer),
  Uint8Array: () => bytes.slice(),
  Uint8ClampedArray: () => new Uint8ClampedArray([0, 255, 3]),
  Int8Array: () => new Int8Array([-128, 127]),
  Int16Array: () => new Int16Array([-32768, 32767]),
  Uint16Array: () => new Uint16Array([65535]),
  Int32Array: () => new Int32Array([-(2 ** 31), 2 ** 31 - 1]),
  Uint32Array: () => new Uint32Array([2 ** 32 - 1]),
  Float32Array: () => new Float32Array([1.5, Number.NaN, -0, Number.POSITIVE_INFINITY]),
  Float64Array: () => new Float64Array([0.1, Number.NaN, -0, 5e-324]),
  BigInt64Array: () => new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]),
  BigUint64Array: () => new BigUint64Array([2n ** 64n - 1n]),
  ...(floats16 && { Float16Array: () => new floats16([1.5, -0]) }),
  Buffer: () => Buffer.from("some bytes"),
  "an empty Buffer": () => Buffer.alloc(0),
  "bytes of every header": () =>
    [0, 1, 255, 256, 65535, 65536].map((length) => new Uint8Array(length).fill(7)),
  "an empty object": () => ({}),
  "an empty array": () => [],
  "an object without a prototype": () => Object.assign(Object.create(null) as object, { b: 1, a: { c: 2 } }),
  "an empty object without a prototype": () => Object.create(null) as object,
  "a key __proto__": () => ownJson('{"__proto__":{"polluted":true},"a":1}'),
  "a key __proto__ without a prototype": () => {
    const value = Object.create(null) as Record<string, unknown>;
    value["__proto__"] = { polluted: true };
    return value;
  },
  "keys of Object.prototype": () =>
    ownJson(
      '{"constructor":1,"prototype":{"constructor":null},"toJSON":"x","hasOwnProperty":2,"valueOf":{}}',
    ),
  "keys that libraries use": () =>
    ownJson(
      '[{"a":1,"__keys__":2},{"a":1},{"__keys__":[1]},{"__proto_":1},{"then":1},{"get":1,"set":2,"async":3}]',
    ),
  "odd keys": () => ({ "": 1, " ": 2, "a.b": 3, "1": 4, "-1": 5, "1.5": 6, "\u2028": 7, "'\"`\\": 8, 漢: 9 }),
  "keys with lone surrogates and marks": () => ({
    "\ud800": 1,
    "\ufeffkey": 2,
    [`\ufeff${"k".repeat(90)}`]: 3,
  }),
  "order of keys": () => ({ z: 1, a: 2, m: { y: 1, b: 2 }, 2: "two", 1: "one" }),
  "more shapes than there are numbers for": () =>
    Array.from({ length: 400 }, (_, i) => ({ [`k${i % 130}`]: i, same: { [`n${i % 7}`]: null, x: i } })),
  "objects of many keys": () =>
    Array.from({ length: 5 }, (_, i) =>
      Object.fromEntries(Array.from({ length: 60 + 10 * i }, (_key, k) => [`key-${k}`, k + i])),
    ),
  "the same object of many keys again and again": () =>
    Array.from({ length: 8 }, () => Object.fromEntries(Array.from({ length: 300 }, (_, k) => [`k${k}`, k]))),
  "sparse arrays": () => [sparse, new Array(3), longHoles, [1, ...(new Array(2) as unknown[])]],
  "a very sparse array": () => Object.assign([], { 4294967294: "last" }),
  "an array with fields": () => withFields,
  "a long array with a field": () =>
    Object.assign(
      Array.from({ length: 100 }, (_, i) => i),
      { total: 100 },
    ),
  "a long array with a hole and a field": () => Object.assign(longHoles.slice(), { x: 1 }),
  "an empty array with a field": () => Object.assign([], { x: 1 }),
  "long arrays with undefined": () => Array.from({ length: 50 }, (_, i) => (i % 2 ? undefined : i)),
  "a match": () => /(?<year>\d{4})-(\d+)/d.exec("on 2024-05"),
  "an object in itself": () => circular((self) => ({ self, list: [self] })),
  "a Map in itself": () => {
    const map = new Map<unknown, unknown>();
    return map.set(map, map).set("in", { map });
  },
  "a Set in itself": () => {
    const set = new Set<unknown>();
    return set.add(set).add([set]);
  },
  "an array in itself": () => {
    const array: unknown[] = [1];
    array.push(array, { array });
    return array;
  },
  "an object without a prototype in itself": () =>
    circular((self) => ({ self }), Object.create(null) as object),
  "a sparse array in itself": () => {
    const array: unknown[] = new Array(3);
    array[2] = array;
    return array;
  },
  "every kind of object twice": () => {
    const once = [
      new Date(1),
      /a/,
      new URL("http://a.b"),
      new Map(),
      new Set(),
      new Error("e"),
      bytes.slice(),
      Buffer.from("b"),
      bytes.slice().buffer,
      new Float32Array(2),
      new DataView(new ArrayBuffer(2)),
      Object.create(null) as object,
      {},
      [],
      new Array(1),
      ownJson('{"__proto__":1}'),
    ];
    return [once, ...once, { again: once.toReversed() }];
  },
};

const rows = Object.entries(table);

describe("a value comes back exactly", () => {
  it.each(rows)("at the top: %s", async (_name, make) => {
    await expectExact(make());
  });

  it.each(rows)("in an object: %s", async (_name, make) => {
    await expectExact({ before: 1, value: make(), after: "x" });
  });

  it.each(rows)("in an array: %s", async (_name, make) => {
    await expectExact([1, make(), [make()], "x"]);
  });

  it.each(rows)("in a Map, as value and as key: %s", async (_name, make) => {
    await expectExact(
      new Map([
        ["value", make()],
        [make(), "key"],
      ]),
    );
  });

  it.each(rows)("shared: %s", async (_name, make) => {
    const value = make();
    await expectExact({
      one: value,
      other: [value, new Set([value])],
      error: new Error("e", { cause: value }),
    });
  });
});

describe("types that are stored in a form of ours", () => {
  it("stores of a view the bytes in view", async () => {
    const { Serializer } = await import("@threadmark/core");
    const serializer = new Serializer();
    const whole = Uint8Array.from({ length: 1000 }, (_, i) => i);
    const encoded = serializer.encode({
      part: whole.subarray(10, 14),
      words: new Uint16Array(whole.buffer, 20, 2),
    });
    expect(encoded.length).toBeLessThan(100);
    const { part, words } = (await serializer.decode(encoded)) as { part: Uint8Array; words: Uint16Array };
    expect([...part]).toEqual([10, 11, 12, 13]);
    expect([part.byteOffset, part.buffer.byteLength]).toEqual([0, 4]);
    expect([...words]).toEqual([...new Uint16Array(whole.buffer, 20, 2)]);
    expect(words.buffer.byteLength).toBe(4);
  });
});
