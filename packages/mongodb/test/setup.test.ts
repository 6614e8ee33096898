import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { MongoClient } from "mongodb";
import { describe, expect, it } from "vitest";
import { newName, onServers, useDatabase } from "./database.ts";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe.each(onServers)("set-up on $title", ({ server }) => {
  countTests(server);
  const { client, dbName } = useDatabase(server);
  const saverIn = (checkpointCollectionName: string) =>
    new MongoDBSaver({ client, dbName, checkpointCollectionName });

  it("succeeds 16 times at once on an empty database", async () => {
    const clients = Array.from({ length: 16 }, () => new MongoClient(server.url, { maxPoolSize: 2 }));
    const savers = clients.map((one) => new MongoDBSaver({ client: one, dbName }));
    await Promise.all(savers.map((saver) => saver.setup()));
    await putTurn(savers[7]!, { thread: "t", id: turnId(1), values: { a: 1 } });
    expect((await savers[15]!.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
    await Promise.all(clients.map((one) => one.close()));
  });

  it("happens with the first call, as LangGraph.js's own saver does not need it", async () => {
    const name = newName();
    await putTurn(saverIn(name), { thread: "t", id: turnId(1), values: { a: 1 } });
    expect(await client.db(dbName).collection(name).indexes()).toHaveLength(8);
  });

  it("throws what goes wrong", async () => {
    const name = newName();
    await client
      .db(dbName)
      .collection(name)
      .createIndex({ expires: 1 }, { name: "expiry", expireAfterSeconds: 1 });
    await expect(saverIn(name).setup()).rejects.toMatchObject({ code: expect.any(Number) });
    await expect(saverIn(name).getTuple(configOf("t"))).rejects.toMatchObject({
      code: "NOT_SET_UP",
      cause: { code: expect.any(Number) },
    });
  });

  it("refuses a newer version", async () => {
    const name = newName();
    await saverIn(name).setup();
    const versions = client.db(dbName).collection<{ _id: string }>(name);
    await versions.updateOne({ _id: "threadmark" }, { $set: { version: 1000 } });
    await expect(saverIn(name).setup()).rejects.toMatchObject({ code: "SCHEMA_TOO_NEW" });
    await expect(saverIn(name).getTuple(configOf("t"))).rejects.toMatchObject({ code: "SCHEMA_TOO_NEW" });
  });

  it("refuses a collection in whose collation different ids are equal", async () => {
    const name = newName();
    await client.db(dbName).createCollection(name, { collation: { locale: "en", strength: 1 } });
    await expect(saverIn(name).setup()).rejects.toMatchObject({ code: "NOT_SUPPORTED" });
  });

  it("leaves threads of LangGraph.js's own saver in the same collection alone", async () => {
    const name = newName();
    const collection = client.db(dbName).collection(name);
    const theirs = { thread_id: "t", checkpoint_ns: "", checkpoint_id: "1", checkpoint: "x" };
    await collection.insertOne({ ...theirs });
    const saver = saverIn(name);
    expect(await saver.getTuple(configOf("t"))).toBeUndefined();
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    await saver.deleteThread("t");
    expect(await collection.findOne({ thread_id: "t" })).toMatchObject(theirs);
  });
});
