import { isCheckpointError } from "@threadmark/core";
import { MongoDBSaver } from "@threadmark/mongodb";
import { countTests } from "@threadmark/services";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { Binary, type Document } from "mongodb";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { standalone, useDatabase } from "./database.ts";

type Stored = Document & { _id: never };

const newest = { "_id.i": turnId(3) };

/** Lists of ids, each in a document that stays. */
const LISTS = [
  { what: "a checkpoint", where: { "_id.k": 1, ...newest }, path: "refs.0" },
  { what: "a write", where: { "_id.k": 2, ...newest }, path: "w.0.r.0" },
  { what: "a node", where: { "_id.k": 5 }, path: "bytes" },
];

/** What makes references unreadable. */
const UNREADABLE = [
  { where: { "_id.k": 1, ...newest }, path: "refs", to: null },
  { where: { "_id.k": 1, ...newest }, path: "refs.1", to: 7 },
  { where: { "_id.k": 2, ...newest }, path: "w.0.r", to: {} },
  { where: { "_id.k": 2, ...newest }, path: "tally", to: 3 },
  { where: { "_id.k": 2, ...newest }, path: "g", to: "another" },
  { where: { "_id.k": 5 }, path: "bytes", to: "text" },
];

/** Bits of an id, the last one among them. */
const BITS = [0, 37, 74, 111, 120];

describe("a removal that meets damage", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const collection = client.db(dbName).collection<Stored>("threadmark_checkpoints", {
    writeConcern: { w: 1, journal: false },
  });
  const saver = new MongoDBSaver({ client, dbName, blobCacheBytes: 0 });
  const whole = { "_id.k": { $exists: true } };
  let stored: Stored[];
  let expected: unknown[];

  beforeAll(async () => {
    const writer = new MongoDBSaver({ client, dbName });
    for (const n of [1, 2, 3]) {
      const values = { text: longText(`text ${n}`, 9000), other: longText(`other ${n}`, 9000) };
      const parent = n > 1 ? turnId(n - 1) : undefined;
      await putTurn(writer, { thread: "t", id: turnId(n), parent, values });
    }
    await writer.putWrites(configOf("t", turnId(3)), [["a", longText("a", 9000)]], "task");
    stored = await collection.find(whole).toArray();
    expected = await readAll("t");
  });

  afterEach(restore);

  async function restore(): Promise<void> {
    await collection.deleteMany(whole);
    await collection.insertMany(stored);
  }

  async function readAll(thread: string): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const n of [2, 3]) found.push((await saver.getTuple(configOf(thread, turnId(n))))?.checkpoint);
    return [...found, (await saver.getTuple(configOf(thread, turnId(3))))?.pendingWrites];
  }

  const blobs = (): Promise<number> => collection.countDocuments({ "_id.k": { $in: [4, 5] } });

  const prune = (keepLatest: number): Promise<unknown> => saver.prune({ threadIds: ["t"], keepLatest });

  async function find(where: Document): Promise<Stored> {
    const docs = await collection.find(where).toArray();
    const { refs } = (await collection.findOne({ "_id.k": 1, ...newest })) as unknown as { refs: Binary[] };
    const isNeeded = ({ _id }: Document): boolean => refs.some((ref) => ref.toString() === String(_id.b));
    return docs.length === 1 ? docs[0]! : docs.find(isNeeded)!;
  }

  function at(doc: Document, path: string): unknown {
    return path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], doc);
  }

  it.each(LISTS)("keeps what $what needs once a flipped bit is mended", async ({ where, path }) => {
    const doc = await find(where);
    const id = at(doc, path) as Binary;
    for (const bit of BITS) {
      const bytes = Buffer.from(id.buffer);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      await collection.updateOne({ _id: doc._id }, { $set: { [path]: new Binary(bytes) } });
      const before = await blobs();
      expect(await prune(2)).toEqual({ threads: 1, checkpoints: 1 });
      expect(await blobs()).toBe(before);
      await collection.updateOne({ _id: doc._id }, { $set: { [path]: id } });
      expect(await readAll("t"), `bit ${bit}`).toEqual(expected);
      await saver.copyThread("t", "copy");
      expect(await readAll("copy"), `bit ${bit}, copied`).toEqual(await readAll("t"));
      await restore();
    }
  });

  it.each(UNREADABLE)(
    "keeps what is needed once $path is mended that was $to",
    async ({ where, path, to }) => {
      const doc = await find(where);
      await collection.updateOne({ _id: doc._id }, { $set: { [path]: to } });
      const error = await prune(2).catch((thrown: unknown) => thrown);
      expect(!(error instanceof Error) || isCheckpointError(error, "CORRUPT")).toBe(true);
      await collection.updateOne({ _id: doc._id }, { $set: { [path]: at(doc, path) } });
      expect(await readAll("t")).toEqual(expected);
      // Nothing is left that would keep others from writing.
      await putTurn(saver, { thread: "t", id: turnId(4), parent: turnId(3), values: { text: "short" } });
    },
  );

  it("is made up for by the next one", async () => {
    await prune(1);
    const least = await blobs();
    await restore();
    const doc = await find(LISTS[0]!.where);
    const { refs } = doc as { readonly refs?: unknown };
    await collection.updateOne({ _id: doc._id }, { $set: { "refs.0": new Binary(Buffer.alloc(16, 7)) } });
    await prune(2);
    expect(await blobs()).toBeGreaterThan(least);
    await collection.updateOne({ _id: doc._id }, { $set: { refs } });
    await prune(1);
    expect(await blobs()).toBe(least);
    expect((await readAll("t")).slice(1)).toEqual(expected.slice(1));
  });
});
