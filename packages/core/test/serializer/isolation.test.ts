import { Serializer } from "@threadmark/core";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";

import { difference } from "./exact.ts";
import { expectExact } from "./round-trip.ts";

const serializer = new Serializer();

function sample(): Record<string, unknown> {
  const shared = { n: [1, 2] };
  return {
    shared,
    again: shared,
    map: new Map<unknown, unknown>([[shared, new Set([1n])]]),
    when: new Date(5),
    bytes: new Uint8Array([1, 2, 3]),
    buffer: Buffer.from("abc"),
    error: Object.assign(new Error("e"), { code: { a: 1 } }),
    message: new AIMessage({ content: "x", additional_kwargs: { when: new Date(1) } }),
  };
}

function freezeDeep(value: unknown, seen = new Set<unknown>()): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  for (const key of Reflect.ownKeys(value)) freezeDeep((value as Record<PropertyKey, unknown>)[key], seen);
  if (!ArrayBuffer.isView(value)) Object.freeze(value);
}

/** A value all of whose objects refuse to be changed. */
function guarded<T extends object>(value: T): T {
  const refuse = (): never => {
    throw new Error("the value was changed");
  };
  const handler: ProxyHandler<object> = {
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
    preventExtensions: refuse,
    get(target, key, receiver) {
      const found: unknown = Reflect.get(target, key, receiver);
      return typeof found === "object" && found !== null ? new Proxy(found, handler) : found;
    },
  };
  return new Proxy(value, handler) as T;
}

describe("encoding", () => {
  it("leaves the value alone, also a frozen one", async () => {
    const value = sample();
    freezeDeep(value);
    await expectExact(value);
  });

  it("leaves a value alone that watches over itself", async () => {
    const plain = { list: [{ a: 1 }, { a: [2, "x"] }], odd: Object.assign([1], { x: 2 }), b: { c: null } };
    const bytes = serializer.encode(guarded(plain));
    expect(difference(plain, await serializer.decode(bytes))).toBeUndefined();
  });

  it("is over when the call returns: later changes do not show", async () => {
    const value = { list: [1], bytes: new Uint8Array([1]), map: new Map([["a", 1]]), o: { x: 1 } };
    const expected = { list: [1], bytes: new Uint8Array([1]), map: new Map([["a", 1]]), o: { x: 1 } };
    const bytes = serializer.encode(value);
    const dumped = serializer.dumpsTyped(value);
    value.list.push(2);
    value.bytes[0] = 9;
    value.map.clear();
    value.o.x = 2;
    expect(difference(expected, await serializer.decode(bytes))).toBeUndefined();
    expect(difference(expected, await serializer.decode((await dumped)[1]))).toBeUndefined();
  });

  it("gives bytes that the next value does not overwrite", () => {
    const first = serializer.encode({ a: "first".repeat(50) });
    const copy = first.slice();
    for (let i = 0; i < 50; i++) serializer.encode({ b: "other".repeat(i * 100) });
    expect(Buffer.compare(first, copy)).toBe(0);
    expect(first.buffer.byteLength).toBe(first.length);
  });

  it("gives the same bytes whatever was encoded before", () => {
    const value = { id: 1, name: "x", list: [{ a: 1 }, { a: 2 }, { b: 3, a: 4 }] };
    const first = serializer.encode(value);
    for (let i = 0; i < 300; i++) serializer.encode({ [`other${i}`]: { id: i, name: i, [`k${i}`]: 1 } });
    expect(Buffer.compare(new Serializer().encode(value), first)).toBe(0);
    expect(Buffer.compare(serializer.encode(value), first)).toBe(0);
  });

  it("changes few bytes when a list grows, so that the rest can be shared", () => {
    const messages = (count: number): object[] =>
      Array.from({ length: count }, (_, i) => ({ id: i, role: "user", text: `message ${i}`.repeat(9) }));
    const shorter = serializer.encode({ messages: messages(50) });
    const longer = serializer.encode({ extra: { shape: 1 }, messages: messages(51) });
    const tail = Buffer.from(shorter.subarray(-3000));
    expect(Buffer.from(longer).includes(tail)).toBe(true);
  });

  it("reads every getter once", async () => {
    let reads = 0;
    const value = {
      get counted() {
        return ++reads;
      },
      list: [
        {
          get deep() {
            return { reads: ++reads };
          },
        },
      ],
      date: new Date(0),
    };
    const result = await serializer.decode(serializer.encode(value));
    expect(reads).toBe(2);
    expect(
      difference({ counted: 1, list: [{ deep: { reads: 2 } }], date: new Date(0) }, result),
    ).toBeUndefined();
  });

  it("does not call toJSON, valueOf or inspection hooks", async () => {
    const calls: string[] = [];
    const spy = (name: string) => (): never => {
      calls.push(name);
      throw new Error(name);
    };
    const value = { a: 1 };
    for (const key of [
      "toJSON",
      "valueOf",
      "toString",
      Symbol.toPrimitive,
      Symbol.for("nodejs.util.inspect.custom"),
    ]) {
      Object.defineProperty(value, key, { value: spy(String(key)) });
    }
    expect(difference({ a: 1 }, await serializer.decode(serializer.encode(value)))).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it("takes values of another realm for what they are", async () => {
    const foreign = runInNewContext(
      "({ o: { a: [1, , { b: 2 }] }, d: new Date(3), m: new Map([[1, new Set([2])]]), r: /a/g, e: new TypeError('t'), u: new Uint8Array([7]), f: new Float64Array([0.5]), n: Object.create(null) })",
    ) as object;
    const result = (await serializer.decode(serializer.encode(foreign))) as Record<string, unknown>;
    const expected = {
      o: { a: Object.assign([1], { 2: { b: 2 } }) },
      d: new Date(3),
      m: new Map([[1, new Set([2])]]),
      r: /a/g,
      u: new Uint8Array([7]),
      f: new Float64Array([0.5]),
      n: Object.create(null) as object,
    };
    const { e, ...rest } = result;
    expect(difference(expected, rest)).toBeUndefined();
    expect(e).toBeInstanceOf(TypeError);
    expect((e as Error).message).toBe("t");
  });
});

describe("decoding", () => {
  it("gives results that share nothing with the bytes or with each other", async () => {
    const bytes = serializer.encode(sample());
    const kept = bytes.slice();
    const first = (await serializer.decode(bytes)) as ReturnType<typeof sample>;
    const second = (await serializer.decode(bytes)) as ReturnType<typeof sample>;
    expect(difference(first, second)).toBeUndefined();
    (first["bytes"] as Uint8Array).fill(99);
    (first["buffer"] as Buffer).fill(99);
    (first["shared"] as { n: number[] }).n.push(3);
    (first["map"] as Map<unknown, unknown>).clear();
    expect(Buffer.compare(bytes, kept)).toBe(0);
    bytes.fill(0);
    expect(difference(sample()["buffer"], second["buffer"])).toBeUndefined();
    expect(difference(await serializer.decode(kept), second)).toBeUndefined();
  });

  it("gives bytes that own exactly their memory", async () => {
    const value = { a: new Uint8Array([1, 2]), b: Buffer.from("xyz"), c: new ArrayBuffer(3) };
    const result = (await serializer.decode(Buffer.from(serializer.encode(value)))) as typeof value;
    expect(Object.getPrototypeOf(result.a)).toBe(Uint8Array.prototype);
    expect([result.a.buffer.byteLength, result.b.buffer.byteLength, result.c.byteLength]).toEqual([2, 3, 3]);
  });

  it("reads a view into larger memory, and leaves the view as it was", async () => {
    const bytes = serializer.encode({ text: "x".repeat(100), list: [1, 2] });
    const around = new Uint8Array(bytes.length + 20).fill(0xc1);
    around.set(bytes, 7);
    const view = around.subarray(7, 7 + bytes.length);
    expect(await serializer.decode(view)).toEqual({ text: "x".repeat(100), list: [1, 2] });
    expect(Object.keys(view)).toHaveLength(view.length);
  });

  it("works many times at once", async () => {
    const values = Array.from({ length: 50 }, (_, i) => ({
      i,
      messages: [new HumanMessage(`h${i}`), new AIMessage(`a${i}`)],
      when: new Date(i),
    }));
    const encoded = values.map((value) => serializer.encode(value));
    const results = await Promise.all(encoded.map((bytes) => serializer.decode(bytes)));
    for (const [index, value] of values.entries()) expect(difference(value, results[index])).toBeUndefined();
  });
});

describe("in a program that changed the prototypes of everything", () => {
  const names = [
    "then",
    "get",
    "set",
    "value",
    "lg_name",
    "toJSON",
    "name",
    "type",
    "path",
    "cause",
    "inherited",
  ];

  afterEach(() => {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name);
  });

  it("nothing inherited is stored, and nothing is taken from it", async () => {
    const value = sample();
    const bytes = serializer.encode(value);
    Object.defineProperty(Object.prototype, "inherited", { value: 1, enumerable: true, configurable: true });
    const polluted = serializer.encode(value);
    const result = await serializer.decode(polluted);
    Reflect.deleteProperty(Object.prototype, "inherited");
    expect(Buffer.compare(polluted, bytes)).toBe(0);
    expect(difference(value, result)).toBeUndefined();
  });

  it("decoding depends on nothing but the bytes", async () => {
    const value = { odd: JSON.parse('{"__proto__":1,"a":2}') as object, error: new Error("e", { cause: 5 }) };
    const bytes = serializer.encode(value);
    Object.defineProperty(Object.prototype, "get", {
      value: () => "stolen",
      configurable: true,
      writable: true,
    });
    const result = await serializer.decode(bytes);
    Reflect.deleteProperty(Object.prototype, "get");
    expect(difference(value, result)).toBeUndefined();
  });

  it("no accessor of Object.prototype runs while a value is encoded", () => {
    const value = sample();
    delete value["message"];
    let reads = "";
    for (const name of names) {
      Object.defineProperty(Object.prototype, name, {
        __proto__: null,
        configurable: true,
        get(): undefined {
          reads += `${name} `;
        },
        set(replacement: unknown) {
          const own = {
            __proto__: null,
            value: replacement,
            writable: true,
            configurable: true,
            enumerable: true,
          };
          Object.defineProperty(this, name, own);
        },
      } as PropertyDescriptor);
    }
    serializer.encode(value);
    const seen = reads;
    for (const name of names) Reflect.deleteProperty(Object.prototype, name);
    expect(seen).toBe("");
  });
});
