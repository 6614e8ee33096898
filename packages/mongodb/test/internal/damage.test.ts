import { isDeepStrictEqual } from "node:util";
import { isCheckpointError, type ThreadInfo } from "@threadmark/core";
import { enough, tell } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { all, isPart } from "@threadmark/storage-tests/parts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import type { Document } from "mongodb";
import { describe, expect, it } from "vitest";
import { standalone, useDatabase } from "../database.ts";
import { damage, flipped, isUnsealed, pathsIn, pick, type Path } from "./random-damage.ts";

const ROUNDS = enough(100);
/** The second one expires, the last one has expired. */
const THREADS = ["a", "b", "ended"];
const CODES = ["CORRUPT", "INCOMPLETE", "UNSUPPORTED_FORMAT"] as const;

/** By what a read finds things, if not by keys. What is damaged there is not found, and nothing else changes. */
const INDEXED: Readonly<Record<string, string>> = {
  namespaces: "scan",
  filtered: "index",
  titled: "entries",
};

/** Whether a call may not find what is damaged. */
function isPassedOver(what: string, [field]: Path, place: string): boolean {
  const isUnlisted = (what === "nothing" || what === "type") && field === "updated" && place.endsWith("ed");
  return isUnlisted || INDEXED[place.replace(/^\w+ /, "")] === field;
}

describe("damage in the database", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const collection = client.db(dbName).collection<Document & { _id: never }>(
    "threadmark_checkpoints",
    // Damage need not outlive the server.
    { writeConcern: { w: 1, journal: false } },
  );
  const open = (aggregates: boolean) => new MongoDBSaver({ client, dbName, aggregates, blobCacheBytes: 0 });

  it(
    "is an error that names the thread, wherever it is, or changes nothing",
    async () => {
      await fill(open(true));
      const expected = await contentOf(open(true));
      const docs = await collection.find({}, { sort: { _id: 1 } }).toArray();
      const wrong: string[] = [];
      let refused = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const doc = pick(docs);
        const path = pick(pathsIn(doc).filter((one) => one[0] !== "_id" && !isUnsealed(doc, one)));
        if (!path) continue;
        const { what, damaged } = damage(doc, path, docs);
        if (isDeepStrictEqual(damaged, doc)) continue;
        await collection.replaceOne({ _id: doc._id }, damaged);
        const found = await contentOf(open(round % 2 === 0), [(doc._id as { t?: string }).t ?? "a"]);
        for (const [place, content] of Object.entries(found)) {
          if (isTold(content)) refused++;
          const isRight = isPassedOver(what, path, place) ? isPart : isDeepStrictEqual;
          if (!isRight(content, expected[place]) && !isTold(content)) {
            wrong.push(
              `${what} at ${path.join(".")} of ${JSON.stringify(doc._id)}: ${place} ${String(content)}`,
            );
          }
        }
        await collection.replaceOne({ _id: doc._id }, doc);
      }
      expect(wrong).toEqual([]);
      expect(await contentOf(open(true))).toEqual(expected);
      tell("MongoDB", { "fields damaged": ROUNDS, "reads refused": refused });
    },
    300_000 + ROUNDS * 3000,
  );

  it("of a key hides what it is the key of, and changes nothing else", async () => {
    await fill(open(true));
    const expected = await contentOf(open(true));
    const docs = await collection.find({ "_id.k": { $in: [1, 2] } }, { sort: { _id: 1 } }).toArray();
    for (const doc of docs) {
      for (const part of Object.keys(doc["_id"] as Document).filter((one) => one !== "k" && one !== "x")) {
        const moved = {
          ...doc,
          _id: { ...(doc["_id"] as Document), [part]: flipped((doc["_id"] as Document)[part]) },
        };
        // Nothing has changed, or there is a document with that key.
        if (docs.some(({ _id }) => isDeepStrictEqual(_id, moved._id))) continue;
        await collection.deleteOne({ _id: doc._id });
        await collection.insertOne(moved as unknown as Document & { _id: never });
        const found = await contentOf(open(true));
        for (const [place, content] of Object.entries(found)) {
          const isRight = isTold(content) || mayBe(place).some((one) => isLess(content, expected[one]));
          expect({ place, isRight }).toEqual({ place, isRight: true });
        }
        await collection.deleteOne({ _id: moved._id });
        await collection.insertOne(doc);
      }
    }
    expect(await contentOf(open(true))).toEqual(expected);
  }, 600_000);

  it("to the number of writes is an error", async () => {
    const saver = open(true);
    const thread = "many";
    await putTurn(saver, { thread, id: turnId(1), values: { a: 1 } });
    const writes = Array.from({ length: 1001 }, (_, i): [string, unknown] => ["w", i]);
    await saver.putWrites(configOf(thread, turnId(1)), writes, "task");
    expect((await saver.getTuple(configOf(thread)))?.pendingWrites).toHaveLength(1001);
    const first = { "_id.t": thread, last: { $exists: true } };
    for (const change of [
      { $set: { last: 0 } },
      { $unset: { last: 1 } },
      { $unset: { "w.3": 1 } },
      { $set: { w: {} } },
    ]) {
      const doc = (await collection.findOne(first))!;
      await collection.updateOne(first, change);
      await expect(saver.getTuple(configOf(thread))).rejects.toMatchObject({
        code: "CORRUPT",
        threadId: thread,
      });
      await collection.replaceOne({ _id: doc._id }, doc);
    }
    await collection.deleteMany({ "_id.t": thread });
  });

  it.each([["$unset"], ["$set"]])(
    "of what decides which records count is an error in listings of threads: %s",
    async (how) => {
      const saver = open(true);
      await putTurn(saver, { thread: "listed", id: turnId(1), values: { a: 1 } });
      await collection.updateOne({ thread: "listed" }, { [how]: { valid: 7 } });
      const told = { code: "CORRUPT", threadId: "listed" };
      await expect(saver.getThread("listed")).rejects.toMatchObject(told);
      await expect(saver.listThreads().next()).rejects.toMatchObject(told);
      await expect(open(false).listThreads().next()).rejects.toMatchObject(told);
      await collection.deleteMany({ "_id.t": "listed" });
    },
  );
});

async function fill(saver: MongoDBSaver): Promise<void> {
  for (const thread of THREADS) {
    for (const n of [1, 2, 3]) {
      const values = { text: longText(`${thread} ${n}`, 6000), short: `${thread} ${n}` };
      const metadata = { user: thread, n };
      await putTurn(saver, {
        thread,
        id: turnId(n),
        parent: n > 1 ? turnId(n - 1) : undefined,
        values,
        metadata,
        run: "r",
      });
      const writes: [string, unknown][] = [
        ["w", longText(`${thread} write ${n}`, 3000)],
        ["v", n],
      ];
      await saver.putWrites(configOf(thread, turnId(n)), writes, `task ${n}`, "path");
    }
    await saver.putWrites(configOf(thread, turnId(3)), [["__interrupt__", "go on?"]], "asks");
    await saver.updateThread(thread, { metadata: { title: `about ${thread}` } });
  }
  await saver.setThreadTtl("b", { seconds: 3600 });
  await saver.claimThread("b", { claim: "owner", ttl: { seconds: 1800 } });
  await saver.setThreadTtl("ended", { seconds: 0.001 });
  await new Promise((resolve) => setTimeout(resolve, 5));
}

/** All that can be read, or the error instead. */
async function contentOf(saver: MongoDBSaver, threads = THREADS): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  const read = async (place: string, call: () => Promise<unknown>): Promise<void> => {
    content[place] = await call().catch((error: unknown) => error);
  };
  for (const thread of threads) {
    for (const id of [undefined, ...[1, 2, 3].map(turnId)]) {
      await read(`${thread} ${id}`, () => saver.getTuple(configOf(thread, id)));
    }
    await read(`${thread} all`, () =>
      all(saver.list({ configurable: { thread_id: thread, checkpoint_ns: "" } })),
    );
    const inThread = { configurable: { thread_id: thread } };
    await read(`${thread} namespaces`, () => all(saver.list(inThread)));
    await read(`${thread} filtered`, () =>
      all(
        saver.list(
          { configurable: { ...inThread.configurable, checkpoint_ns: "" } },
          { filter: { user: thread } },
        ),
      ),
    );
    const config = configOf(thread);
    await read(`${thread} writes`, () => saver.getDeltaChannelHistory({ config, channels: ["w"] }));
    await read(`${thread} thread`, () => saver.getThread(thread));
    const titled = { filter: { title: `about ${thread}` } };
    await read(`${thread} titled`, () => all(saver.listThreads(titled)));
  }
  await read("listed", () => all(saver.listThreads()));
  return content;
}

function isTold(found: unknown): boolean {
  // The version of the collection belongs to no thread.
  if (isCheckpointError(found, "SCHEMA_TOO_NEW")) return true;
  if (!CODES.some((code) => isCheckpointError(found, code))) return false;
  return THREADS.includes((found as { threadId: string }).threadId);
}

/** What may be read where a record is hidden: another checkpoint is the newest then. */
function mayBe(place: string): string[] {
  const [thread, what] = place.split(" ");
  return what === "undefined" ? [1, 2, 3].map((n) => `${thread} ${turnId(n)}`) : [place];
}

/** Whether things may be missing, and nothing else. */
function isLess(value: unknown, whole: unknown): boolean {
  return isPart(withoutHeads(value), withoutHeads(whole));
}

function withoutHeads(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHeads);
  if (value === undefined) return undefined;
  const rest = { ...(value as Partial<ThreadInfo>), state: undefined };
  // Another one of the thread's own.
  return [1, 2, 3].map(turnId).includes(rest.headId ?? "") ? { ...rest, headId: undefined } : rest;
}
