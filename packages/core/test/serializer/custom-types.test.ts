import { type CustomType, Serializer } from "@threadmark/core";
import { describe, expect, it } from "vitest";

import { difference } from "./exact.ts";
import { expectExact, failure } from "./round-trip.ts";

class Money {
  readonly amount: bigint;
  readonly currency: string;
  constructor(amount: bigint, currency: string) {
    this.amount = amount;
    this.currency = currency;
  }
}

/** Holds others, so that values of the type nest and share. */
class Box {
  content: unknown;
  constructor(content: unknown) {
    this.content = content;
  }
}

class HttpError extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const money: CustomType<Money> = {
  name: "money",
  class: Money,
  encode: (value) => [value.amount, value.currency],
  decode: (data) => new Money(...(data as [bigint, string])),
};
const box: CustomType<Box> = {
  name: "box",
  class: Box,
  encode: (value) => value.content,
  decode: (content) => new Box(content),
};
const httpError: CustomType<HttpError> = {
  name: "http error",
  class: HttpError,
  encode: ({ message, status, stack }) => ({ message, status, stack }),
  decode: (data) => {
    const { message, status, stack } = data as HttpError;
    return Object.assign(new HttpError(message, status), { stack });
  },
};

const serializer = new Serializer({ types: [money, box, httpError] });

describe("registered types", () => {
  it("come back as instances, wherever they are", async () => {
    const price = new Money(5n, "EUR");
    await expectExact(price, serializer);
    await expectExact(new HttpError("gone", 410), serializer);
    await expectExact({ list: [price, price], map: new Map([[price, new Box([price])]]) }, serializer);
    await expectExact(new Box(new Box(new Box({ when: new Date(0), price }))), serializer);
    await expectExact(new Error("e", { cause: price }), serializer);
  });

  it("keep what they share with the rest of the value", async () => {
    const shared = { a: 1 };
    const once = new Box(shared);
    await expectExact([once, shared, once, new Box(once)], serializer);
  });

  it("may use the serializer while they are encoded and decoded", async () => {
    const inner = new Serializer({ types: [money] });
    const reentrant = new Serializer({
      types: [
        {
          ...box,
          encode: (value: Box) => [inner.encode(value.content), inner.encode({ other: "shape" }), { a: 1 }],
          decode: (data) => {
            void inner.decode(inner.encode([1, 2, 3]));
            return new Box((data as unknown[])[0]);
          },
        },
      ],
    });
    const value = {
      before: { a: 1 },
      box: new Box({ price: new Money(1n, "X") }),
      after: [{ a: 1 }, { a: 2 }],
    };
    const result = (await reentrant.decode(reentrant.encode(value))) as typeof value;
    expect(difference(value.after, result.after)).toBeUndefined();
    expect(await inner.decode(result.box.content as Uint8Array)).toEqual({ price: new Money(1n, "X") });
  });

  it("are refused with their path when their data cannot be stored", async () => {
    const refusing = new Serializer({ types: [box], onUnknown: "refuse" });
    const error = await failure(() => refusing.encode({ a: new Box({ f: () => 1 }) }));
    expect(error).toMatchObject({ code: "NOT_SERIALIZABLE", path: "$.a<box>.f" });
  });

  it("are refused with the original error when encode throws", async () => {
    const cause = new Error("cannot");
    const failing = new Serializer({
      types: [
        {
          ...box,
          encode: () => {
            throw cause;
          },
        },
      ],
    });
    const error = await failure(() => failing.encode([new Box(1)]));
    expect(error).toMatchObject({ code: "NOT_SERIALIZABLE", path: "$[0]", cause });
  });

  it("are refused when their data leads back to them", async () => {
    const circular = new Box(undefined);
    circular.content = [circular];
    const error = await failure(() => serializer.encode(circular));
    expect(error).toMatchObject({ code: "NOT_SERIALIZABLE", path: "$<box>[0]" });
  });

  it("do not cover their subclasses when unknown values are refused", async () => {
    class Dollars extends Money {}
    const refusing = new Serializer({ types: [money], onUnknown: "refuse" });
    expect(await failure(() => refusing.encode(new Dollars(1n, "USD")))).toMatchObject({
      code: "NOT_SERIALIZABLE",
    });
  });

  it("that are not registered when they are read are named", async () => {
    const bytes = serializer.encode({ price: new Money(1n, "X") });
    expect(await failure(() => new Serializer().decode(bytes))).toMatchObject({
      code: "UNSUPPORTED_FORMAT",
      message: expect.stringMatching(/"money".*register/),
    });
  });

  it("whose decode throws give a typed error with the original one", async () => {
    const cause = new Error("bad data");
    const failing = new Serializer({
      types: [
        {
          ...money,
          decode: () => {
            throw cause;
          },
        },
      ],
    });
    const error = await failure(() => failing.decode(serializer.encode(new Money(1n, "X"))));
    expect(error).toMatchObject({ code: "CORRUPT", cause, message: expect.stringContaining('"money"') });
  });

  it("store data that is refused in plain values too, if they say how", async () => {
    class Callback {
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
    }
    const named = new Serializer({
      types: [
        {
          name: "cb",
          class: Callback,
          encode: (c: Callback) => c.name,
          decode: (n) => new Callback(n as string),
        },
      ],
    });
    await expectExact([new Callback("x")], named);
  });
});

describe("registrations", () => {
  const bad: Record<string, unknown[]> = {
    "two of one name": [money, { ...box, name: "money" }],
    "two of one class": [money, { ...money, name: "other" }],
    "an empty name": [{ ...money, name: "" }],
    "no name": [{ ...money, name: undefined }],
    "a name that is no text": [{ ...money, name: "\ud800" }],
    "no class": [{ ...money, class: undefined }],
    "an arrow function as a class": [{ ...money, class: () => 1 }],
    "no encode": [{ ...money, encode: undefined }],
    "no decode": [{ ...money, decode: "x" }],
    nothing: [undefined],
    "plain objects": [{ ...money, class: Object }],
    arrays: [{ ...money, class: Array }],
    dates: [{ ...money, class: Date }],
    buffers: [{ ...money, class: Buffer }],
    errors: [{ ...money, class: TypeError }],
  };

  it.each(Object.entries(bad))("are refused: %s", async (_name, types) => {
    const error = await failure(() => new Serializer({ types: types as CustomType[] }));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field: "types" });
  });
});
