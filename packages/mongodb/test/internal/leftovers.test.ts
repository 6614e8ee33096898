import { isDeepStrictEqual } from "node:util";
import type { PutRequest, ScanRequest } from "@threadmark/core/storage";
import type { MongoDBSaver } from "@threadmark/mongodb";
import { countTests } from "@threadmark/services";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { MongoClient } from "mongodb";
import { afterAll, describe, expect, it } from "vitest";
import { newGeneration } from "../../src/generation.ts";
import { removeUnreferenced } from "../../src/remove/unreferenced.ts";
import { blobKey, blobsOf, writeKey } from "../../src/keys.ts";
import type { Doc } from "../../src/driver.ts";
import { checkedOptions } from "../../src/options.ts";
import { remove } from "../../src/remove/remove.ts";
import { Session } from "../../src/session.ts";
import { MongoDBStorage } from "../../src/storage.ts";
import { findThread } from "../../src/thread.ts";
import { storeBlob } from "../../src/write/statements.ts";
import { newName, openSaver, standalone, useDatabase } from "../database.ts";

const WAYS = [{ aggregates: true }, { aggregates: false }];

describe("what a writer has left that ended too early", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();

  it.each(WAYS)("is no write of a checkpoint (aggregates: $aggregates)", async (options) => {
    const thread = `late ${options.aggregates}`;
    const saver = await openSaver(client, dbName, options);
    await putTurn(saver, { thread, id: turnId(1) });
    await saver.putWrites(configOf(thread, turnId(1)), [["seen", 1]], "task");
    const before = await everythingOf(saver, thread);
    expect(before.tuple).toEqual([["task", "seen", 1]]);
    const collection = client.db(dbName).collection<{ _id: object; g: string }>("threadmark_checkpoints");
    const seen = await collection.findOne({ _id: writeKey(thread, "", turnId(1), "task", 0) });
    const late = writeKey(thread, "", turnId(1), "late task", 0);
    await collection.insertOne({ ...seen!, _id: late, g: newGeneration(thread) });
    expect(await everythingOf(saver, thread)).toEqual(before);
  });

  it("is removed by deleteThread, even if the thread no longer exists", async () => {
    const saver = await openSaver(client, dbName);
    const collection = client.db(dbName).collection<{ _id: object; g: string }>("threadmark_checkpoints");
    const keys = [writeKey("lost", "", turnId(1), "task", 0), blobKey("lost", "aa00".padEnd(32, "0"))];
    await collection.insertMany(keys.map((_id) => ({ _id, g: newGeneration("lost"), w: {} })));
    await saver.deleteThread("lost");
    expect(await collection.find({ "_id.t": "lost" }).toArray()).toEqual([]);
  });

  async function everythingOf(saver: MongoDBSaver, thread: string) {
    const listed: unknown[] = [];
    for await (const { pendingWrites } of saver.list(configOf(thread))) listed.push(pendingWrites);
    const tuple = await saver.getTuple(configOf(thread));
    const storage = new MongoDBStorage({
      open: async () => client,
      close: async () => {},
      ...checkedOptions({ dbName }),
    });
    const ancestors = await storage.ancestors({
      thread,
      namespace: "",
      id: undefined,
      limit: 10,
    });
    return { listed, tuple: tuple?.pendingWrites, ancestors };
  }
});

describe("a blob that is missing in a thread", () => {
  countTests(standalone);
  const client = new MongoClient(standalone.url);
  const dbName = newName();

  afterAll(async () => {
    await client.db(dbName).dropDatabase();
    await client.close();
  });

  it.each(WAYS)("is not taken from another one (aggregates: $aggregates)", async ({ aggregates }) => {
    const options = checkedOptions({ dbName, aggregates, checkpointCollectionName: `c_${aggregates}` });
    const storage = new MongoDBStorage({ open: async () => client, close: async () => {}, ...options });
    const leaf = { id: "aa00".padEnd(32, "0"), kind: "leaf", bytes: new Uint8Array(2000) } as const;
    const node = {
      id: "aa".padEnd(31, "0") + "1",
      kind: "node",
      bytes: Buffer.from(leaf.id, "hex"),
    } as const;
    const put = (thread: string, blobs: PutRequest["blobs"]) =>
      storage.put({ ...EMPTY, thread, blobs, checkpoint: { ...CHECKPOINT, refs: [node.id] } });
    await put("a", []);
    await put("b", [leaf, node]);
    await storage.expire({ thread: "b", ttl: 0 });
    expect((await storage.scan(EVERYTHING)).blobs).toEqual([]);
  });
});

describe("a blob that a writer from before a removal sends late", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const options = { open: async () => client, close: async () => {}, ...checkedOptions({ dbName }) };
  const leaf = { id: "aa00".padEnd(32, "0"), kind: "leaf", bytes: new Uint8Array(2000) } as const;

  it("is not taken from one that relies on it", async () => {
    const storage = new MongoDBStorage(options);
    const session = new Session(options);
    await storage.setup();
    const put = (id: string, blobs: PutRequest["blobs"]) =>
      storage.put({
        ...EMPTY,
        thread: "t",
        blobs,
        checkpoint: { ...CHECKPOINT, id, refs: blobs.map((blob) => blob.id) },
      });
    await put(turnId(1), []);
    const before = (await findThread(session, "t"))!.g;
    await storage.remove({ thread: "t", checkpoints: [], relink: [], newEpoch: "e2" });
    const { g } = (await findThread(session, "t"))!;
    let late = 0;
    // After it has read what is referred to, a put refers to the blob, and the late writer sends it.
    const between = async (): Promise<void> => {
      if (late++ > 0) return;
      await put(turnId(2), [leaf]);
      await session.write((collection) =>
        collection.bulkWrite([storeBlob("t", leaf, before)], { ordered: true }),
      );
    };
    await removeUnreferenced(readingBlobsAfter(session, between), [{ thread: "t", old: [before], g }]);
    expect(late).toBeGreaterThan(0);
    const found = await storage.get({ thread: "t", namespace: "", id: undefined, have: [], ttl: undefined });
    expect(found!.blobs.map(({ id }) => id)).toEqual([leaf.id]);
  });

  it("has one generation again after the next removal", async () => {
    const storage = new MongoDBStorage(options);
    const session = new Session(options);
    const key = blobKey("u", leaf.id);
    const checkpoint = { ...CHECKPOINT, refs: [leaf.id] };
    for (const epoch of ["a", "b", "c", "d"]) {
      await storage.put({ ...EMPTY, thread: "u", blobs: [leaf], checkpoint });
      await storage.remove({ thread: "u", checkpoints: [], relink: [], newEpoch: epoch });
      const [blob] = await session.find({ _id: key });
      expect((blob as { g: string[] }).g).toHaveLength(1);
    }
  });
});

describe("a child that comes while its parent is being removed", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const options = { open: async () => client, close: async () => {}, ...checkedOptions({ dbName }) };

  it("lets the removal take nothing", async () => {
    const storage = new MongoDBStorage(options);
    const session = new Session(options);
    await storage.setup();
    const put = (n: number) => {
      const parent = n > 1 ? turnId(n - 1) : undefined;
      const checkpoint = { ...CHECKPOINT, id: turnId(n), parent, refs: [] };
      return storage.put({ ...EMPTY, thread: "t", blobs: [], checkpoint });
    };
    await put(1);
    await put(2);
    const request = { thread: "t", checkpoints: [{ namespace: "", id: turnId(2) }], relink: [] };
    const between = async (): Promise<void> => void (await put(3));
    const outcome = await remove(session, { ...request, newEpoch: "e2" }, { between });
    expect(outcome).toEqual({ outcome: "conflict" });
    const { checkpoints } = await storage.scan({ ...EVERYTHING, thread: "t" });
    expect(checkpoints.map(({ checkpoint: { id, parent } }) => [id, parent])).toEqual([
      [turnId(3), turnId(2)],
      [turnId(2), turnId(1)],
      [turnId(1), undefined],
    ]);
  });
});

/** A session that does something before it reads blobs. */
function readingBlobsAfter(session: Session, action: () => Promise<void>): Session {
  return new Proxy(session, {
    get(target, name: keyof Session) {
      if (name === "find") {
        return async (filter: Doc, how: object) => {
          if ("g" in filter && isDeepStrictEqual(filter, { ...blobsOf("t"), g: filter["g"] })) await action();
          return target.find(filter, how);
        };
      }
      const part: unknown = target[name];
      return typeof part === "function" ? part.bind(target) : part;
    },
  });
}

const EMPTY = {
  relies: [],
  entries: [],
  claim: undefined,
  epoch: undefined,
  newEpoch: "e",
  ttl: undefined,
  keepParent: false,
  fence: false,
} as const;

const CHECKPOINT = {
  namespace: "",
  id: turnId(1),
  parent: undefined,
  parentSeal: 0,
  run: undefined,
  header: new Uint8Array(),
  seal: 0,
  metadata: new Uint8Array(),
  index: [],
};

const EVERYTHING: ScanRequest = {
  thread: undefined,
  namespace: undefined,
  id: undefined,
  before: undefined,
  filter: [],
  after: undefined,
  limit: 10,
  have: [],
};
