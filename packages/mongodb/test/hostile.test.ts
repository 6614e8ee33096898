import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { MongoClient } from "mongodb";
import { describe, expect, it } from "vitest";
import { openSaver, standalone, useDatabase } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe("values that a client must not interpret", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();

  it.each<{ id: unknown }>([
    { id: { $gt: "" } },
    { id: { $ne: null } },
    { id: ["t"] },
    { id: 7.5 },
    { id: { toString: () => "t" } },
  ])("refuses $id as a thread", async ({ id }) => {
    const saver = await openSaver(client, dbName);
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    const config = configOf(id as string);
    await expect(saver.getTuple(config)).rejects.toMatchObject({ code: "INVALID_CONFIG" });
    await expect(saver.deleteThread(id as string)).rejects.toMatchObject({
      code: "INVALID_CONFIG",
    });
    await expect(putTurn(saver, { thread: id as string, id: turnId(1) })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
    });
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
  });

  it("operators and paths in metadata are found by equality only", async () => {
    const saver = await openSaver(client, dbName);
    const odd = { $where: "1", "a.b": { $gt: "" }, $set: { x: 1 }, "": [{ $in: [] }] };
    await putTurn(saver, { thread: "odd", id: turnId(1), metadata: odd });
    await putTurn(saver, { thread: "odd", id: turnId(2), metadata: { a: { b: "x" } } });
    for (const [key, value] of Object.entries(odd)) {
      expect(await idsOf(saver, "odd", { [key]: value })).toEqual([turnId(1)]);
    }
    expect(await idsOf(saver, "odd", { step: { $gte: 0 } })).toEqual([]);
    expect(await idsOf(saver, "odd", { a: { $exists: true } })).toEqual([]);
    expect((await saver.getTuple(configOf("odd", turnId(1))))?.metadata).toMatchObject(odd);
  });

  it("channels, tasks and paths may look like expressions and fields", async () => {
    const saver = await openSaver(client, dbName);
    await putTurn(saver, { thread: "names", id: turnId(1), values: { $a: 1, "b.c": 2, __proto__x: 3 } });
    const writes: [string, unknown][] = [
      ["$g", "one"],
      ["$$ROOT", "two"],
      ["a.b", { $literal: 1 }],
      ["__proto__", "three"],
    ];
    await saver.putWrites(configOf("names", turnId(1)), writes, "$task.with.dots", "$path");
    const tuple = await saver.getTuple(configOf("names"));
    expect(tuple?.pendingWrites).toEqual(
      writes.map(([channel, value]) => ["$task.with.dots", channel, value]),
    );
    expect(tuple?.checkpoint.channel_values).toEqual({ $a: 1, "b.c": 2, __proto__x: 3 });
  });

  it("options of the application's client change nothing", async () => {
    const odd = new MongoClient(standalone.url, {
      promoteValues: false,
      promoteBuffers: false,
      promoteLongs: false,
      serializeFunctions: true,
      ignoreUndefined: true,
      bsonRegExp: true,
      readPreference: "secondaryPreferred",
      w: 0,
    });
    const saver = new MongoDBSaver({ client: odd, dbName, checkpointCollectionName: "odd" });
    const values = { text: longText("text"), when: new Date(0), pattern: /a/g, none: undefined };
    await putTurn(saver, { thread: "odd", id: turnId(1), values });
    await saver.putWrites(configOf("odd", turnId(1)), [["w", [undefined, 1n]]], "task");
    const reader = new MongoDBSaver({ client: odd, dbName, checkpointCollectionName: "odd" });
    const tuple = await reader.getTuple(configOf("odd"));
    expect(tuple?.checkpoint.channel_values).toEqual(values);
    expect(tuple?.pendingWrites).toEqual([["task", "w", [undefined, 1n]]]);
    expect(await reader.sweep()).toBe(0);
    await reader.prune({ allThreads: true, keepLatest: 1 });
    await reader.deleteThread("odd");
    await odd.close();
  });

  it.each([
    ["dbName", { dbName: { $gt: "" } as unknown as string }],
    ["dbName", { dbName: "a.b" }],
    ["checkpointCollectionName", { checkpointCollectionName: "" }],
    ["checkpointCollectionName", { checkpointCollectionName: "a$b" }],
    ["readConcern", { readConcern: "strong" as "majority" }],
    ["writeConcern", { writeConcern: { w: 0 } }],
    ["ttl.seconds", { ttl: -1 }],
    ["client", { client: {} as MongoClient }],
  ])("refuses a wrong option: %s", (field, options) => {
    expect(() => new MongoDBSaver({ client, ...options })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", field }),
    );
  });
});

async function idsOf(
  saver: MongoDBSaver,
  thread: string,
  filter: Record<string, unknown>,
): Promise<string[]> {
  const ids: string[] = [];
  for await (const { checkpoint } of saver.list(configOf(thread), { filter })) ids.push(checkpoint.id);
  return ids;
}
