import { EventEmitter } from "node:events";
import { Document } from "@langchain/core/documents";
import { HumanMessage } from "@langchain/core/messages";
import { Command, Send } from "@langchain/langgraph";
import type { ConversionKind } from "@threadmark/core";

export class User {
  readonly name = "ann";
  readonly #secret = 1;
  get upper(): string {
    return this.name.toUpperCase() + this.#secret;
  }
}
class Rows extends Array<number> {}
class Registry extends Map<unknown, unknown> {}
class Tags extends Set<unknown> {}
class Day extends Date {}
class Pattern extends RegExp {}
class Link extends URL {}
class Query extends URLSearchParams {}
class Bytes extends Uint8Array {}
class Floats extends Float64Array {}
class Raw extends ArrayBuffer {}
class Mine extends HumanMessage {}
class Page extends Document {}
class MySend extends Send {}
class MyCommand extends Command {}
/** Keeps its entries elsewhere, as the drafts of Immer do. */
class Draft extends Map<unknown, unknown> {
  override *[Symbol.iterator](): MapIterator<[unknown, unknown]> {
    yield ["a", 1];
  }
}
class Price {
  readonly #cents = 150;
  toJSON(): string {
    return String(this.#cents / 100);
  }
}
export class Ring {
  self: unknown = this;
  toJSON(): unknown {
    return this;
  }
}
class Broken {
  readonly left = 1;
  toJSON(): unknown {
    throw new Error("not now");
  }
}
/** Is like a Map, and is none. */
class Observable {
  readonly [Symbol.toStringTag] = "Map";
  *[Symbol.iterator](): Generator<[string, User]> {
    yield ["ann", new User()];
  }
  toJSON(): string {
    return "not asked";
  }
}
class ObservableSet {
  get [Symbol.toStringTag](): string {
    return "Set";
  }
  *[Symbol.iterator](): Generator<number> {
    yield* [1, 2];
  }
}

const detached = new Uint8Array(8);
structuredClone(detached, { transfer: [detached.buffer] });

/** Value, what comes back, what is reported. */
export const unknownKinds: Record<string, [value: unknown, result: unknown, kind: ConversionKind]> = {
  "an instance": [new User(), { name: "ann" }, "fields"],
  "an instance without a constructor": [
    Object.create({ inherited: 1 }, { a: { value: 1, enumerable: true } }),
    { a: 1 },
    "fields",
  ],
  "process.env": [
    Object.create(Object.getPrototypeOf(process.env) as object, { A: { value: "b", enumerable: true } }),
    { A: "b" },
    "fields",
  ],
  "an emitter": [
    new EventEmitter().setMaxListeners(3),
    { _events: Object.create(null), _eventsCount: 0, _maxListeners: 3 },
    "fields",
  ],
  toJSON: [new Price(), "1.5", "toJSON"],
  "toJSON that throws": [new Broken(), { left: 1 }, "fields"],
  "toJSON of a plain object": [{ a: 1, toJSON: () => ({ b: 2 }) }, { b: 2 }, "toJSON"],
  "toJSON of a plain object that throws": [
    {
      a: 1,
      toJSON: () => {
        throw new Error("no");
      },
    },
    { a: 1 },
    "fields",
  ],
  "a Map by its tag": [new Observable(), new Map([["ann", { name: "ann" }]]), "collection"],
  "a Set by its tag": [new ObservableSet(), new Set([1, 2]), "collection"],
  "a subclass of Array": [Rows.from([1, 2]), [1, 2], "subclass"],
  "a subclass of Array with fields": [
    Object.assign(Rows.from([1]), { total: 5 }),
    Object.assign([1], { total: 5 }),
    "subclass",
  ],
  "a subclass of Map": [new Registry([["a", 1]]), new Map([["a", 1]]), "subclass"],
  "a subclass of Map with other entries": [new Draft(), new Map([["a", 1]]), "subclass"],
  "a subclass of Set": [new Tags([1]), new Set([1]), "subclass"],
  "a subclass of Date": [new Day(5), new Date(5), "subclass"],
  "a subclass of RegExp": [new Pattern("a", "g"), /a/g, "subclass"],
  "a subclass of URL": [new Link("http://a/"), new URL("http://a/"), "subclass"],
  "a subclass of URLSearchParams": [new Query("a=1"), new URLSearchParams("a=1"), "subclass"],
  "a subclass of Uint8Array": [Bytes.of(1, 2), Uint8Array.of(1, 2), "subclass"],
  "a subclass of Float64Array": [Floats.of(0.5), Float64Array.of(0.5), "subclass"],
  "a subclass of ArrayBuffer": [new Raw(2), new ArrayBuffer(2), "subclass"],
  "shared memory": [new SharedArrayBuffer(2), new ArrayBuffer(2), "subclass"],
  "a subclass of a message": [new Mine("hi"), new HumanMessage("hi"), "subclass"],
  "a subclass of Document": [new Page({ pageContent: "x" }), new Document({ pageContent: "x" }), "subclass"],
  "a subclass of Send": [new MySend("n", 1), new Send("n", 1), "subclass"],
  "a subclass of Command": [new MyCommand({ goto: "n" }), new Command({ goto: "n" }), "subclass"],
  "a boxed string": [Object("x"), "x", "primitive"],
  "a boxed number": [Object(1), 1, "primitive"],
  "a boxed boolean": [Object(false), false, "primitive"],
  "a boxed bigint": [Object(1n), 1n, "primitive"],
  "a Date with a field": [Object.assign(new Date(5), { zone: 1 }), new Date(5), "own fields"],
  "a Map with a field": [Object.assign(new Map([[1, 2]]), { zone: 1 }), new Map([[1, 2]]), "own fields"],
  "a symbol as a key": [{ a: 1, [Symbol("key")]: 1 }, { a: 1 }, "symbol keys"],
  "a symbol as a key of an array": [Object.assign([1], { [Symbol("key")]: 1 }), [1], "symbol keys"],
  "a function in an object": [{ a: 1, f: () => 1, b: 2 }, { a: 1, b: 2 }, "left out"],
  "a function in an array": [[1, () => 1, 2], [1, undefined, 2], "left out"],
  "a function in an irregular array": [
    Object.assign([1, () => 1], { more: 1 }),
    Object.assign([1, undefined], { more: 1 }),
    "left out",
  ],
  "a function in an object without a prototype": [
    Object.assign(Object.create(null), { a: 1, f: () => 1 }),
    Object.assign(Object.create(null), { a: 1 }),
    "left out",
  ],
  "a function in an object of many keys": [
    Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i === 7 ? () => 1 : i])),
    Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`k${i}`, i] as const).filter(([, i]) => i !== 7),
    ),
    "left out",
  ],
  "a function in a Map": [
    new Map<unknown, unknown>([
      ["f", () => 1],
      [() => 1, 2],
      ["a", 1],
    ]),
    new Map([["a", 1]]),
    "left out",
  ],
  "a function in a Set": [new Set([1, () => 1]), new Set([1]), "left out"],
  "a symbol in an object": [{ a: 1, s: Symbol("x") }, { a: 1 }, "left out"],
  "a boxed symbol": [[Object(Symbol("x"))], [{}], "nothing"],
  "a generator": [
    (function* gen() {
      yield 1;
    })(),
    {},
    "nothing",
  ],
  "an iterator": [new Map([[1, 2]]).entries(), {}, "nothing"],
  "a promise": [Promise.resolve(1), {}, "nothing"],
  "a promise with fields": [Object.assign(Promise.resolve(1), { client: { key: "secret" } }), {}, "nothing"],
  "a WeakMap": [new WeakMap(), {}, "nothing"],
  "a stream": [new ReadableStream(), {}, "nothing"],
  "a Blob": [new Blob(["x"]), {}, "nothing"],
  "a File": [new File(["x"], "a"), {}, "nothing"],
  "a Response": [new Response("x"), {}, "nothing"],
  "an AbortSignal": [new AbortController().signal, {}, "nothing"],
  "a FormData": [new FormData(), {}, "nothing"],
  "an Intl object": [new Intl.NumberFormat("en"), {}, "nothing"],
  "detached bytes": [detached, {}, "nothing"],
  "an object with the prototype of Date": [Object.create(Date.prototype), {}, "nothing"],
  "an object with the prototype of Map": [
    Object.assign(Object.create(Map.prototype) as object, { a: 1 }),
    { a: 1 },
    "fields",
  ],
  "a Proxy of a Map": [new Proxy(new Map(), {}), {}, "nothing"],
};
