import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { BlobCache } from "../../src/blobs/blob-cache.ts";
import { codecOf } from "../../src/codec/values-codec.ts";
import { encodeCheckpoint } from "../../src/saver/encode.ts";
import { Serializer } from "../../src/serializer/index.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes that live objects take, those outside of V8's heap included. */
async function memoryInUse(): Promise<number> {
  // Buffers are given back by finalizers, which run between the collections.
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const codec = codecOf(new Serializer());

/** Text that is nowhere the same. */
function text(seed: number, length: number): string {
  const words = Array.from({ length: length / 10 }, (_, i) => 1e9 + ((seed * 7_919_317 + i * 104_729) % 1e9));
  return words.join("");
}

/** A thread of 12 turns: each checkpoint is encoded with what is known of the one before. */
async function fill(cache: BlobCache, thread: string, valuesOf: (turn: number) => Record<string, unknown>) {
  for (let turn = 1; turn <= 12; turn++) {
    const checkpoint = { v: 4, id: "1", ts: "", channel_versions: {}, versions_seen: {} };
    const parent = { thread, namespace: "", id: undefined };
    const input = { parent, id: "1", run: undefined, newVersions: undefined };
    const { fresh, values } = await encodeCheckpoint(
      codec,
      {
        ...input,
        checkpoint: { ...checkpoint, channel_values: valuesOf(turn) },
        metadata: { source: "loop", step: 0, parents: {} },
      },
      cache.find(thread),
      async () => new Set(),
    );
    cache.learn(thread, "epoch", fresh, { namespace: "", values });
  }
}

type ValuesOf = (turn: number, seed: number) => Record<string, unknown>;

/** A hundred threads are more than there is room for, and enough for the code, which takes memory too, to be compiled. */
async function fillThreads(cache: BlobCache, name: string, count: number, valuesOf: ValuesOf): Promise<void> {
  for (let i = 0; i < count; i++) await fill(cache, `${name} ${i}`, (turn) => valuesOf(turn, i));
}

const SHAPES: Readonly<Record<string, ValuesOf>> = {
  "a conversation": (turn, seed) => ({
    messages: Array.from({ length: turn * 4 }, (_, i) => ({ id: `${i}`, content: text(seed * 50 + i, 400) })),
  }),
  "many channels": (turn, seed) =>
    Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`c${i}`, text(seed * 50 + i + (i === turn ? 7000 : 0), 1500)]),
    ),
  bytes: (turn, seed) => ({ data: new TextEncoder().encode(text(seed, turn * 1500)) }),
};

describe("the bound on the memory of a saver", () => {
  it.each(Object.keys(SHAPES))("is what it takes, within a tenth: %s", async (name) => {
    const bound = 6_000_000;
    const valuesOf = SHAPES[name]!;
    await fillThreads(new BlobCache(bound), "warm", 100, valuesOf);
    const before = await memoryInUse();
    const cache = new BlobCache(bound);
    await fillThreads(cache, "thread", 300, valuesOf);
    const used = (await memoryInUse()) - before;
    expect(cache.find("thread 0")).toBeUndefined();
    expect(cache.find("thread 299")).toBeDefined();
    expect(used).toBeLessThan(bound * 1.1);
    expect(used).toBeGreaterThan(bound * 0.85);
  });
});
