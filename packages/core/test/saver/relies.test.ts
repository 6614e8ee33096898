import { CheckpointSaver } from "@threadmark/core";
import type { PutRequest } from "@threadmark/core/storage";
import { MemoryStorage } from "@threadmark/core/memory";
import { describe, expect, it } from "vitest";

/** A storage in memory that notes what it is sent. */
class NotingStorage extends MemoryStorage {
  readonly puts: PutRequest[] = [];

  override async put(request: PutRequest) {
    this.puts.push(request);
    return super.put(request);
  }
}

const message = (i: number) => ({ id: `m${i}`, content: `content ${i} `.repeat(60 + (i % 13)) });

/** Puts states of a conversation, one after the other, and returns the requests. */
async function run(
  states: readonly Record<string, unknown>[],
  { namespaces = [""], blobCacheBytes }: { namespaces?: string[]; blobCacheBytes?: number } = {},
): Promise<PutRequest[]> {
  const storage = new NotingStorage();
  const saver = new CheckpointSaver(storage, { blobCacheBytes });
  for (const [i, values] of states.entries()) {
    for (const checkpoint_ns of namespaces) {
      const config = { configurable: { thread_id: "t", checkpoint_ns } };
      const checkpoint = { v: 4, id: String(i + 1000), ts: "", channel_versions: {}, versions_seen: {} };
      const metadata = { source: "loop", step: i, parents: {} } as const;
      await saver.put(config, { ...checkpoint, channel_values: values }, metadata);
    }
  }
  return storage.puts;
}

const mostOf = (puts: readonly PutRequest[]): number => Math.max(...puts.map(({ relies }) => relies.length));
const prefixes = (count: number) =>
  Array.from({ length: count }, (_, i) => Array.from({ length: i + 1 }, (__, j) => message(j)));

describe("what a put relies on", () => {
  it("is nothing when everything is sent", async () => {
    const [first] = await run([{ messages: prefixes(100).at(-1) }]);
    expect([first!.relies, first!.epoch]).toEqual([[], undefined]);
    expect(first!.blobs.length).toBeGreaterThan(20);
  });

  it("is the root of the previous state of a conversation, however long it is", async () => {
    const puts = await run(prefixes(300).map((messages) => ({ messages })));
    expect(mostOf(puts)).toBe(1);
    expect(puts.filter(({ relies }) => relies.length === 1).length).toBeGreaterThan(290);
  });

  it("is one root for every value that stays or grows", async () => {
    const constant = prefixes(40).at(-1);
    const puts = await run(prefixes(100).map((messages) => ({ messages, constant, copy: messages })));
    expect(mostOf(puts)).toBeLessThanOrEqual(3);
  });

  it("is found in the namespace at hand, also where others were written between", async () => {
    const states = prefixes(60).map((messages) => ({ messages }));
    expect(mostOf(await run(states, { namespaces: ["", "a", "b"] }))).toBe(1);
  });

  it("is little where a value is edited in its middle", async () => {
    const whole = prefixes(1000).at(-1)!;
    const states = Array.from({ length: 40 }, (_, i) => ({
      messages: whole.with((i * 377) % 1000, message(5000 + i)),
    }));
    const puts = await run(states);
    const counts = puts.slice(1).map(({ relies }) => relies.length);
    expect(counts.reduce((sum, count) => sum + count) / counts.length).toBeLessThan(10);
  });

  it("is little where the memory is too small for the thread", async () => {
    const puts = await run(
      prefixes(200).map((messages) => ({ messages })),
      { blobCacheBytes: 60_000 },
    );
    const counts = puts.map(({ relies }) => relies.length);
    expect(counts.reduce((sum, count) => sum + count) / counts.length).toBeLessThan(40);
  });

  it("is named with an epoch, and only then", async () => {
    const puts = await run(prefixes(50).map((messages) => ({ messages })));
    for (const { relies, epoch } of puts) expect(relies.length > 0).toBe(epoch !== undefined);
  });
});
