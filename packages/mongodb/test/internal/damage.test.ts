import { isDeepStrictEqual } from "node:util";
import { isCheckpointError } from "@threadmark/core";
import { enough, tell } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { isPart } from "@threadmark/storage-tests/parts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import type { Document } from "mongodb";
import { describe, expect, it } from "vitest";
import { standalone, useDatabase } from "../database.ts";

const ROUNDS = enough(100);
const THREADS = ["a", "b"];
const CODES = ["CORRUPT", "INCOMPLETE", "UNSUPPORTED_FORMAT"] as const;

/**
 * Fields that no checksum can cover, since the server sets them by its own clock, or that only save work: the epoch and
 * the generations of blobs say what need not be sent again, `children` what can be read ahead.
 */
const UNSEALED = /^(?:created|updated|writes|open|epoch)$|^children\b|^version$/;

type Path = readonly (string | number)[];

describe("damage in the database", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const collection = client.db(dbName).collection<Document & { _id: never }>("threadmark_checkpoints");
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
        const { what, damaged, isLoss } = damage(doc, path, docs);
        if (isDeepStrictEqual(damaged, doc)) continue;
        await collection.replaceOne({ _id: doc._id }, damaged);
        const found = await contentOf(open(round % 2 === 0), [(doc._id as { t?: string }).t ?? "a"]);
        for (const [place, content] of Object.entries(found)) {
          if (isTold(content)) refused++;
          // A history is read by channel, so there the channel is a place.
          const isPlace = path[0] === "w" && path[2] === "c" && place.endsWith("writes");
          const isRight = isLoss || isPlace ? isPart : isDeepStrictEqual;
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
    60_000 + ROUNDS * 500,
  );

  it.each([["$unset"], ["$set"]])(
    "of what decides which records count is told in listings of threads: %s",
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
    const config = configOf(thread);
    await read(`${thread} writes`, () => saver.getDeltaChannelHistory({ config, channels: ["w"] }));
    await read(`${thread} metadata`, async () => (await saver.getThread(thread))?.metadata);
  }
  return content;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function isTold(found: unknown): boolean {
  if (!CODES.some((code) => isCheckpointError(found, code))) return false;
  return THREADS.includes((found as { threadId: string }).threadId);
}

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)]!;
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
  /** Whether something is gone as a whole, as after a deletion: nobody can see that, but nothing else may change. */
  readonly isLoss: boolean;
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
  const isWhole = path.length === 1 && ["entries", "valid", "w"].includes(String(key));
  const isWrite = path.length === 2 && path[0] === "w";
  const isEmpty = ["{}", "[]"].includes(JSON.stringify(parent[key] ?? {}));
  return { what, damaged, isLoss: (isWhole && isEmpty) || (isWrite && what === "nothing") };
}

function structuredCloneOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(structuredCloneOf) as T;
  if (typeof value !== "object" || value === null || value instanceof Date || isBytes(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, structuredCloneOf(one)])) as T;
}

/** A value with another bit. */
function flipped(value: unknown): unknown {
  const bit = 1 << Math.floor(Math.random() * 7);
  if (typeof value === "number") return value ^ bit;
  if (typeof value === "string" && value.length > 0) {
    const place = Math.floor(Math.random() * value.length);
    const other = String.fromCodePoint(value.codePointAt(place)! ^ bit || 1);
    return value.slice(0, place) + other + value.slice(place + 1);
  }
  if (isBytes(value) && value.buffer.length > 0) {
    const bytes = Buffer.from(value.buffer);
    const place = Math.floor(Math.random() * bytes.length);
    bytes[place]! ^= bit;
    return bytes;
  }
  return typeof value === "boolean" ? !value : value;
}
