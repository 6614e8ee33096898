import fc from "fast-check";
import { rounds } from "@threadmark/random-tests";
import { describe, expect, it } from "vitest";
import { CHUNK_MAX, chunkEnd } from "../../src/blobs/chunk.ts";
import { blobsOf, cutTree, type CutValue } from "../../src/blobs/cut.ts";
import { blobIdOf, hostHash, idBytes, idsOf, portableHash, toHex, writeHex } from "../../src/blobs/hash.ts";
import { blobsBelow, childrenOf, isIntact, type FindBlob } from "../../src/blobs/tree.ts";
import { TreeReader } from "../../src/blobs/tree-reader.ts";
import type { Blob } from "../../src/storage/port.ts";

/** Bytes that look random and are always the same. */
function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

function cut(bytes: Uint8Array, earlier?: readonly CutValue[]) {
  const fresh = new Map<string, Blob>();
  const value = cutTree(bytes, (blob) => fresh.set(blob.id, blob), earlier);
  const blobs = new Map([...blobsOf(value)].map((blob) => [blob.id, blob]));
  return { value, root: value.root.id, leaves: value.leaves, blobs, fresh };
}

function leavesOf(root: string, size: number, find: FindBlob): readonly Blob[] {
  return new TreeReader(find).leavesOf(root, size);
}

function joined(leaves: readonly Blob[]): Uint8Array {
  return Uint8Array.from(leaves.flatMap((leaf) => [...leaf.bytes]));
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)]);
}

const edit = fc.record({
  at: fc.nat(40_000),
  remove: fc.nat(3000),
  insert: fc.uint8Array({ maxLength: 3000 }),
});

describe("blobs", () => {
  it("have ids of 16 bytes, and a list of them that ends in the middle of one is refused", () => {
    const ids = [noise(40, 1), noise(40, 2)].map((bytes) => blobIdOf("leaf", bytes));
    expect(idsOf(idBytes(ids))).toEqual(ids);
    for (const length of [1, 15, 17, 31]) {
      expect(() => idsOf(idBytes(ids).subarray(0, length))).toThrow(RangeError);
    }
  });

  it("put a value together again exactly, whatever its length", () => {
    for (const length of [0, 1, 511, 512, 513, 4096, 4097, 100_000, 1_000_000]) {
      const bytes = noise(length);
      const { root, blobs } = cut(bytes);
      expect(joined(leavesOf(root, length, (id) => blobs.get(id)))).toEqual(bytes);
    }
  });

  it("share all but a few blobs when a value is appended to, inserted into or edited", () => {
    const before = noise(200_000);
    const known = cut(before).blobs;
    const changed = [
      splice(before, 200_000, 0, noise(1000, 2)),
      splice(before, 100_000, 0, noise(1000, 3)),
      splice(before, 50_000, 10, noise(10, 4)),
    ];
    for (const bytes of changed) {
      const fresh = [...cut(bytes).blobs.values()].filter((blob) => !known.has(blob.id));
      const size = fresh.reduce((sum, blob) => sum + blob.bytes.length, 0);
      expect(size).toBeLessThan(12_000);
    }
  });

  it("are the same whether or not earlier values are known, and what is not new is theirs", () => {
    const before = noise(40_000);
    const earlier = [cut(noise(5000, 9)), cut(before)];
    const known = new Set(earlier.flatMap(({ blobs }) => [...blobs.keys()]));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 4 }), (edits) => {
        let bytes = before;
        for (const { at, remove, insert } of edits) bytes = splice(bytes, at, remove, insert);
        const { value, blobs, fresh } = cut(
          bytes,
          earlier.map((one) => one.value),
        );
        expect(value).toEqual(cut(bytes).value);
        for (const id of blobs.keys()) expect(fresh.has(id) || known.has(id)).toBe(true);
      }),
      rounds(100),
    );
  });

  it("make a new root and few other nodes when a value grows, whatever its length", () => {
    const bytes = noise(1_000_000);
    let nodes = 0;
    let last = cut(bytes.subarray(0, 900_000)).value;
    for (let length = 901_000; length <= bytes.length; length += 1000) {
      const { value, fresh } = cut(bytes.subarray(0, length), [last]);
      nodes += [...fresh.values()].filter((blob) => blob.kind === "node").length;
      last = value;
    }
    expect(nodes / 100).toBeLessThan(1.6);
  });

  it("are never longer than the maximum, even where content gives no place to cut", () => {
    const flat = new Uint8Array(50_000);
    for (let start = 0; start < flat.length;) {
      const end = chunkEnd(flat, start);
      expect(end - start).toBeLessThanOrEqual(CHUNK_MAX);
      expect(end).toBeGreaterThan(start);
      start = end;
    }
  });

  it("keep a leaf that looks like a list of ids apart from the node with these bytes", () => {
    const { root, blobs } = cut(noise(100_000));
    const node = blobs.get(root)!;
    expect(node.kind).toBe("node");
    expect(blobIdOf("leaf", node.bytes)).not.toBe(node.id);
    expect(childrenOf({ ...node, kind: "leaf" })).toEqual([]);
  });

  it("name a missing blob and a wrong size with a typed error", () => {
    const bytes = noise(10_000);
    const { root, leaves, blobs } = cut(bytes);
    blobs.delete(leaves[1]!.id);
    const find = (id: string) => blobs.get(id);
    expect(() => leavesOf(root, bytes.length, find)).toThrow(expect.objectContaining({ code: "INCOMPLETE" }));
    blobs.set(leaves[1]!.id, leaves[1]!);
    for (const size of [bytes.length - 1, bytes.length + 1]) {
      expect(() => leavesOf(root, size, find)).toThrow(expect.objectContaining({ code: "CORRUPT" }));
    }
  });

  it("are recognised as damaged when one bit differs", () => {
    const [leaf] = cut(noise(1000)).leaves;
    expect(isIntact(leaf!)).toBe(true);
    const bytes = leaf!.bytes.slice();
    bytes[7]! ^= 1;
    expect(isIntact({ ...leaf!, bytes })).toBe(false);
  });

  it("are found below their roots", () => {
    const a = cut(noise(20_000));
    const b = cut(noise(30_000, 5));
    const all = new Map([...a.blobs, ...b.blobs]);
    const found = blobsBelow([a.root, b.root], (id) => all.get(id));
    expect(new Set(found.keys())).toEqual(new Set(all.keys()));
  });
});

describe("hash", () => {
  it("is the same on hosts without a fast one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(blobIdOf("leaf", bytes, portableHash)).toBe(blobIdOf("leaf", bytes, hostHash));
        expect(blobIdOf("node", bytes, portableHash)).toBe(blobIdOf("node", bytes, hostHash));
      }),
    );
  });

  it("writes and reads hex digits", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const back = new Uint8Array(256);
    writeHex(toHex(bytes), back, 0);
    expect(back).toEqual(bytes);
  });
});
