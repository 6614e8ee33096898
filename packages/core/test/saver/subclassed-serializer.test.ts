import { Serializer } from "@threadmark/core";
import { describe, expect, it } from "vitest";
import { memorySaver } from "./memory-saver.ts";

/** Hands out the same memory each time. */
class OneBuffer extends Serializer {
  readonly #memory = Buffer.alloc(100_000);

  override encode(value: unknown): Uint8Array {
    const bytes = super.encode(value);
    this.#memory.set(bytes);
    return this.#memory.subarray(0, bytes.length);
  }
}

describe("a serializer that uses one buffer for everything", () => {
  it.for([10, 1000, 5000])("can have it back after each value of %i characters", async (length) => {
    const saver = memorySaver({ serde: new OneBuffer() });
    const values = { a: "a".repeat(length), b: "b".repeat(length), c: ["c".repeat(length)] };
    const checkpoint = {
      v: 4,
      id: "1",
      ts: "2026-01-01T00:00:00.000Z",
      channel_values: values,
      channel_versions: {},
      versions_seen: {},
    };
    const metadata = { source: "loop", step: 0, parents: {} } as const;
    const config = await saver.put({ configurable: { thread_id: "t" } }, checkpoint, metadata, {});
    await saver.putWrites(config, [["a", values.b]], "task");

    const tuple = await saver.getTuple(config);
    expect(tuple?.checkpoint.channel_values).toEqual(values);
    expect(tuple?.metadata).toEqual(metadata);
    expect(tuple?.pendingWrites).toEqual([["task", "a", values.b]]);
  });
});
