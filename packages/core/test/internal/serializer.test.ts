import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ByteWriter } from "../../src/serializer/byte-writer.ts";
import { crc32, portableCrc32 } from "../../src/serializer/crc32.ts";
import { renderPath } from "../../src/serializer/path.ts";
import { MANY_KEYS_ID, ShapeTable, shapeOf } from "../../src/serializer/shape.ts";
import { codeUnits, textOfCodeUnits } from "../../src/serializer/text.ts";

describe("the checksum", () => {
  it("is the CRC-32 that everyone knows", () => {
    const bytes = Buffer.from("123456789");
    expect(portableCrc32(bytes, 0)).toBe(0xcbf43926);
    expect(crc32(bytes, 0)).toBe(0xcbf43926);
  });

  it("is the same in JavaScript and in the host", () => {
    expect(crc32).not.toBe(portableCrc32);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(0xffffffff), (bytes, seed) => {
        expect(portableCrc32(bytes, seed)).toBe(crc32(bytes, seed));
      }),
    );
  });
});

describe("text", () => {
  it("survives as code units", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 50 }),
        fc.integer({ min: 0, max: 200 }),
        (text, times) => {
          const long = `${text}\ud800`.repeat(times);
          expect(textOfCodeUnits(codeUnits(long))).toBe(long);
        },
      ),
    );
  });
});

describe("shapes", () => {
  const shape = (...keys: string[]) => shapeOf(keys)!;

  it("keep their number whichever other shapes come first", () => {
    const alone = new ShapeTable().define(shape("id", "name"));
    const table = new ShapeTable();
    for (let i = 0; i < 20; i++) table.define(shape(`k${i}`));
    expect(table.define(shape("id", "name"))).toBe(alone);
  });

  it("are told apart by the order of their keys", () => {
    expect(shape("a", "b")).not.toBe(shape("b", "a"));
    expect(shape("a", "b")).toBe(shape("a", "b"));
  });

  it("are the same in one value even when they were forgotten in between", () => {
    const table = new ShapeTable();
    const id = table.define(shape("once", "more"));
    for (let i = 0; i < 2000; i++) shape(`forget ${i}`);
    expect(table.idOf(shape("once", "more"))).toBe(id);
  });

  it("never have one number at the same time, even when the numbers run out", () => {
    const table = new ShapeTable();
    const owners = new Map<number, string>();
    for (let i = 0; i < 2000; i++) {
      const key = `k${(i * 7) % 150}`;
      const known = table.idOf(shape(key, "x"));
      if (known !== undefined) expect(owners.get(known)).toBe(key);
      const id = known ?? table.define(shape(key, "x"));
      expect(id).toBeGreaterThanOrEqual(0x40);
      expect(id).toBeLessThan(MANY_KEYS_ID);
      owners.set(id, key);
    }
  });
});

describe("the byte writer", () => {
  it("takes values around every size of its buffer", () => {
    for (const size of [300, 16_370, 16_384, 16_390, 40_000, 1_100_000]) {
      const writer = new ByteWriter(5);
      writer.binary(new Uint8Array(size).fill(7));
      writer.number(-1.5);
      writer.bigint(2n ** 64n - 1n);
      writer.text("é".repeat(500));
      const bytes = writer.written.slice();
      expect(bytes.length).toBe(5 + (size < 65_536 ? 3 : 5) + size + 9 + 9 + 3 + 1000);
      expect(bytes.at(-1)).toBe(0xa9);
    }
  });
});

describe("paths", () => {
  it("read as code, and leave out the middle of long ones", () => {
    expect(renderPath(["a", 0, "b-c", () => '.get("x")', "", "$d"])).toBe('$.a[0]["b-c"].get("x")[""].$d');
    expect(renderPath(Array.from({ length: 1000 }, () => "a")).length).toBeLessThan(100);
  });
});
