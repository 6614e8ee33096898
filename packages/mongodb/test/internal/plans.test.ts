import { countTests, hasPrivate } from "@threadmark/services";
import { startPrivate, type PrivateServer } from "@threadmark/services/private";
import { MongoDBSaver } from "@threadmark/mongodb";
import { MongoClient, type Binary, type Db, type Document } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckpointRecord } from "@threadmark/core/storage";
import { checkpointSeal, parentSealOf } from "../../../core/src/codec/seals.ts";
import { checkpointFields } from "../../src/documents.ts";
import { newGeneration } from "../../src/generation.ts";
import { checkpointKey, threadKey, writeKey, type Key } from "../../src/keys.ts";
import { INDEXES } from "../../src/schema.ts";
import { twice } from "../../src/twice.ts";
import { CommandLog, type Sent } from "../commands.ts";
import { newName, standalone } from "../database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const THREADS = 20_000;
const EACH = 5;
const USERS = 50;
const NAME = "threadmark_checkpoints";

/** What the server does now and then on its own account would move its counters too. */
const NOTHING_OF_ITS_OWN = ["disableLogicalSessionCacheRefresh=true", "ttlMonitorEnabled=false"].flatMap(
  (setting) => ["--setParameter", setting],
);

// On a separate server, whose counters nobody else changes.
describe.runIf(hasPrivate("mongodb"))("plans with 100,000 checkpoints", () => {
  countTests(standalone);
  const dbName = newName();
  let server: PrivateServer;
  let client: MongoClient;
  let db: Db;
  let log: CommandLog;
  let sent: Sent[];

  beforeAll(async () => {
    server = await startPrivate("mongodb", { args: NOTHING_OF_ITS_OWN });
    client = new MongoClient(server.url, { monitorCommands: true });
    db = client.db(dbName);
    log = new CommandLog(client);
    const saver = new MongoDBSaver({ client, dbName, blobCacheBytes: 0 });
    await fill(saver);
    sent = await log.of(() => callEverything(saver));
  }, 240_000);

  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  /** Checkpoints as `put` stores them, with the seals of their places: what is listed is checked. */
  async function fill(saver: MongoDBSaver): Promise<void> {
    const collection = db.collection<Document & { _id: Key }>(NAME);
    const models = await Promise.all(Array.from({ length: USERS }, (_, i) => modelOf(saver, `u${i}`)));
    for (let start = 0; start < THREADS; start += 1000) {
      const docs = Array.from({ length: 1000 }, (_, i) => start + i).flatMap((n) =>
        threadDocs(`thread ${n}`, n, models[n % USERS]!),
      );
      await collection.insertMany(docs, { ordered: false });
    }
  }

  /** What a checkpoint of this user is made of, wherever it is. */
  async function modelOf(saver: MongoDBSaver, user: string): Promise<Model> {
    const thread = `model ${user}`;
    await putTurn(saver, { thread, id: turnId(1), metadata: { user } });
    const key = checkpointKey(thread, "", turnId(1));
    const { header, metadata, index } = (await db
      .collection<Document & { _id: Key }>(NAME)
      .findOne({ _id: key }))!;
    await saver.deleteThread(thread);
    return {
      header: new Uint8Array((header as Binary).buffer),
      metadata: new Uint8Array((metadata as Binary).buffer),
      index: (index as { k: string; v: string }[]).map(({ k, v }) => ({ key: k, token: v })),
    };
  }

  async function callEverything(saver: MongoDBSaver): Promise<void> {
    const fenced = new MongoDBSaver({ client, dbName, fence: "head" });
    const text = longText("text", 60_000);
    for (const n of [1, 2, 3]) {
      const metadata = { user: "me" };
      await putTurn(saver, {
        thread: "t",
        id: turnId(n),
        parent: turnId(n - 1),
        values: { text, n },
        metadata,
      });
      await saver.putWrites(configOf("t", turnId(n)), [["w", text]], "task");
    }
    await putTurn(fenced, { thread: "t", id: turnId(4), parent: turnId(3), values: { text } });
    await saver.getTuple(configOf("t"));
    await saver.getTuple(configOf("t", turnId(1)));
    await all(saver.list(configOf("t"), { filter: { user: "me" } }));
    await all(saver.list({ configurable: { thread_id: "t" } }, { before: configOf("t", turnId(3)) }));
    await all(saver.list({}, { limit: 150, filter: { user: "u7" } }), 150);
    await all(saver.list({}), 250);
    await saver.getDeltaChannelHistory({ config: configOf("t"), channels: ["w"] });
    await all(saver.listThreads(), 250);
    await all(saver.listThreads({ filter: { user: "u7" } }), 5);
    await saver.copyThread("t", "copy");
    await saver.prune({ threadIds: ["t"], keepLatest: 1 });
    await saver.deleteForRuns(["run thread 77"]);
    await saver.setThreadTtl("copy", { seconds: 1000 });
    await saver.sweep();
    for (const thread of ["t", "copy"]) await saver.deleteThread(thread);
  }

  it("no command reads the collection, or sorts, for want of an index", async () => {
    // The server counts both for every command and every stage inside of one.
    const before = await counters();
    await callEverything(new MongoDBSaver({ client, dbName, blobCacheBytes: 0 }));
    expect(await counters()).toEqual(before);
  });

  async function counters(): Promise<unknown> {
    const { metrics } = await db.admin().command({ serverStatus: 1 });
    return { scans: metrics.queryExecutor.collectionScans.total, sorts: metrics.operation.scanAndOrder };
  }

  it("each filter and the first stages of each pipeline have a plan on an index, without a sort", async () => {
    const explained = sent.flatMap(explainable);
    expect(explained.length).toBeGreaterThan(60);
    const used = new Set<string>();
    for (const command of explained) {
      const plan = await db.command({ explain: command, verbosity: "queryPlanner" });
      const text = JSON.stringify(plan);
      expect(text, JSON.stringify(command)).not.toMatch(/COLLSCAN|"stage":"SORT"/);
      for (const { name } of [{ name: "_id_" }, ...INDEXES]) {
        if (text.includes(`"indexName":"${name}"`)) used.add(name);
      }
    }
    // Every index has a command that uses it.
    expect(INDEXES.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
  });

  it("the newest checkpoint is found without reading others", async () => {
    const saver = new MongoDBSaver({ client, dbName });
    for (const n of [1, 2, 3]) await putTurn(saver, { thread: "t", id: turnId(n) });
    const { pipeline } = sent.find(({ name }) => name === "aggregate")!.command as { pipeline: Document[] };
    const [match, sort, limit] = pipeline as [Document, Document, Document];
    const stats = await db.collection(NAME).aggregate([match, sort, limit]).explain("executionStats");
    expect(stats["executionStats"]).toMatchObject({ totalDocsExamined: 1 });
  });
});

type Model = Pick<CheckpointRecord, "header" | "metadata" | "index">;

function threadDocs(thread: string, n: number, model: Model): (Document & { _id: Key })[] {
  const g = newGeneration(thread);
  const docs = Array.from({ length: EACH }, (_, i) => turnId(i + 48)).flatMap((id) => {
    const keys = { namespace: "", id, parent: undefined, run: `run ${thread}`, refs: [] };
    const seal = checkpointSeal(thread, { ...keys, ...model });
    const parentSeal = parentSealOf(thread, keys, undefined);
    const fields = checkpointFields(thread, { ...keys, ...model, seal, parentSeal }, g);
    return [
      { _id: checkpointKey(thread, "", id), ...fields, parentSeal },
      { _id: writeKey(thread, "", id, "task", 0), g, w: {}, last: 0, tally: 0 },
    ];
  });
  return [{ _id: threadKey(thread), ...threadFields(thread, n, g) }, ...docs];
}

function threadFields(thread: string, n: number, g: string): Document {
  const created = new Date(1e12 + n);
  const expires = n % 100 === 0 ? twice({ expires: new Date(1e12) }) : {};
  return {
    thread,
    epoch: "e",
    g,
    valid: [g],
    writes: 1,
    ...twice({ created, updated: created }),
    ...expires,
  };
}

async function all(items: AsyncIterable<unknown>, most = Number.POSITIVE_INFINITY): Promise<void> {
  let count = 0;
  for await (const item of items) {
    void item;
    if (++count >= most) return;
  }
}

/** What can be explained of a command. Upserts by key are left out: their plan is IDHACK or they match `_id`. */
function explainable({ name, command }: Sent): Document[] {
  const of = (key: string): Document[] => command[key] as Document[];
  if (name === "find") {
    const { find, filter, sort, projection, limit } = command;
    return [
      {
        find,
        filter,
        ...(sort !== undefined && { sort }),
        ...(projection !== undefined && { projection }),
        ...(limit !== undefined && { limit }),
      },
    ];
  }
  if (name === "update") return of("updates").map((update) => ({ update: NAME, updates: [update] }));
  if (name === "delete") return of("deletes").map((one) => ({ delete: NAME, deletes: [one] }));
  if (name === "findAndModify") {
    return [{ findAndModify: NAME, query: command["query"], update: command["update"] }];
  }
  if (name !== "aggregate") return [];
  // Not with all of its stages: MongoDB 6.0 ends when it explains $graphLookup inside of $unionWith.
  const [match, second, third] = of("pipeline");
  const pipeline = [
    match,
    ...[second, third].filter((stage) => stage && ("$sort" in stage || "$limit" in stage)),
  ];
  return [{ aggregate: NAME, pipeline, cursor: {} }];
}
