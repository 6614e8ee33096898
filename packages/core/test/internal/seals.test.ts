import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entrySeal, sealShift } from "../../src/codec/seals.ts";
import { utf8Encode } from "../../src/runtime.ts";
import { crc32OfText, portableCrc32 } from "../../src/serializer/crc32.ts";
import { shiftSeal } from "../../src/storage/shift-seal.ts";

const text = fc.string({ unit: "binary" });

describe("seals", () => {
  it("are the same on hosts that have no checksum of texts", () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(crc32OfText(value)).toBe(portableCrc32(utf8Encode(value), 0));
      }),
    );
  });

  it("of a copied record are those of the same record in the other thread", () => {
    fc.assert(
      fc.property(text, text, text, fc.uint8Array(), (from, to, key, value) => {
        const entry = { key, token: "1", value };
        const copied = shiftSeal(entrySeal(from, entry), sealShift(from, to));
        expect(copied).toBe(entrySeal(to, entry));
      }),
    );
  });
});
