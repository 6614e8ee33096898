import { describe, expect, it } from "vitest";
import { blobsOf, cutTree } from "../../src/blobs/cut.ts";
import { blobIdOf, idBytes } from "../../src/blobs/hash.ts";
import { blobsBelow } from "../../src/blobs/tree.ts";
import { TreeReader } from "../../src/blobs/tree-reader.ts";
import { loadValue, storeValue } from "../../src/codec/stored-value.ts";
import { pushVarint } from "../../src/codec/bytes.ts";
import { Serializer } from "../../src/serializer/index.ts";
import type { Blob } from "../../src/storage/port.ts";

const leafOf = (bytes: Uint8Array): Blob => ({ id: blobIdOf("leaf", bytes), kind: "leaf", bytes });
const nodeOf = (...children: readonly string[]): Blob => {
  const bytes = idBytes(children);
  return { id: blobIdOf("node", bytes), kind: "node", bytes };
};

/** Blobs, and a search that counts how often it is used. */
function store(...blobs: readonly Blob[]) {
  const byId = new Map(blobs.map((blob) => [blob.id, blob]));
  const find = (id: string): Blob | undefined => {
    find.calls++;
    return byId.get(id);
  };
  find.calls = 0;
  return { byId, find };
}

/** A leaf below levels of nodes that each name the one below so many times. */
function tower(levels: number, width: number, bottom: Blob): { root: string; blobs: Blob[] } {
  const blobs = [bottom];
  for (let i = 0; i < levels; i++) blobs.push(nodeOf(...Array<string>(width).fill(blobs.at(-1)!.id)));
  return { root: blobs.at(-1)!.id, blobs };
}

const corrupt = expect.objectContaining({ code: "CORRUPT" });
const KILOBYTE = new Uint8Array(1024).fill(120);

describe("trees of blobs that were tampered with", () => {
  it.each([
    ["claims too much", 6, 64, new Uint8Array([1, 2, 3, 4]), 2 ** 50],
    ["claims 4 GB", 6, 64, new Uint8Array([1, 2, 3, 4]), 2 ** 32],
    ["claims just what its short leaves make up", 6, 64, new Uint8Array([1, 2, 3, 4]), 4 * 64 ** 6],
    ["claims just what a few short leaves make up", 2, 64, new Uint8Array([1]), 64 ** 2],
    ["claims more than any host can hold", 6, 64, KILOBYTE, 1024 * 64 ** 6],
    ["claims all that a number can", 6, 64, KILOBYTE, Number.MAX_SAFE_INTEGER],
    ["has empty leaves", 6, 64, new Uint8Array(), 2 ** 50],
    ["has only empty leaves and no size", 6, 64, new Uint8Array(), 0],
    ["has more levels than any value", 100, 1, KILOBYTE, 1024],
    ["has more levels than any stack", 20_000, 1, KILOBYTE, 1024],
    ["has nothing in its nodes", 6, 64, nodeOf().bytes, 2 ** 40],
  ])("are refused after each blob was looked at once: one that %s", (_, levels, width, bytes, size) => {
    const { root, blobs } = tower(levels, width, leafOf(bytes));
    const { find } = store(...blobs);
    expect(() => new TreeReader(find).leavesOf(root, size)).toThrow(corrupt);
    expect(find.calls).toBeLessThanOrEqual(64 * (levels + 1) + 1);
    find.calls = 0;
    expect(blobsBelow([root], find).size).toBe(new Set(blobs.map(({ id }) => id)).size);
    expect(find.calls).toBeLessThanOrEqual(64 * (levels + 1));
  });

  it("are refused when nodes refer to themselves or each other, even with ids that match", () => {
    const self: Blob = {
      id: "a".repeat(31) + "1",
      kind: "node",
      bytes: idBytes(["a".repeat(31) + "1", "a".repeat(31) + "1"]),
    };
    const b = "b".repeat(31) + "1";
    const c = "c".repeat(31) + "1";
    const pair: Blob[] = [
      { id: b, kind: "node", bytes: idBytes([c, c, c]) },
      { id: c, kind: "node", bytes: idBytes([b, b, b]) },
    ];
    const { find } = store(self, ...pair);
    for (const root of [self.id, b]) {
      find.calls = 0;
      expect(() => new TreeReader(find).leavesOf(root, 2 ** 40)).toThrow(corrupt);
      expect(find.calls).toBeLessThan(100);
      expect(blobsBelow([root], find).size).toBeLessThan(3);
    }
  });

  it("are refused where levels add up over shared nodes", () => {
    const low = tower(40, 1, leafOf(KILOBYTE));
    const high = [nodeOf(low.root, low.root)];
    for (let i = 0; i < 40; i++) high.push(nodeOf(low.root, high.at(-1)!.id));
    const { find } = store(...low.blobs, ...high);
    expect(() => new TreeReader(find).leavesOf(high.at(-1)!.id, 1024 * 42)).toThrow(corrupt);
  });

  it("are refused by their checksum before they take the memory that they claim", () => {
    const { root, blobs } = tower(3, 64, leafOf(new Uint8Array(4096).fill(7)));
    const size = 4096 * 64 ** 3 + 32;
    const prefix: number[] = [1];
    pushVarint(prefix, size);
    const stored = Uint8Array.from([...prefix, ...idBytes([root]), 1, ...new Array<number>(31).fill(0)]);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => loadValue(stored, new TreeReader(store(...blobs).find))).toThrow(corrupt);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200_000_000);
  });
});

describe("values that a few blobs stand for", () => {
  it("are read: long and all the same", async () => {
    const value = { zeros: new Uint8Array(40_000_000), text: "ab".repeat(5_000_000) };
    const blobs: Blob[] = [];
    const encoded = new Serializer().encode(value);
    const { bytes } = storeValue(encoded, (blob) => blobs.push(blob));
    const { find } = store(...blobs);
    const read = (await new Serializer().decode(loadValue(bytes, new TreeReader(find)))) as typeof value;
    expect(read.text).toBe(value.text);
    expect(read.zeros.length).toBe(40_000_000);
    expect(read.zeros.every((byte) => byte === 0)).toBe(true);
  });

  it("are read with every length of a repeated pattern", () => {
    for (const length of [600, 5000, 70_000, 1_000_003]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
      const value = cutTree(bytes, () => {});
      const { find } = store(...blobsOf(value));
      const leaves = new TreeReader(find).leavesOf(value.root.id, length);
      expect(leaves.reduce((sum, leaf) => sum + leaf.bytes.length, 0)).toBe(length);
    }
  });
});
