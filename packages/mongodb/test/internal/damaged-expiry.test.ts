import { MongoDBSaver } from "@threadmark/mongodb";
import { countTests } from "@threadmark/services";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";
import type { Document } from "mongodb";
import { beforeAll, describe, expect, it } from "vitest";
import { standalone, useDatabase } from "../database.ts";

type Stored = Document & { _id: never };

/** Both copies of the time. */
const FIELDS = ["expires", "expiresCopy"];
const BITS = Array.from({ length: 13 }, (_, i) => 1n << BigInt(4 * i));

describe("a thread of whose expiry one bit is wrong", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const collection = client.db(dbName).collection<Stored>("threadmark_checkpoints", {
    writeConcern: { w: 1, journal: false },
  });
  const saver = new MongoDBSaver({ client, dbName });
  let docs: Stored[];

  beforeAll(async () => {
    for (const thread of ["lives", "is over"]) {
      await putTurn(saver, { thread, id: turnId(1), values: { a: thread } });
      await saver.setThreadTtl(thread, { seconds: thread === "lives" ? 3600 : 0.001 });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    docs = await collection.find({ "_id.k": 9 }).toArray();
  });

  it.each(["lives", "is over"])(
    "that %s stays, and is named by a sweep that removes others",
    async (thread) => {
      const [whole, other] = [true, false].map((isIt) =>
        docs.find((doc) => (doc["thread"] === thread) === isIt)!,
      );
      const told = { code: "CORRUPT", threadId: thread };
      for (const field of FIELDS) {
        for (const bit of BITS) {
          const time = Number(BigInt((whole![field] as Date).getTime()) ^ bit);
          const damaged = { ...whole!, [field]: new Date(time) };
          await collection.deleteMany({ "_id.k": 9 });
          await collection.insertMany([other!, damaged]);
          const isOver = thread === "is over" || time < Date.now();
          const swept = await saver.sweep().then(
            (count) => ({ count }),
            (error: unknown) => error,
          );
          // One that lives by both copies has nothing to do with a sweep.
          expect(swept, `${field}, ${bit}`).toMatchObject(isOver ? told : { count: 1 });
          expect(await collection.findOne({ _id: damaged._id })).toEqual(damaged);
          const others = await collection.countDocuments({ _id: other!._id });
          expect(others).toBe(thread === "is over" ? 1 : 0);
          await expect(saver.getThread(thread)).rejects.toMatchObject(told);
          await expect(saver.getTuple(configOf(thread))).rejects.toMatchObject(told);
        }
      }
    },
  );

  it("is not taken from its owner", async () => {
    const thread = "owned";
    await putTurn(saver, { thread, id: turnId(1), values: { a: 1 } });
    await saver.claimThread(thread, { claim: "owner", ttl: { seconds: 3600 } });
    const whole = (await collection.findOne({ "_id.k": 9, thread }))!;
    for (const field of ["claim", "claimCopy"]) {
      const claim = whole[field] as { readonly id: string; readonly until: Date };
      for (const bit of BITS) {
        const until = new Date(Number(BigInt(claim.until.getTime()) ^ bit));
        await collection.replaceOne({ _id: whole._id }, { ...whole, [field]: { ...claim, until } });
        const told = { code: "CORRUPT", threadId: thread };
        const theirs = { claim: "somebody", ttl: { seconds: 60 } };
        await expect(saver.claimThread(thread, theirs)).rejects.toMatchObject(told);
        await expect(saver.releaseThread(thread, "somebody")).rejects.toMatchObject(told);
      }
    }
  });
});
