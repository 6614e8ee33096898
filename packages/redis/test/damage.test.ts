import { enough, seed, tell } from "@threadmark/random-tests";
import { RedisSaver } from "@threadmark/redis";
import { countTests } from "@threadmark/services";
import { all } from "@threadmark/storage-tests/parts";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { cellsOf, fill, flipped, readAll, refusedIn, wrongIn } from "./damage.ts";
import { keysWith, newest, useKeys } from "./server.ts";

describe("damage of what is stored", () => {
  countTests(newest);
  const { client, keyPrefix } = useKeys();
  const redis = client as Redis;

  it(
    "one bit anywhere: everything is read exactly, or an error names the thread",
    async () => {
      await fill(new RedisSaver(redis, { keyPrefix }));
      const expected = await readAll(redis, keyPrefix);
      const cells = await cellsOf(redis, keyPrefix);
      const places = fc.tuple(fc.nat(cells.length - 1), fc.nat());
      let refused = 0;
      await fc.assert(
        fc.asyncProperty(places, async ([index, bit]) => {
          const cell = cells[index]!;
          await cell.write(flipped(cell.bytes, bit % (8 * cell.bytes.length)));
          const told = await readAll(redis, keyPrefix);
          refused += refusedIn(told);
          const wrong = wrongIn(expected, told);
          await cell.restore();
          expect(wrong && `${wrong} after ${cell.title}`).toBeUndefined();
        }),
        { numRuns: enough(200), seed },
      );
      expect(wrongIn(expected, await readAll(redis, keyPrefix))).toBeUndefined();
      tell("Redis", { "bits flipped": enough(200), "reads refused": refused });
    },
    enough(120_000),
  );

  it(
    "values that were exchanged: everything is read exactly, or an error names the thread",
    async () => {
      const expected = await readAll(redis, keyPrefix);
      const cells = (await cellsOf(redis, keyPrefix)).filter(
        ({ title }) => !/, (?:member|the name)/.test(title),
      );
      const pairs = fc.tuple(fc.nat(cells.length - 1), fc.nat(cells.length - 1));
      await fc.assert(
        fc.asyncProperty(pairs, async ([one, other]) => {
          const [a, b] = [cells[one]!, cells[other]!];
          await a.write(b.bytes);
          await b.write(a.bytes);
          const wrong = wrongIn(expected, await readAll(redis, keyPrefix));
          await a.restore();
          await b.restore();
          expect(wrong && `${wrong} after ${a.title} and ${b.title}`).toBeUndefined();
        }),
        { numRuns: enough(50), seed },
      );
      tell("Redis", { "pairs of values exchanged": enough(50) });
    },
    enough(120_000),
  );

  it("a time in the index of threads: a list that reaches the thread is an error that names it, until the index is rebuilt", async () => {
    const saver = new RedisSaver(redis, { keyPrefix });
    const lists = [{}, { filter: { user: "u" } }].map((options) => () => all(saver.listThreads(options)));
    const expected = await Promise.all(lists.map((list) => list()));
    const known = await saver.getThread("a");
    const key = (await keysWith(redis, keyPrefix)).find((name) => name.endsWith(":threads"));
    const [thread, score] = await redis.zrange(key!, "0", "0", "WITHSCORES");
    for (let bit = 0n; bit < 53n; bit++) {
      await redis.zadd(key!, String(-(BigInt(-Number(score)) ^ (1n << bit))), thread!);
      for (const list of lists) {
        await expect(list()).rejects.toMatchObject({ code: "CORRUPT", threadId: thread });
      }
    }
    expect(await saver.getThread("a")).toEqual(known);
    await saver.rebuildIndexes();
    expect(await Promise.all(lists.map((list) => list()))).toEqual(expected);
  });
});
