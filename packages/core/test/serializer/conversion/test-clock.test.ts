import { afterEach, expect, test, vi } from "vitest";
import { Serializer } from "@threadmark/core";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const serializer = new Serializer({ onUnknown: "refuse" });
const converting = new Serializer({ onConverted: () => undefined });

/** As the programs do that set the clock by hand. */
class SetDate extends Date {
  constructor(...given: [] | [number]) {
    super(given[0] ?? 0);
  }
}

test("dates come back while a test has replaced Date", async () => {
  vi.stubGlobal("Date", SetDate);
  const back = (await serializer.decode(serializer.encode({ at: new Date(5) }))) as { at: Date };
  expect(back.at.getTime()).toBe(5);
});

test("dates come back while the clock is a fake one", async () => {
  vi.useFakeTimers();
  vi.setSystemTime(5);
  const back = (await serializer.decode(serializer.encode({ at: new Date() }))) as { at: Date };
  expect(back.at.getTime()).toBe(5);
});

test("a subclass of such a class comes back as a date", async () => {
  class Day extends SetDate {}
  vi.stubGlobal("Date", SetDate);
  expect(await converting.decode(converting.encode(new Day(5)))).toEqual(new SetDate(5));
});
