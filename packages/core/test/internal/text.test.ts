import fc from "fast-check";
import { rounds } from "@threadmark/random-tests";
import { describe, expect, it } from "vitest";
import { compareText, escapeText, isStorableText, unescapeText, utf8Length } from "../../src/codec/text.ts";

const anyString = fc.string({
  unit: fc.constantFrom("a", "\\", "u0", "\0", "\ud800", "\udc00", "é", "\uffff", "😀", '"'),
});
const wellFormed = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed());

describe("text", () => {
  it("is storable after escaping and comes back exactly", () => {
    fc.assert(
      fc.property(anyString, (text) => {
        const escaped = escapeText(text);
        expect(isStorableText(escaped)).toBe(true);
        expect(unescapeText(escaped)).toBe(text);
      }),
      rounds(500),
    );
  });

  it("stays different after escaping when it was different", () => {
    fc.assert(
      fc.property(anyString, anyString, (a, b) => {
        expect(escapeText(a) === escapeText(b)).toBe(a === b);
      }),
      rounds(500),
    );
  });

  it("is ordered as its UTF-8 bytes are", () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      rounds(500),
    );
    expect(compareText("\uffff", "😀")).toBeLessThan(0);
  });

  it("has the length that its UTF-8 bytes have", () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });
});
