import { describe, expect, it } from "vitest";
import { BlobCache, type KnownThread } from "../../src/blobs/blob-cache.ts";
import { costOfBlob, costOfCuts, costOfRemembered, THREAD_COST } from "../../src/blobs/memory-cost.ts";
import { codecOf } from "../../src/codec/values-codec.ts";
import type { Checkpoint } from "../../src/contract.ts";
import { allBlobs, encodeCheckpoint } from "../../src/saver/encode.ts";
import { Serializer } from "../../src/serializer/index.ts";

const codec = codecOf(new Serializer());

function encode(messages: unknown, base: KnownThread | undefined) {
  const checkpoint = {
    v: 4,
    id: "1",
    ts: "",
    channel_values: { messages, first: "x".repeat(20_000) },
    channel_versions: {},
    versions_seen: {},
  } as Checkpoint;
  const parent = { thread: "t", namespace: "", id: undefined };
  const input = {
    parent,
    id: "1",
    run: undefined,
    checkpoint,
    metadata: { source: "loop", step: 0, parents: {} } as const,
    newVersions: undefined,
  };
  return encodeCheckpoint(codec, input, base, async () => new Set<string>());
}

function message(i: number) {
  return { id: `m${i}`, content: `content ${i} `.repeat(40 + (i % 7)) };
}

/** States of a conversation: it grows, is shortened, is edited in the middle, and starts over. */
const STATES: readonly (readonly unknown[])[] = (() => {
  const states: unknown[][] = [];
  let messages: unknown[] = [];
  for (let i = 0; i < 120; i++) {
    messages = messages.concat(message(2 * i), message(2 * i + 1));
    if (i % 29 === 28) messages = messages.slice(0, -3);
    if (i % 37 === 36) messages = messages.with(messages.length >> 1, message(1000 + i));
    if (i === 100) messages = [];
    states.push(messages);
  }
  return states;
})();

describe("a checkpoint that is encoded with what is known of its thread", () => {
  it("is the one that it is without, and hands over every blob that is not known", async () => {
    const cache = new BlobCache(1e9);
    for (const messages of STATES) {
      const base = cache.find("t");
      const known = new Set(base?.blobs.keys());
      const encoded = await encode(messages, base);
      const alone = await encode(messages, undefined);
      expect(encoded.record).toEqual(alone.record);
      const all = allBlobs(encoded.values).map((blob) => blob.id);
      expect(new Set(all)).toEqual(new Set(alone.fresh.map((blob) => blob.id)));
      const fresh = new Set(encoded.fresh.map((blob) => blob.id));
      expect(all.filter((id) => !fresh.has(id) && !known.has(id))).toEqual([]);
      cache.learn("t", "e", encoded.fresh, { namespace: "", values: encoded.values });
    }
  });

  it("hands over little when it only grew", async () => {
    const cache = new BlobCache(1e9);
    const messages = Array.from({ length: 500 }, (_, i) => message(i));
    const first = await encode(messages, undefined);
    cache.learn("t", "e", first.fresh, { namespace: "", values: first.values });
    const second = await encode([...messages, message(501)], cache.find("t"));
    expect(second.fresh.length).toBeLessThan(8);
    expect(second.reuses).toBe(true);
  });

  it("does not remember how a value was encoded that would fill the memory", async () => {
    const messages = Array.from({ length: 500 }, (_, i) => message(i));
    const first = await encode(messages, undefined);
    const seen = new BlobCache(1e9);
    seen.learn("t", "e", first.fresh, { namespace: "", values: first.values });
    // How a value is encoded is noted from the second time on.
    const { values } = await encode(messages, seen.find("t"));
    const { fresh } = first;
    const cost = costOfRemembered(values.encoded.values());
    const sizes = [3 * cost, 5 * cost];
    const kept = sizes.map((size) => {
      const cache = new BlobCache(size);
      cache.learn("t", "e", fresh, { namespace: "", values });
      return cache.find("t")!.recent.get("")!.encoded.size;
    });
    expect(kept).toEqual([0, 2]);
  });

  it("counts what it remembers among the bytes of its thread, once", async () => {
    const cache = new BlobCache(1e9);
    for (const messages of STATES) {
      const encoded = await encode(messages, cache.find("t"));
      cache.learn("t", "e", encoded.fresh, { namespace: "", values: encoded.values });
    }
    const known = cache.find("t")!;
    const blobs = [...known.blobs.values()].reduce((sum, blob) => sum + costOfBlob(blob!), 0);
    const { cut, encoded, cost } = known.recent.get("")!;
    expect(known.bytes).toBe(THREAD_COST + blobs + cost);
    expect(cost).toBe(costOfCuts(cut.values()) + costOfRemembered(encoded.values()));
    expect(cost).toBeGreaterThan(20_000);
  });
});
