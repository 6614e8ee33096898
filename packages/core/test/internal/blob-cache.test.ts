import { describe, expect, it } from "vitest";
import { BlobCache, haveList } from "../../src/blobs/blob-cache.ts";
import { blobsOf, cutTree } from "../../src/blobs/cut.ts";
import { blobsBelow } from "../../src/blobs/tree.ts";
import type { Blob } from "../../src/storage/port.ts";

function tree(length: number, seed: number) {
  const bytes = Uint8Array.from({ length }, (_, i) => Math.imul(i + seed, 2_654_435_761) >>> 13);
  const value = cutTree(bytes, () => {});
  const blobs = new Map([...blobsOf(value)].map((blob) => [blob.id, blob]));
  return {
    root: value.root.id,
    blobs,
    recent: { namespace: "", values: { cut: new Map([[value.root.id, value]]), encoded: new Map() } },
  };
}

describe("the cache of blobs", () => {
  it("knows what was stored under an epoch and forgets it with the next epoch", () => {
    const cache = new BlobCache(1e6);
    const { blobs, root } = tree(5000, 1);
    cache.learn("t", "e1", blobs.values());
    expect(cache.find("t")?.epoch).toBe("e1");
    cache.learn("t", "e2", []);
    expect(cache.find("t")?.epoch).toBe("e2");
    expect(cache.find("t")?.blobs.has(root)).toBe(false);
  });

  it("forgets the thread that was not used for longest when it is full", () => {
    const cache = new BlobCache(130_000);
    for (const [i, name] of ["a", "b", "c"].entries()) {
      cache.learn(name, "e", tree(30_000, i).blobs.values());
      cache.find("a");
    }
    expect([..."abc"].map((name) => cache.find(name) !== undefined)).toEqual([true, false, true]);
  });

  it("still knows what is stored of a thread that is too large by itself, but holds fewer bytes", () => {
    const cache = new BlobCache(100_000);
    const { blobs, recent } = tree(150_000, 1);
    cache.learn("t", "e", blobs.values(), recent);
    const known = cache.find("t")!;
    expect([...blobs.keys()].every((id) => known.blobs.has(id))).toBe(true);
    expect(known.bytes).toBeLessThanOrEqual(100_000);
    expect(haveList(known)).toEqual([]);
  });

  it("does not take blobs away from somebody who reads with them", () => {
    const cache = new BlobCache(100_000);
    const small = tree(50_000, 1);
    cache.learn("t", "e", small.blobs.values());
    const reading = cache.find("t")!;
    cache.learn("t", "e", tree(200_000, 2).blobs.values());
    for (const id of small.blobs.keys()) expect(reading.blobs.get(id)).toBeDefined();
  });

  it("remembers nothing when it is turned off", () => {
    const cache = new BlobCache(0);
    cache.learn("t", "e", tree(5000, 1).blobs.values());
    expect(cache.find("t")).toBeUndefined();
  });
});

describe("what a reader says it has", () => {
  it("covers a value that has not changed with its root alone, and few more", () => {
    const cache = new BlobCache(1e7);
    const { blobs, root, recent } = tree(1_000_000, 1);
    cache.learn("t", "e", blobs.values(), recent);
    const have = haveList(cache.find("t"));
    expect(have).toContain(root);
    expect(have.length).toBeLessThanOrEqual(128);
  });

  it("leaves little to send when a value was appended to elsewhere", () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 2_654_435_761) >>> 13);
    const emitTo = (blobs: Map<string, Blob>) => (blob: Blob) => blobs.set(blob.id, blob);
    const before = new Map<string, Blob>();
    const old = cutTree(bytes.subarray(0, 299_000), emitTo(before));
    const after = new Map<string, Blob>();
    const grown = cutTree(bytes, emitTo(after));

    const cache = new BlobCache(1e7);
    cache.learn("t", "e", before.values(), {
      namespace: "",
      values: { cut: new Map([[old.root.id, old]]), encoded: new Map() },
    });
    const have = new Set(haveList(cache.find("t")));
    const sent = blobsBelow([grown.root.id], (id) => (have.has(id) ? undefined : after.get(id)));
    const size = [...sent.values()].reduce((sum, blob) => sum + blob.bytes.length, 0);
    expect(size).toBeLessThan(10_000);
  });
});
