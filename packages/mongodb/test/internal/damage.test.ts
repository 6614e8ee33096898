import { isDeepStrictEqual } from "node:util";
import { isCheckpointError, type ThreadInfo } from "@threadmark/core";
import { enough, randomFrom, seed, tell } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { all, isPart, toldOf } from "@threadmark/storage-tests/parts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import type { Document } from "mongodb";
import { describe, expect, it } from "vitest";
import { standalone, useDatabase } from "../database.ts";

const random = randomFrom(seed);
const ROUNDS = enough(100);
const THREADS = ["a", "b"];
const CODES = ["CORRUPT", "INCOMPLETE", "UNSUPPORTED_FORMAT"] as const;

/**
 * Fields that no checksum can cover, since the server sets them by its own clock, or that only save work: the epoch and
 * the generations of blobs say what need not be sent again, `children` what can be read ahead.
 */
const UNSEALED = /^(?:created|updated|writes|open|epoch)$|^children\b|^version$/;

/** By what a read finds things, if not by keys. What is damaged there is not found, and nothing else changes. */
const INDEXED: Readonly<Record<string, string>> = {
  namespaces: "scan",
  filtered: "index",
  titled: "entries",
};

type Path = readonly (string | number)[];

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
        const path = pick(pathsIn(doc).filter((one) => one[0] !== "_id" && !UNSEALED.test(one.join("."))));
        if (!path) continue;
        const { what, damaged } = damage(doc, path, docs);
        if (isDeepStrictEqual(damaged, doc)) continue;
        await collection.replaceOne({ _id: doc._id }, damaged);
        const found = await contentOf(open(round % 2 === 0), [(doc._id as { t?: string }).t ?? "a"]);
        for (const [place, content] of Object.entries(found)) {
          if (isTold(content)) refused++;
          const isRight = INDEXED[place.replace(/^\w+ /, "")] === path[0] ? isPart : isDeepStrictEqual;
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
    await read(`${thread} thread`, async () => toldOf(await saver.getThread(thread)));
    const titled = { filter: { title: `about ${thread}` } };
    await read(`${thread} titled`, async () => (await all(saver.listThreads(titled))).map(toldOf));
  }
  await read("listed", async () => (await all(saver.listThreads())).map(toldOf));
  return content;
}

function isTold(found: unknown): boolean {
  if (!CODES.some((code) => isCheckpointError(found, code))) return false;
  return THREADS.includes((found as { threadId: string }).threadId);
}

function pick<T>(from: readonly T[]): T {
  return from[random(from.length)]!;
}

/** The places of all values, lists and objects too. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  const isParent = typeof value === "object" && value !== null && !(value instanceof Date) && !isBytes(value);
  const inner = isParent
    ? Object.entries(value).flatMap(([key, one]) =>
        pathsIn(one, [...path, Array.isArray(value) ? Number(key) : key]),
      )
    : [];
  return path.length > 0 ? [path, ...inner] : inner;
}

function isBytes(value: unknown): value is { buffer: Uint8Array } {
  return (value as { _bsontype?: string } | null)?._bsontype === "Binary";
}

function at(doc: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    doc,
  );
}

interface Damage {
  readonly what: string;
  readonly damaged: Document;
}

/** A document with something else at a place. */
function damage(doc: Document, path: Path, docs: readonly Document[]): Damage {
  const damaged = structuredCloneOf(doc);
  const parent = at(damaged, path.slice(0, -1)) as Record<string | number, unknown>;
  const key = path.at(-1)!;
  const what = pick(["flip", "flip", "flip", "swap", "type", "nothing"]);
  if (what === "flip") parent[key] = flipped(parent[key]);
  if (what === "swap") parent[key] = at(pick(docs.filter((one) => at(one, path) !== undefined)), path);
  // An index of the server refuses a list as the name of a thread.
  if (what === "type")
    parent[key] = pick([null, 7, "text", true, {}, new Date(0), ...(path[0] === "thread" ? [] : [[]])]);
  if (what === "nothing") delete parent[key];
  return { what, damaged };
}

function structuredCloneOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(structuredCloneOf) as T;
  if (typeof value !== "object" || value === null || value instanceof Date || isBytes(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, structuredCloneOf(one)])) as T;
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

/** A value with another bit. */
function flipped(value: unknown): unknown {
  const bit = 1 << random(7);
  if (typeof value === "number") return value ^ bit;
  if (typeof value === "string" && value.length > 0) {
    const place = random(value.length);
    const other = String.fromCodePoint(value.codePointAt(place)! ^ bit || 1);
    return value.slice(0, place) + other + value.slice(place + 1);
  }
  if (isBytes(value) && value.buffer.length > 0) {
    const bytes = Buffer.from(value.buffer);
    const place = random(bytes.length);
    bytes[place]! ^= bit;
    return bytes;
  }
  return typeof value === "boolean" ? !value : value;
}
