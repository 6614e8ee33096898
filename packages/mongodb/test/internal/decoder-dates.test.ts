import { afterEach, expect, test, vi } from "vitest";
import { decoderOf } from "../../src/decoder.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a date is one while a test has put another class in the place of Date", () => {
  const date = new Date(0);
  vi.stubGlobal("Date", class extends Date {});
  expect(decoderOf("t", "the document").date(date)).toBe(date);
  expect(() => decoderOf("t", "the document").date({ getTime: () => 0 })).toThrow(/damaged/);
});
