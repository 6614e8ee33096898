import type { Blob } from "@threadmark/core/storage";
import { describe, expect, it } from "vitest";
import { NewerForm, packBlobs, unpackLeaf } from "../../src/leaf-packing.ts";

const prose = new TextEncoder().encode("one small step for a saver ".repeat(40));

function leaf(bytes: Uint8Array): Blob {
  return { id: "aa".repeat(16), kind: "leaf", bytes };
}

/** As one of a large put. */
async function packOne(bytes: Uint8Array): Promise<Uint8Array> {
  const [packed] = await packBlobs([bytes, ...Array<Uint8Array>(20).fill(prose)].map(leaf));
  return packed!;
}

describe("a packed leaf", () => {
  it("gives back its bytes, whatever they are", async () => {
    for (const length of [0, 1, 127, 128, 129, 1000, 4096]) {
      const noise = globalThis.crypto.getRandomValues(new Uint8Array(length));
      for (const bytes of [noise, new Uint8Array(length).fill(1)]) {
        expect(unpackLeaf(await packOne(bytes))).toEqual(bytes);
      }
    }
    expect(unpackLeaf(await packOne(prose))).toEqual(prose);
  });

  it("is shorter where that can be, and hardly longer where not", async () => {
    expect((await packOne(prose)).length).toBeLessThan(prose.length / 4);
    const noise = globalThis.crypto.getRandomValues(new Uint8Array(1000));
    expect((await packOne(noise)).length).toBe(1001);
  });

  it("is shorter even when the bytes look almost like noise", async () => {
    const base64 = new TextEncoder().encode(
      Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(3000))).toString("base64"),
    );
    for (const length of [512, 1000, 4000]) {
      expect((await packOne(base64.subarray(0, length))).length).toBeLessThan(length * 0.9);
    }
  });

  it("keeps no more in memory than its bytes, once it is unpacked", async () => {
    for (const length of [200, 1000, 4096]) {
      const packed = await packOne(new Uint8Array(length).fill(1));
      expect(unpackLeaf(packed).buffer.byteLength).toBe(length);
    }
  });

  it("stays as it is in a small put, for which the time counts", async () => {
    const packed = await packBlobs([prose, prose].map(leaf));
    expect(packed.map(({ length }) => length)).toEqual([prose.length + 1, prose.length + 1]);
    for (const bytes of packed) expect(unpackLeaf(bytes)).toEqual(prose);
  });

  it("is packed in a large put too, and others have their turns meanwhile", async () => {
    let turns = 0;
    const turn = (): void => void (turns++, (timer = setImmediate(turn)));
    let timer = setImmediate(turn);
    const packed = await packBlobs(Array.from({ length: 1000 }, () => leaf(prose)));
    clearImmediate(timer);
    for (const bytes of packed) expect(bytes.length).toBeLessThan(prose.length / 4);
    expect(turns).toBeGreaterThanOrEqual(15);
  });

  it("does not unpack to anything else when it is damaged, so that core sees it", async () => {
    const packed = await packOne(prose);
    for (let at = 1; at < packed.length; at++) {
      const damaged = packed.slice();
      damaged[at]! ^= 0x55;
      expect(() => unpackLeaf(damaged)).not.toThrow();
    }
    expect(unpackLeaf(packed.subarray(0, 10))).toEqual(packed.subarray(0, 10));
    expect(unpackLeaf(new Uint8Array(0))).toEqual(new Uint8Array(0));
  });

  it("is refused when its form is newer than this code", async () => {
    expect(() => unpackLeaf(new Uint8Array([2, 0]))).toThrow(NewerForm);
  });

  it("cannot unpack to more than a leaf could ever be", async () => {
    const [bomb] = await packBlobs([leaf(new Uint8Array(50 << 20))]);
    expect(unpackLeaf(bomb!)).toBe(bomb);
  });
});

describe("a packed list of ids", () => {
  it("is what it was, since statements read it", async () => {
    const bytes = new Uint8Array(160).fill(7);
    expect((await packBlobs([{ id: `${"aa".repeat(15)}01`, kind: "node", bytes }]))[0]).toBe(bytes);
  });
});
