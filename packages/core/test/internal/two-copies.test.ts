import { expect, it, vi } from "vitest";
import { codecOf } from "../../src/codec/values-codec.ts";

it("uses a serializer of another copy of this package", async () => {
  vi.resetModules();
  const { Serializer } = await import("../../src/serializer/index.ts");
  const codec = codecOf(new Serializer());
  const bytes = await codec.encode({ tags: new Set(["a"]) }, {}, (encoded) => encoded.slice());
  expect(await codec.decode(bytes)).toEqual({ tags: new Set(["a"]) });
});
