import { isCheckpointError, Serializer } from "@threadmark/core";
import { AIMessage, BaseMessage, HumanMessage } from "@langchain/core/messages";
import { Send } from "@langchain/langgraph";
import { describe, expect, it } from "vitest";

import { expectExact, failure } from "./round-trip.ts";

const serializer = new Serializer({ onUnknown: "refuse" });

class Point {
  x = 1;
}
class MyError extends Error {}
class MyMap extends Map {}
class MyDate extends Date {}
class MyBytes extends Uint8Array {}
class MyList extends Array {}
class MyMessage extends HumanMessage {}
class MySend extends Send {}

/** Says to be LangChain's class, from other places in the family. */
class MyBase extends BaseMessage {
  type = "human" as const;
}
class MyBaseBase extends MyBase {}
class FirstPretender extends MyBase {
  static override lc_name(): string {
    return "HumanMessage";
  }
}
class SecondPretender extends MyBaseBase {
  static override lc_name(): string {
    return "HumanMessage";
  }
}
class ThirdPretender extends BaseMessage {
  type = "human" as const;
  static override lc_name(): string {
    return "HumanMessageChunk";
  }
}

/** Has the fields and the name of LangChain's class, and other behaviour. */
class Document {
  pageContent = "x";
  metadata = {};
  shout(): string {
    return this.pageContent.toUpperCase();
  }
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function resizable(): unknown {
  return new (ArrayBuffer as unknown as new (n: number, o: object) => unknown)(4, { maxByteLength: 8 });
}

function detached(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

const kinds: Record<string, unknown> = {
  "a function": () => 1,
  "a class": Point,
  "a symbol": Symbol("s"),
  "a registered symbol": Symbol.for("s"),
  "a symbol as a key": { [Symbol("key")]: 1 },
  "a symbol as a key of an array": Object.assign([1], { [Symbol("key")]: 1 }),
  "a symbol as a key of an object without a prototype": Object.assign(Object.create(null) as object, {
    [Symbol("key")]: 1,
  }),
  "an instance of a class": new Point(),
  "an instance of a class without a name": new (class {})(),
  "an object made from another": Object.create({ inherited: 1 }),
  "a subclass of Error": new MyError("x"),
  "a subclass of Map": new MyMap(),
  "a subclass of Date": new MyDate(),
  "a subclass of Uint8Array": new MyBytes(2),
  "a subclass of Array": new MyList(),
  "a number object": Object(1),
  "a string object": Object("s"),
  "a boolean object": Object(false),
  "a bigint object": Object(1n),
  "a symbol object": Object(Symbol.iterator),
  "a WeakMap": new WeakMap(),
  "a WeakSet": new WeakSet(),
  "a WeakRef": new WeakRef({}),
  "a Promise": Promise.resolve(1),
  "a generator": (function* numbers() {
    yield 1;
  })(),
  "an iterator": [1][Symbol.iterator](),
  "an AbortSignal": new AbortController().signal,
  "a SharedArrayBuffer": new SharedArrayBuffer(4),
  "a resizable buffer": resizable(),
  "detached bytes": detached(),
  "URL parameters with a field": Object.assign(new URLSearchParams("a=b"), { note: 1 }),
  "headers with a field": Object.assign(new Headers({ a: "b" }), { note: 1 }),
  "an error with a getter between it and its class": Object.create(
    Object.create(Error.prototype, { constructor: { value: null } }),
  ),
  "an Intl object": new Intl.NumberFormat("en"),
  "a Date with a field": Object.assign(new Date(), { zone: "UTC" }),
  "a Map with a field": Object.assign(new Map(), { size2: 1 }),
  "a Set with a field": Object.assign(new Set(), { note: 1 }),
  "a RegExp with a field": Object.assign(/a/, { note: 1 }),
  "a URL with a field": Object.assign(new URL("http://a"), { note: 1 }),
  "a buffer with a field": Object.assign(new ArrayBuffer(1), { note: 1 }),
  "a DataView with a field": Object.assign(new DataView(new ArrayBuffer(1)), { note: 1 }),
  "an object that only has the prototype of Date": Object.create(Date.prototype),
  "an object that only has the prototype of Map": Object.create(Map.prototype),
  "an object that only has the prototype of RegExp": Object.create(RegExp.prototype),
  "an object that only has the prototype of Error": Object.create(TypeError.prototype),
  "an object that only has the prototype of bytes": Object.create(Uint8Array.prototype),
  "an object that only has the prototype of Array": Object.create(Array.prototype),
  "a Proxy of a Map": new Proxy(new Map(), {}),
  "a revoked Proxy": revoked(),
  "a subclass of a message": new MyMessage("x"),
  "a message class of the application": new MyBase("x"),
  "a message class that takes another's name": new FirstPretender("x"),
  "a message class deep below that takes another's name": new SecondPretender("x"),
  "a message class that takes the name of a chunk": new ThirdPretender("x"),
  "an object with a brand of messages and another symbol": {
    [Symbol.for("langchain.message")]: true,
    [Symbol("key")]: 1,
  },
  "an array with the brand of messages": Object.assign([], { [Symbol.for("langchain.message")]: true }),
  "an instance with the brand of messages": Object.assign(new Point(), {
    [Symbol.for("langchain.message")]: true,
  }),
  "an instance with the brand of commands": Object.assign(new MyMap(), {
    lg_name: "Command",
    [Symbol.for("langgraph.command")]: {},
  }),
  "a message with a field that is a function": Object.assign(new AIMessage("x"), { call: () => 1 }),
  "a message with a symbol as a key": Object.assign(new AIMessage("x"), { [Symbol("key")]: 1 }),
  "a subclass of Send": new MySend("node", {}),
  "a class named like LangChain's": new Document(),
};

describe("values that cannot be stored exactly, where they are to be refused", () => {
  const rows = Object.entries(kinds);

  it.each(rows)("are refused wherever they are: %s", async (_name, value) => {
    const places: [string, unknown][] = [
      ["$", value],
      ["$.a[1]", { a: [0, value] }],
      ['$["odd key"].get("k")', { "odd key": new Map([["k", value]]) }],
      ["$.values()[1]", new Set([1, value])],
      ["$.keys()[0]", new Map([[value, 1]])],
      ["$.values()[0]", new Map([[7, value]])],
      ["$.cause", new Error("e", { cause: value })],
      ["$.errors[0]", new AggregateError([value])],
      ["$.code", Object.assign(new Error("e"), { code: value })],
      ["$.additional_kwargs.when", new AIMessage({ content: "x", additional_kwargs: { when: value } })],
      ["$.args.deep", Object.assign(new Send("n", {}), { args: { deep: value } })],
    ];
    for (const [path, whole] of places) {
      const error = await failure(() => serializer.encode(whole));
      expect(isCheckpointError(error, "NOT_SERIALIZABLE"), String(error)).toBe(true);
      const found = (error as { path: string }).path;
      expect(found === path || found.startsWith(`${path}.`), `${found} for ${path}`).toBe(true);
      expect((error as Error).message).toContain(found);
    }
  });

  it("are refused with the reason and what to do", () => {
    const refusals: [unknown, RegExp][] = [
      [{ p: new Point() }, /\$\.p cannot be stored: it is an instance of class Point; register the class/],
      [[() => 1], /\$\[0\] cannot be stored: it is a function; store data/],
      [{ [Symbol("key")]: 1 }, /has the key Symbol\(key\); use a string/],
      [Object.assign(new Date(), { zone: 1 }), /has a property "zone"; store that separately/],
    ];
    for (const [value, message] of refusals) expect(() => serializer.encode(value)).toThrow(message);
  });

  it("are refused with the error that a getter or a Proxy threw", async () => {
    const cause = new Error("do not look");
    const values: [string, object][] = [
      [
        "$.a.b",
        {
          a: {
            get b() {
              throw cause;
            },
          },
        },
      ],
      [
        "$[1]",
        Object.defineProperty([0, 0], 1, {
          get: () => {
            throw cause;
          },
          enumerable: true,
        }),
      ],
      [
        "$.x",
        {
          x: new Proxy(
            {},
            {
              ownKeys: () => {
                throw cause;
              },
            },
          ),
        },
      ],
      [
        "$.x",
        {
          x: new Proxy(
            {},
            {
              getPrototypeOf: () => {
                throw cause;
              },
            },
          ),
        },
      ],
      [
        "$.x.y",
        {
          x: new Proxy(
            { y: 1 },
            {
              get: () => {
                throw cause;
              },
            },
          ),
        },
      ],
    ];
    for (const [path, value] of values) {
      expect(await failure(() => serializer.encode(value))).toMatchObject({
        code: "NOT_SERIALIZABLE",
        path,
        cause,
      });
    }
    expect(await failure(() => serializer.encode({ r: revoked() }))).toMatchObject({
      code: "NOT_SERIALIZABLE",
      path: "$.r",
      cause: expect.any(TypeError),
    });
  });

  it("make the promise of dumpsTyped fail, not the call", async () => {
    expect(await failure(() => serializer.dumpsTyped({ f: () => 1 }))).toMatchObject({ path: "$.f" });
  });

  it("leave the serializer as it was", async () => {
    for (let i = 0; i < 20; i++) expect(() => serializer.encode({ a: { shape: 1 }, f: () => 1 })).toThrow();
    await expectExact({ a: { shape: 1 }, list: [{ shape: 2 }, { shape: 3 }] });
  });
});
