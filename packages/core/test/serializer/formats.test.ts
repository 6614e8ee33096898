import { Serializer } from "@threadmark/core";
import { describe, expect, it } from "vitest";

import { failure } from "./round-trip.ts";

const serializer = new Serializer();

describe("bytes of other formats", () => {
  it("are named as such", async () => {
    for (const first of [0, 2, 4, 0x54, 0x7b, 0xff]) {
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
