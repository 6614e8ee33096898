import type { CheckpointMetadata } from "@threadmark/core";
import { MemorySaver } from "@threadmark/memory";
import { describe, expect, it } from "vitest";

const metadata: CheckpointMetadata = { source: "loop", step: 0, parents: {} };

interface Saved {
  readonly thread?: string;
  readonly id: string;
  readonly value?: unknown;
}

async function put(saver: MemorySaver, { thread = "t", id, value = id }: Saved) {
  const checkpoint = {
    v: 4,
    id,
    ts: "2026-01-01T00:00:00.000Z",
    channel_values: { value },
    channel_versions: { value: 1 },
    versions_seen: {},
  };
  return saver.put({ configurable: { thread_id: thread } }, checkpoint, metadata, { value: 1 });
}

async function valueOf(saver: MemorySaver, thread = "t"): Promise<unknown> {
  return (await saver.get({ configurable: { thread_id: thread } }))?.channel_values["value"];
}

describe("MemorySaver", () => {
  it("keeps at most `maxThreads` threads, dropping the one not written to for longest", async () => {
    const saver = new MemorySaver({ maxThreads: 2 });
    for (const thread of ["a", "b"]) await put(saver, { thread, id: "1" });
    await put(saver, { thread: "a", id: "2" });
    await put(saver, { thread: "c", id: "1" });
    expect(await valueOf(saver, "a")).toBe("2");
    expect(await valueOf(saver, "b")).toBeUndefined();
    expect(await valueOf(saver, "c")).toBe("1");
  });

  it("takes a serializer as its only argument, as LangGraph.js's own does", async () => {
    const types: string[] = [];
    const saver = new MemorySaver({
      async dumpsTyped(data: unknown) {
        return ["mine", new TextEncoder().encode(JSON.stringify(data)).reverse()];
      },
      async loadsTyped(type: string, data: Uint8Array | string) {
        types.push(type);
        return JSON.parse(new TextDecoder().decode((data as Uint8Array).toReversed())) as unknown;
      },
    });
    await put(saver, { id: "1", value: { text: "é".repeat(2000) } });
    expect(await valueOf(saver)).toEqual({ text: "é".repeat(2000) });
    expect(new Set(types)).toEqual(new Set(["mine"]));
  });

  it("refuses wrong options, naming them", () => {
    const wrong = [
      { maxThreads: 0 },
      { maxThreads: "2" as unknown as number },
      { colour: 1 } as object,
      { keepLatest: 1.5 },
      { ttl: { seconds: -1 } },
      { blobCacheBytes: -1 },
      { fence: "tail" as "head" },
    ];
    for (const options of wrong) {
      expect(() => new MemorySaver(options)).toThrow(
        expect.objectContaining({
          code: "INVALID_ARGUMENT",
          field: expect.stringContaining(Object.keys(options)[0]!) as string,
        }),
      );
    }
  });
});
