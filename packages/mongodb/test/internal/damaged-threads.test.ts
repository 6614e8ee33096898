import { isDeepStrictEqual } from "node:util";
import { isCheckpointError } from "@threadmark/core";
import { MongoDBSaver } from "@threadmark/mongodb";
import { enough, tell } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { operations, OWNER } from "@threadmark/storage-tests/operations";
import { all, toldOf } from "@threadmark/storage-tests/parts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import type { Document } from "mongodb";
import { describe, expect, it } from "vitest";
import { standalone, useDatabase } from "../database.ts";
import { damage, isUnsealed, pathsIn, pick, type Path } from "./random-damage.ts";

/** The last one has expired. */
const THREADS = ["one", "two", "ended"];
const CODES = ["CORRUPT", "INCOMPLETE", "UNSUPPORTED_FORMAT"] as const;
/** By which it is found, and by which its entries are. */
const LEFT_OUT = /^(?:_id|entries)\b/;

interface Outcome {
  readonly result: unknown;
  readonly read: ReadonlyMap<string, unknown>;
}

describe("a damaged field in the document of a thread", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const collection = client.db(dbName).collection<Document & { _id: never }>(
    "threadmark_checkpoints",
    // Damage need not outlive the server.
    { writeConcern: { w: 1, journal: false } },
  );
  const open = (): MongoDBSaver => new MongoDBSaver({ client, dbName, blobCacheBytes: 0 });

  async function replaceAll(docs: readonly Document[]): Promise<void> {
    await collection.deleteMany({ "_id.k": { $exists: true } });
    await collection.insertMany(docs as (Document & { _id: never })[]);
  }

  /** What an operation returns, and what is read afterwards, from these documents. */
  async function outcomeOf(docs: readonly Document[], name: string, saver: MongoDBSaver): Promise<Outcome> {
    await replaceAll(docs);
    const result = await resultOf(() => operations[name]!(saver));
    const read = new Map<string, unknown>();
    for (const [place, call] of readsBy(saver)) read.set(place, await resultOf(call));
    return { result, read };
  }

  it(
    "is an error that names the thread, or changes nothing, whatever is done",
    async () => {
      await fill(open());
      const docs: Document[] = await collection.find({ "_id.k": { $exists: true } }).toArray();
      const threads = docs.filter(({ _id }) => (_id as { k: number }).k === 9);
      const places = threads.flatMap((doc) =>
        pathsIn(doc)
          .filter((path) => !LEFT_OUT.test(path.join(".")) && !isUnsealed(doc, path))
          .map((path): [Document, Path] => [doc, path]),
      );
      const names = Object.keys(operations);
      const undamaged = new Map<string, Outcome>();
      for (const name of names) undamaged.set(name, await outcomeOf(docs, name, open()));
      const before = new Map<string, unknown>();
      await replaceAll(docs);
      for (const [place, call] of readsBy(open())) before.set(place, await call());
      const count = { damaged: 0, refused: 0 };
      for (let round = 0; round < enough(20); round++) {
        const [doc, path] = pick(places);
        const name = names[round % names.length]!;
        const { what, damaged } = damage(doc, path, threads);
        if (isDeepStrictEqual(damaged, doc)) continue;
        const saver = open();
        // Half of them know the threads as they were.
        if (round % 2 === 0) {
          await replaceAll(docs);
          for (const thread of THREADS) await saver.getTuple(configOf(thread));
        }
        const found = await outcomeOf(
          docs.map((one) => (one === doc ? damaged : one)),
          name,
          saver,
        );
        count.damaged++;
        const right = undamaged.get(name)!;
        const isRight = (result: unknown, ...rights: unknown[]): boolean => {
          if (isTold(result)) count.refused++;
          return isTold(result) || rights.some((one) => isDeepStrictEqual(result, one));
        };
        const wrong = [...found.read].filter(
          // An operation that was refused has done nothing, or all of it but what concerns the damage.
          ([place, result]) =>
            !isUnlisted(what, path, place) &&
            !isRight(result, right.read.get(place), ...(isTold(found.result) ? [before.get(place)] : [])),
        );
        if (!isUnlisted(what, path, name) && !isRight(found.result, right.result))
          wrong.push([name, found.result]);
        const told = { thread: doc["thread"] as unknown, path: path.join("."), what, name };
        expect({ ...told, wrong }).toEqual({ ...told, wrong: [] });
      }
      tell("MongoDB, fields of threads", { damaged: count.damaged, "calls refused": count.refused });
    },
    enough(600_000),
  );
});

/**
 * The list of threads is an index of times. A thread without one is not in it, and one with a wrong one has another
 * place, which a list that ends earlier does not reach.
 */
function isUnlisted(what: string, [field]: Path, place: string): boolean {
  if (field !== "updated") return false;
  return (
    place === "the newest thread" || (/^(?:nothing|type)$/.test(what) && /^(?:listed|titled)/.test(place))
  );
}

async function fill(saver: MongoDBSaver): Promise<void> {
  for (const thread of THREADS) {
    for (const n of [1, 2, 3]) {
      const values = { text: longText(`${thread} ${n}`, 6000) };
      const parent = n > 1 ? turnId(n - 1) : undefined;
      await putTurn(saver, { thread, id: turnId(n), parent, values, metadata: { n }, run: `run ${n}` });
      await saver.putWrites(configOf(thread, turnId(n)), [["text", longText(`write ${n}`, 3000)]], "a");
    }
    await saver.updateThread(thread, { metadata: { name: thread } });
  }
  await saver.setThreadTtl("one", { seconds: 3600 });
  await saver.claimThread("one", { claim: OWNER, ttl: { seconds: 1800 } });
  await saver.setThreadTtl("ended", { seconds: 0.001 });
  await new Promise((resolve) => setTimeout(resolve, 5));
}

function readsBy(saver: MongoDBSaver): [string, () => Promise<unknown>][] {
  const ofThreads = THREADS.flatMap((thread): [string, () => Promise<unknown>][] => {
    const history = { config: configOf(thread, turnId(3)), channels: ["text"] };
    const titled = { filter: { name: thread } };
    return [
      ...[1, 2, 3].map((n): [string, () => Promise<unknown>] => [
        `get ${thread} ${n}`,
        () => saver.getTuple(configOf(thread, turnId(n))),
      ]),
      [`get ${thread} newest`, () => saver.getTuple(configOf(thread))],
      [`history ${thread}`, () => saver.getDeltaChannelHistory(history)],
      [`list ${thread}`, () => all(saver.list(configOf(thread)))],
      [`thread ${thread}`, async () => toldOf(await saver.getThread(thread))],
      [`titled ${thread}`, async () => (await all(saver.listThreads(titled))).map(toldOf)],
    ];
  });
  return [
    ...ofThreads,
    ["listed", async () => (await all(saver.listThreads())).map(toldOf)],
    ["of all threads", () => all(saver.list({}))],
  ];
}

async function resultOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

function isTold(result: unknown): boolean {
  if (!CODES.some((code) => isCheckpointError(result, code))) return false;
  return [...THREADS, "copy"].includes((result as { threadId?: string }).threadId ?? "");
}
