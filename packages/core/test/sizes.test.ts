import { CheckpointSaver, checkpointSizes, threadStats } from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";
import { describe, expect, it } from "vitest";

/** Values that cannot be compressed, so that sizes say what was stored. */
function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7919 + (i >> 3) * 104729 + (i >> 7) * 31) & 255);
}

async function put(saver: CheckpointSaver, id: number, values: Record<string, unknown>): Promise<void> {
  const place = { thread_id: "t", checkpoint_ns: "" };
  const versions = Object.fromEntries(Object.keys(values).map((name) => [name, id]));
  await saver.put(
    { configurable: { ...place, ...(id > 1 && { checkpoint_id: String(id - 1) }) } },
    { v: 4, id: String(id), ts: "", channel_values: values, channel_versions: versions, versions_seen: {} },
    { source: "loop", step: id, parents: {} },
    versions,
  );
}

describe("sizes", () => {
  it("of a thread grow by what is new, and a value that is already stored costs next to nothing", async () => {
    const saver = new CheckpointSaver(new MemoryStorage());
    expect(await threadStats(saver, "t")).toBeUndefined();
    const sizes: number[] = [];
    for (const [i, length] of [20_000, 20_000, 30_000].entries()) {
      await put(saver, i + 1, { bytes: noise(length) });
      const stats = await threadStats(saver, "t");
      expect(stats?.checkpoints).toBe(i + 1);
      sizes.push(stats!.bytes);
    }
    const [first = 0, same = 0, longer = 0] = sizes;
    expect(first).toBeGreaterThan(20_000);
    expect(same - first).toBeLessThan(2000);
    expect(longer - same).toBeGreaterThan(8000);
    expect(longer - same).toBeLessThan(20_000);
    await saver.deleteThread("t");
    expect(await threadStats(saver, "t")).toBeUndefined();
  });

  it("of checkpoints say what each has added to the older ones", async () => {
    const saver = new CheckpointSaver(new MemoryStorage());
    await put(saver, 1, { bytes: noise(20_000), small: "x" });
    await put(saver, 2, { bytes: noise(20_000), small: "y" });
    await put(saver, 3, { bytes: noise(40_000) });
    const found = [];
    for await (const { checkpointId, bytes, added } of checkpointSizes(saver, "t")) {
      found.push([checkpointId, Math.round(bytes / 10_000), Math.round(added / 10_000)]);
    }
    expect(found).toEqual([
      ["1", 2, 2],
      ["2", 2, 0],
      ["3", 4, 2],
    ]);
    const newest = [];
    for await (const { checkpointId } of checkpointSizes(saver, "t", { limit: 1 })) newest.push(checkpointId);
    expect(newest).toEqual(["3"]);
  });

  it("are not known of other savers", async () => {
    await expect(threadStats({}, "t")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(checkpointSizes({}, "t").next()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
