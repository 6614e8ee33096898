import { equals, hasData } from "../checks.ts";
import type { Kind } from "../kinds.ts";

class User {
  readonly name: string;
  readonly roles = ["a"];
  constructor(name: string) {
    this.name = name;
  }
  get upper(): string {
    return this.name.toUpperCase();
  }
}
class Point {
  readonly #x = 1;
  toJSON(): object {
    return { x: this.#x };
  }
}
class Registry extends Map<string, number> {}
class Rows extends Array<number> {}
class Day extends Date {}

const fn = (): number => 1;

function argumentsOf(..._given: readonly unknown[]): unknown {
  return arguments;
}

export const languageKinds: readonly Kind[] = [
  { name: "JSON data", make: () => JSON.parse('{"a":[1,{"b":null}]}') as unknown, becomes: "exact" },
  { name: "`undefined`, `null` and `NaN` in an array", make: () => [undefined, null, NaN], becomes: "exact" },
  { name: "an invalid Date", make: () => ({ d: new Date(NaN) }), becomes: "exact" },
  {
    name: "the result of `structuredClone`",
    make: () => structuredClone({ a: new Date(0) }),
    becomes: "exact",
  },
  { name: "half a surrogate pair", make: () => ({ s: "a\ud800b" }), becomes: "exact" },
  {
    name: "keys in several Unicode forms",
    make: () => ({ s: "e\u0301", ["e\u0301"]: 1, "\u00e9": 2 }),
    becomes: "exact",
  },
  { name: "a string of a million characters", make: () => ({ s: "y".repeat(1e6) }), becomes: "exact" },
  {
    name: "a frozen object",
    make: () => Object.freeze({ a: Object.freeze([1]) }),
    becomes: "exact, but not frozen",
  },
  {
    name: "an object without a prototype",
    make: () => Object.assign(Object.create(null) as object, { a: 1 }),
    becomes: "exact",
  },
  {
    name: "an array with extra properties",
    make: () => Object.assign([1, 2], { total: 2 }),
    becomes: "exact",
  },
  { name: "the result of `exec`", make: () => /a(b)/d.exec("xab"), becomes: "exact" },
  { name: "the results of `matchAll`", make: () => [..."ab".matchAll(/a/g)], becomes: "exact" },
  { name: "the `groups` of a match", make: () => "k=v".match(/(?<k>\w)=(?<v>\w)/)?.groups, becomes: "exact" },
  { name: "a Proxy of an object", make: () => new Proxy({ a: 1 }, {}), becomes: "the object" },
  { name: "a Proxy of an array", make: () => new Proxy([1, 2], {}), becomes: "the array" },
  { name: "`Float32Array`", make: () => ({ a: new Float32Array([1.5]) }), becomes: "exact" },
  {
    name: "`arguments`",
    make: () => argumentsOf(1, 2),
    becomes: "a plain object",
    check: equals({ 0: 1, 1: 2 }),
  },
  {
    name: "an instance of a class",
    make: () => ({ user: new User("ann") }),
    becomes: "a plain object with its own enumerable properties",
    check: equals({ user: { name: "ann", roles: ["a"] } }),
  },
  {
    name: "an instance with `toJSON`",
    make: () => ({ p: new Point() }),
    becomes: "what `toJSON()` returns",
    check: equals({ p: { x: 1 } }),
  },
  {
    name: "a subclass of Map",
    make: () => new Registry([["a", 1]]),
    becomes: "a Map",
    check: equals(new Map([["a", 1]])),
  },
  { name: "a subclass of Array", make: () => Rows.from([1, 2]), becomes: "an Array", check: equals([1, 2]) },
  {
    name: "a subclass of Date",
    make: () => ({ d: new Day(0) }),
    becomes: "a Date",
    check: equals({ d: new Date(0) }),
  },
  {
    name: "boxed primitives",
    make: () => ({ s: Object("x") as unknown, n: Object(1) as unknown }),
    becomes: "the primitives",
    check: equals({ s: "x", n: 1 }),
  },
  {
    name: "a function as a property",
    make: () => ({ cb: fn, keep: 1 }),
    becomes: "left out",
    check: equals({ keep: 1 }),
  },
  {
    name: "a method of an object",
    make: () => ({
      keep: 1,
      run() {
        return 2;
      },
    }),
    becomes: "left out",
    check: equals({ keep: 1 }),
  },
  {
    name: "a function in an array",
    make: () => [1, fn, 2],
    becomes: "`undefined`, which keeps the positions",
    check: equals([1, undefined, 2]),
  },
  {
    name: "a symbol as a property",
    make: () => ({ s: Symbol("x"), keep: 1 }),
    becomes: "left out",
    check: equals({ keep: 1 }),
  },
  {
    name: "a symbol as a key",
    make: () => ({ [Symbol("meta")]: 1, keep: 1 }),
    becomes: "left out",
    check: equals({ keep: 1 }),
  },
  {
    name: "a registered symbol as a key",
    make: () => ({ [Symbol.for("meta")]: 1, keep: 1 }),
    becomes: "left out",
    check: equals({ keep: 1 }),
  },
  {
    name: "a generator",
    make: () => ({
      g: (function* numbers() {
        yield 1;
      })(),
    }),
    becomes: "`{}`",
    check: equals({ g: {} }),
  },
  { name: "an iterator", make: () => ({ it: [1, 2].values() }), becomes: "`{}`", check: equals({ it: {} }) },
  {
    name: "the entries of a Map",
    make: () => ({ it: new Map([[1, 2]]).entries() }),
    becomes: "`{}`",
    check: equals({ it: {} }),
  },
  { name: "a Promise", make: () => ({ p: Promise.resolve(1) }), becomes: "`{}`", check: equals({ p: {} }) },
  { name: "a WeakMap", make: () => ({ w: new WeakMap() }), becomes: "`{}`", check: equals({ w: {} }) },
  {
    name: "an `Intl` object",
    make: () => ({ f: new Intl.NumberFormat("de") }),
    becomes: "`{}`",
    check: equals({ f: {} }),
  },
  {
    name: "a `SharedArrayBuffer`",
    make: () => ({ b: new SharedArrayBuffer(2) }),
    becomes: "an ArrayBuffer",
    check: equals({ b: new ArrayBuffer(2) }),
  },
  {
    name: "a module",
    make: () => import("node:path"),
    becomes: "an object without a prototype, functions left out",
    check: hasData({ sep: "/" }),
  },
];
