import { isCheckpointError } from "@threadmark/core";
import { RedisSaver } from "@threadmark/redis";
import { countTests } from "@threadmark/services";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import type { Redis } from "ioredis";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { flipped } from "./damage.ts";
import { keysWith, newest, useKeys } from "./server.ts";

const STAYING = [turnId(2), turnId(3)];

/** Bits of some bytes, at a distance from each other. */
function bitsIn(from: number, to: number, distance: number): number[] {
  const count = Math.floor((8 * (to - from)) / distance);
  return Array.from({ length: count }, (_, i) => 8 * from + i * distance);
}

/** The bits of numbers of four bytes that change them by less than 65,536. */
function lowBitsIn(from: number, to: number): number[] {
  return bitsIn(from, to, 1).filter((bit) => (bit >> 3) % 4 >= 2);
}

/** Where a piece of bytes is, and how long it is. */
interface Span {
  readonly at: number;
  readonly length: number;
}

/** A value of a hash. */
interface Cell {
  readonly key: string;
  readonly field: Buffer;
  readonly bytes: Buffer;
}

describe("a removal that meets damage", () => {
  countTests(newest);
  const { client, keyPrefix } = useKeys();
  const redis = client as Redis;
  const saver = (): RedisSaver => new RedisSaver(redis, { keyPrefix, blobCacheBytes: 0 });
  const stored = new Map<string, Buffer>();
  let expected: unknown[];

  beforeAll(async () => {
    const writer = new RedisSaver(redis, { keyPrefix });
    for (const n of [1, 2, 3]) {
      const values = { text: longText(`text ${n}`, 3000), other: longText(`other ${n}`, 3000) };
      await putTurn(writer, {
        thread: "t",
        id: turnId(n),
        parent: n > 1 ? turnId(n - 1) : undefined,
        values,
      });
    }
    await writer.putWrites(
      configOf("t", turnId(3)),
      [
        ["a", longText("a", 4000)],
        ["b", longText("b", 4000)],
      ],
      "task",
    );
    // The one before it gets another parent, and is then another record.
    await writer.prune({ threadIds: ["t"], keepLatest: 3 });
    for (const key of await keysWith(redis, keyPrefix)) stored.set(key, await redis.dumpBuffer(key));
    expected = await readAll();
  });

  afterEach(restore);

  const readAll = async (): Promise<unknown[]> =>
    Promise.all(STAYING.map(async (id) => saver().get(configOf("t", id)))).then(async (found) => [
      ...found,
      (await saver().getTuple(configOf("t", turnId(3))))?.pendingWrites,
    ]);

  async function restore(): Promise<void> {
    const commands = redis.multi();
    for (const [key, content] of stored) commands.restore(key, 0, content, "REPLACE");
    await commands.exec();
  }

  /** Damages a field, prunes, mends the field, and reads what should have stayed. */
  async function afterRepair({ key, field, bytes }: Cell, damaged: Buffer): Promise<unknown[]> {
    await redis.call("HSET", key, field, damaged);
    try {
      await saver().prune({ threadIds: ["t"], keepLatest: 2 });
    } catch (error) {
      if (!isCheckpointError(error, "CORRUPT") || error.threadId !== "t") throw error;
    }
    await redis.call("HSET", key, field, bytes);
    const found = await readAll();
    await restore();
    return found;
  }

  const keyOf = (kind: string): string => [...stored.keys()].find((name) => name.includes(`:${kind}:`))!;

  async function cellOf(kind: string, ...parts: readonly string[]): Promise<Cell> {
    const key = keyOf(kind);
    const fields = await redis.hkeysBuffer(key);
    const field = fields.find((name) => parts.every((part) => name.includes(part)))!;
    return { key, field, bytes: (await redis.hgetBuffer(key, field))! };
  }

  /** The refs of a checkpoint, which follow parent, run and header. */
  function refsOf(record: Buffer): Span {
    const [parent, run, header, length] = [8, 12, 16, 20].map((at) => record.readUInt32BE(at));
    return { at: 36 + Math.max(parent! - 1, 0) + Math.max(run! - 1, 0) + header!, length: length! };
  }

  it("keeps what a checkpoint needs once a bit of its refs, or of the lengths before them, is mended", async () => {
    const cell = await cellOf("c", turnId(3));
    const { at, length } = refsOf(cell.bytes);
    expect(length).toBeGreaterThanOrEqual(32);
    for (const bit of [...lowBitsIn(8, 28), ...bitsIn(28, 36, 9), ...bitsIn(at, at + length, 9)]) {
      expect(await afterRepair(cell, flipped(cell.bytes, bit)), `bit ${bit}`).toEqual(expected);
    }
  });

  it("keeps what a checkpoint needs that had the record of another one", async () => {
    const other = await cellOf("c", turnId(2));
    expect(await afterRepair(await cellOf("c", turnId(3)), other.bytes)).toEqual(expected);
  });

  it("keeps what writes need once a bit of their refs, or of the lengths before them, is mended", async () => {
    const cell = await cellOf("w", turnId(3), "task");
    const length = cell.bytes.readUInt32BE(12);
    expect(length).toBeGreaterThanOrEqual(16);
    for (const bit of [...lowBitsIn(0, 24), ...bitsIn(24, 32, 9), ...bitsIn(32, 32 + length, 9)]) {
      expect(await afterRepair(cell, flipped(cell.bytes, bit)), `bit ${bit}`).toEqual(expected);
    }
  });

  it("removes what nothing refers to where nothing is damaged", async () => {
    const before = await redis.hlen(keyOf("b"));
    await saver().prune({ threadIds: ["t"], keepLatest: 2 });
    expect(await readAll()).toEqual(expected);
    expect(await redis.hlen(keyOf("b"))).toBeLessThan(before);
  });
});
