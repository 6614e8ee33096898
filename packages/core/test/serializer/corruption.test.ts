import type { AIMessage } from "@langchain/core/messages";
import { isCheckpointError, Serializer } from "@threadmark/core";
import fc from "fast-check";
import { enough, rounds } from "@threadmark/random-tests";
import { beforeAll, describe, expect, it } from "vitest";

import { outsider } from "./closed-set.ts";
import { damage, reseal, sealBody } from "./damage.ts";
import { difference } from "./exact.ts";
import { randomNumbers, RandomValues } from "./random-values.ts";
import { failure } from "./round-trip.ts";

const serializer = new Serializer();

function isTyped(error: unknown): boolean {
  return isCheckpointError(error, "CORRUPT") || isCheckpointError(error, "UNSUPPORTED_FORMAT");
}

/** What would show that bytes had reached an object that all values share. */
function sharedKeys(): string {
  const shared = [
    Object.prototype,
    Array.prototype,
    Function.prototype,
    Map.prototype,
    Error.prototype,
    Promise.prototype,
  ];
  return shared.map((each) => Reflect.ownKeys(each).map(String).join()).join(";");
}

const canary = {
  when: new Date(7),
  list: [{ a: 1 }, { a: 2 }],
  text: "x".repeat(90),
  bytes: new Uint8Array([1, 2]),
};

async function expectHealthyDecoder(): Promise<void> {
  expect(difference(canary, await serializer.decode(serializer.encode(canary)))).toBeUndefined();
}

describe("damaged bytes", () => {
  const before = sharedKeys();
  let samples: { value: unknown; bytes: Uint8Array }[] = [];

  beforeAll(() => {
    samples = Array.from({ length: 200 }, (_, seed) => {
      const value = new RandomValues(seed, 40).value();
      return { value, bytes: serializer.encode(value) };
    });
  });

  it("are a typed error or the exact value", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(199), fc.nat(199), fc.integer(), async (first, second, seed) => {
        const { value, bytes } = samples[first]!;
        const other = samples[second]!;
        const damaged = damage(bytes, other.bytes, randomNumbers(seed));
        let result: unknown;
        try {
          result = await serializer.decode(damaged);
        } catch (error) {
          expect(isTyped(error), String(error)).toBe(true);
          return;
        }
        // A splice can happen to be one of the two as it was.
        const exact = Buffer.compare(damaged, other.bytes) === 0 ? other.value : value;
        expect(difference(exact, result)).toBeUndefined();
      }),
      rounds(2000),
    );
    expect(sharedKeys()).toBe(before);
  });

  it("with a right checksum are a typed error or a value of the closed set", async () => {
    let decoded = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(199), fc.nat(199), fc.integer(), async (first, second, seed) => {
        const random = randomNumbers(seed);
        let damaged = damage(samples[first]!.bytes, samples[second]!.bytes, random);
        if (random() < 0.3) damaged = damage(damaged, samples[second]!.bytes, random);
        let result: unknown;
        try {
          result = await serializer.decode(reseal(damaged));
        } catch (error) {
          expect(isTyped(error), String(error)).toBe(true);
          return;
        }
        decoded++;
        expect(outsider(result)).toBeUndefined();
      }),
      rounds(2000),
    );
    await expectHealthyDecoder();
    expect(sharedKeys()).toBe(before);
    // Otherwise the test would have tried nothing but the checks in front.
    expect(decoded).toBeGreaterThan(enough(2000) / 20);
  });

  it("are noticed at every single bit", async () => {
    const bytes = serializer.encode({ a: [1, "two", new Date(3)] });
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(isTyped(await failure(() => serializer.decode(flipped)))).toBe(true);
    }
  });

  it("are noticed at every length", async () => {
    const bytes = serializer.encode({ a: [1, "two", new Date(3)] });
    for (let length = 0; length < bytes.length; length++) {
      const error = await failure(() => serializer.decode(bytes.subarray(0, length)));
      expect(error).toMatchObject({ code: "CORRUPT" });
    }
  });
});

describe("bytes made to harm", () => {
  const text = (value: string): number[] => [0xa0 | value.length, ...Buffer.from(value)];
  const before = sharedKeys();

  // Extensions of the MessagePack library, as it would read them if it got to see them.
  const bodies: Record<string, number[]> = {
    "an error that calls a method": [0xd4, 0x65, 0, 0x93, ...text("valueOf"), ...text("x"), 0xc0],
    "an error that calls a constructor": [0xd4, 0x65, 0, 0x93, ...text("constructor"), ...text("x"), 0xc0],
    "a regular expression": [0xd4, 0x78, 0, 0x92, ...text("(a+)+$"), ...text("")],
    "a set": [0xd4, 0x73, 0, 0x91, 1],
    "a typed array": [0xc7, 2, 0x74, 16, 0],
    "a bundle of strings": [0xd6, 0x62, 0, 0, 0, 8, 0xc1, 1, ...text("a"), ...text("b")],
    "a structured clone": [0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1],
    "a pointer to nothing": [0xd6, 0x70, 0, 0, 0, 9],
    "a timestamp": [0xd6, 0xff, 0, 0, 0, 0],
    "a large bigint": [0xc7, 16, 0x42, ...Array.from({ length: 16 }, () => 1)],
    "an extension of an application": [0xd4, 0x2a, 0],
    "a two-byte record": [0xd5, 0x72, 0x40, 0, 0x91, ...text("a"), 1],
    "a map": [0x81, ...text("__proto__"), 0x80],
    "a large map": [0xdf, 0xff, 0xff, 0xff, 0xff],
    "a map as an object": [0xde, 0, 1, ...text("a"), 1],
    "the unused code": [0xc1],
    "an array of 2^32 values": [0xdd, 0xff, 0xff, 0xff, 0xff],
    "arrays that claim more than there is": [0xdc, 0, 3, 0xdc, 0, 3, 0xdc, 0, 3],
    "a string of 2^32 bytes": [0xdb, 0xff, 0xff, 0xff, 0xff, 1],
    "bytes of 2^32": [0xc6, 0xff, 0xff, 0xff, 0xff, 1],
    "a record of 2^32 keys": [0xd4, 0x72, 0x40, 0xdd, 0xff, 0xff, 0xff, 0xff, 1],
    "a record with a number for keys": [0xd4, 0x72, 0x40, 5],
    "a record with a key that is an array": [0xd4, 0x72, 0x40, 0x91, 0x90, 1],
    "a record that was never defined": [0x55],
    "a record of many keys used again": [
      ...[0x92, 0xd4, 0x72, 0x7f, 0xdc, 0, 65],
      ...Array.from({ length: 65 }, (_, i) => text(`k${i}`)).flat(),
      ...Array.from({ length: 65 }, () => 1),
      ...[0x7f, ...Array.from({ length: 65 }, () => 2)],
    ],
    nothing: [],
    "two values": [1, 1],
    "a scalar cut off": [0xcb, 1, 2],
  };

  const tagged: Record<string, number[]> = {
    "an unknown tag": [0x93, 0xc1, 61, 0, 0],
    "an object of the host without its texts": [0x93, 0xc1, 63, 0x92, 0, 1, 0],
    "an object of the host that is unknown": [0x93, 0xc1, 63, 0x91, 9, 0],
    "headers that no host makes": [0x93, 0xc1, 63, 0x93, 1, ...text("a b"), ...text("x"), 0],
    "an unknown brand": [0x93, 0xc1, 62, 0x92, 0x92, 9, 0xc3, 0x90, 0],
    "a brand without a value": [0x93, 0xc1, 62, 0x92, 0x91, 0, 0x90, 0],
    "a tag without data": [0x93, 0xc1, 3, 0],
    "a tag that is too large": [0x93, 0xc1, 0x40, 0, 0],
    "a reference to nothing": [0x93, 0xc1, 0, 1, 1],
    "a reference back too far": [0x91, 0x93, 0xc1, 0, 5, 1],
    "a reference by text": [0x91, 0x93, 0xc1, 0, ...text("x"), 1],
    "a reference without numbering": [0x91, 0x93, 0xc1, 0, 1, 0],
    "a date of text": [0x93, 0xc1, 3, ...text("x"), 0],
    "a bigint that is none": [0x93, 0xc1, 2, ...text("zz"), 0],
    "a regular expression that is none": [0x93, 0xc1, 4, 0x93, ...text("("), ...text(""), 0, 0],
    "a regular expression with bad flags": [0x93, 0xc1, 4, 0x93, ...text("a"), ...text("gg"), 0, 0],
    "a URL that is none": [0x93, 0xc1, 5, ...text("x"), 0],
    "a map with half an entry": [0x93, 0xc1, 6, 0x91, 1, 0],
    "a set of a number": [0x93, 0xc1, 7, 1, 0],
    "an object with a number for a key": [0x93, 0xc1, 8, 0x92, 0xc0, 1, 0],
    "an array with a negative length": [0x93, 0xc1, 10, 0x91, 0xff, 0],
    "an array that redefines its length": [0x93, 0xc1, 10, 0x93, 1, ...text("length"), 0xc0, 0],
    "a buffer of text": [0x93, 0xc1, 11, ...text("x"), 0],
    "a view of an unknown kind": [0x93, 0xc1, 12, 0x92, 63, 0xc4, 0, 0],
    "a view of a kind that is text": [0x93, 0xc1, 12, 0x92, ...text("map"), 0xc4, 0, 0],
    "a view of half a number": [0x93, 0xc1, 12, 0x92, 10, 0xc4, 1, 1, 0],
    "an error of an unknown class": [0x93, 0xc1, 13, 0x93, 50, 0x90, 0x90, 0],
    "an error of a class that is text": [0x93, 0xc1, 13, 0x93, ...text("length"), 0x90, 0x90, 0],
    "an error with a bad hidden field": [0x93, 0xc1, 13, 0x93, 0, 0x92, ...text("toString"), 1, 0x90, 0],
    "a registered type that is a number": [0x93, 0xc1, 14, 0x92, 5, 1, 0],
    "a message that is a number": [0x93, 0xc1, 16, 1, 2],
    "a command without its fields": [0x93, 0xc1, 46, 0x92, 1, 1, 8],
    "a need that does not exist": [0x93, 0xc1, 3, 0, 0x80],
    "a set of a tag": [0x93, 0xc1, 7, 0x93, 0xc1, 7, 0x91, 1, 0],
    "a tag in a message that should hold none": [
      ...[0x93, 0xc1, 17, 0xd4, 0x72, 0x40, 0x91, ...text("content")],
      ...[0x91, 0x93, 0xc1, 3, 0, 2],
    ],
    "a tag in a command that should hold none": [
      ...[0x93, 0xc1, 47, 0x92, 0xd4, 0x72, 0x40, 0x91, ...text("resume")],
      ...[0x93, 0xc1, 3, 0, 0xc0, 8],
    ],
    "text that is a tag of something else": [0x93, 0xc1, 5, 0x93, 0xc1, 3, 0, 0],
  };

  const rows = [
    ...Object.entries(bodies).map(([name, body]) => [name, 1, body] as const),
    ...Object.entries(bodies).map(([name, body]) => [`${name}, with tags`, 2, [...body, 0]] as const),
    ...Object.entries(tagged).map(([name, body]) => [name, 2, body] as const),
    ["a tag in plain data", 1, [0x93, 0xc1, 3, 0]] as const,
  ];

  it.each(rows)("are refused: %s", async (_name, format, body) => {
    expect(await failure(() => serializer.decode(sealBody(format, body)))).toMatchObject({ code: "CORRUPT" });
    await expectHealthyDecoder();
    expect(sharedKeys()).toBe(before);
  });

  it("cannot set a prototype through the keys of a record", async () => {
    const body = [
      0xd4,
      0x72,
      0x40,
      0x91,
      ...text("__proto__"),
      0xd4,
      0x72,
      0x41,
      0x91,
      ...text("polluted"),
      0xc3,
    ];
    await expect(serializer.decode(sealBody(1, body))).rejects.toMatchObject({ code: "CORRUPT" });
    expect(sharedKeys()).toBe(before);
  });

  it("cannot make an argument of a message out of what its class has", async () => {
    const names = ["toString", "toJSON", "id"].flatMap(text);
    for (const tag of [16, 17]) {
      const given = [0xd4, 0x72, 0x41, 0x93, ...names, 0xc0, 0xc0, 0xc0];
      const fields = [0xd4, 0x72, 0x40, 0x92, ...text("lc_kwargs"), ...text("id"), ...given, 7];
      const decoded = await serializer.decode(sealBody(2, [0x93, 0xc1, tag, ...fields, 2]));
      expect(Reflect.ownKeys((decoded as AIMessage).lc_kwargs)).toEqual(["id"]);
    }
  });

  it("nested deeper than anything that is written are refused, not run out of stack", async () => {
    for (const unit of [[0x91], [0x93, 0xc1, 8, 0x92, 0xa0], [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61]]) {
      for (const depth of [3100, 20_000, 100_000]) {
        const body = [...Array.from({ length: depth }, () => unit).flat(), 1, 0];
        const error = await failure(() => serializer.decode(sealBody(2, body)));
        expect(error).toMatchObject({
          code: "CORRUPT",
          message: expect.stringContaining("nested too deeply"),
        });
      }
    }
    await expectHealthyDecoder();
  });

  it("that are no bytes at all are refused", async () => {
    for (const value of [undefined, null, "x", 5, {}, [1, 2]]) {
      expect(await failure(() => serializer.decode(value as Uint8Array))).toMatchObject({ code: "CORRUPT" });
    }
  });
});

describe("bytes of other formats", () => {
  it("are named as such", async () => {
    for (const first of [0, 3, 4, 0x54, 0x7b, 0xff]) {
      const error = await failure(() => serializer.decode(Uint8Array.of(first, 1, 2, 3, 4, 5, 6)));
      expect(error).toMatchObject({
        code: "UNSUPPORTED_FORMAT",
        message: expect.stringContaining(String(first)),
      });
    }
  });

  it("are refused when LangGraph names another serializer's type", async () => {
    const [, bytes] = await serializer.dumpsTyped({ a: 1 });
    for (const [type, data] of [
      ["json", bytes],
      ["bytes", bytes],
      ["threadmark", "{}"],
    ] as const) {
      expect(await failure(() => serializer.loadsTyped(type, data))).toMatchObject({
        code: "UNSUPPORTED_FORMAT",
      });
    }
    expect(await serializer.loadsTyped("threadmark", bytes)).toEqual({ a: 1 });
  });
});
