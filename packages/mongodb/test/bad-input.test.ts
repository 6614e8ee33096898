import { inspect } from "node:util";
import { countTests } from "@threadmark/services";
import { MongoDBSaver, type MongoDBSaverOptions, type MongoDBSaverParams } from "@threadmark/mongodb";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { MongoClient } from "mongodb";
import { createConnection, Mongoose } from "mongoose";
import { describe, expect, it } from "vitest";
import { newName, standalone, useDatabase } from "./database.ts";

const SECRET = "s3cret-Passw0rd";

/** What an application prints of an error. */
function printed(error: unknown): string {
  return `${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(error)}`;
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

describe("connection strings", () => {
  it.each([
    undefined,
    null,
    5,
    "",
    `postgres://me:${SECRET}@localhost/x`,
    `mysql://me:${SECRET}@localhost`,
    `MONGODB://me:${SECRET}@localhost`,
    `mongodb:me:${SECRET}@localhost`,
    `mongodb://`,
    `mongodb://me:${SECRET}@`,
    `mongodb://me:${SECRET}@/agents`,
    `mongodb://me:${SECRET}@local host/agents`,
    `mongodb://me:${SECRET}@a,,b/agents`,
    `mongodb://me:${SECRET}@localhost:port/agents`,
    `mongodb://me:${SECRET}@extra@localhost/agents`,
    `mongodb://me:${SECRET}%zz@localhost/agents`,
  ])("%# that are none are refused by the factory, and not repeated", (url) => {
    const error = thrownBy(() => MongoDBSaver.fromConnString(url as string));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field: "connString" });
    expect(printed(error)).not.toContain(SECRET);
  });

  it.each([
    [`mongodb://me:${SECRET}@localhost:99999/agents`, {}],
    [`mongodb+srv://me:${SECRET}@localhost:27017/agents`, {}],
    [`mongodb://me:${SECRET}@localhost/agents?retryWrite=1`, {}],
    [`mongodb://me:${SECRET}@localhost/agents?w=${SECRET}&j=x`, {}],
    [`mongodb://me:${SECRET}@localhost/agents`, { maxPoolSize: SECRET }],
    [`mongodb://me:${SECRET}@localhost/agents?authMechanism=${SECRET}`, {}],
  ])("%# that the driver refuses are refused by the first call, and not repeated", async (url, client) => {
    const saver = MongoDBSaver.fromConnString(url, { client });
    const error: unknown = await saver.getTuple(configOf("t")).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field: "connString" });
    expect(printed(error)).not.toContain(SECRET);
  });

  it("name the option that the driver does not know", async () => {
    const saver = MongoDBSaver.fromConnString("mongodb://localhost", { client: { poolSize: 5 } });
    await expect(saver.getTuple(configOf("t"))).rejects.toThrow(/poolsize.* not supported/i);
  });

  it.each([
    "mongodb://localhost",
    "mongodb://[::1]:27017/?directConnection=true",
    "mongodb://%2Ftmp%2Fmongodb-27017.sock/agents",
    `mongodb://me:${encodeURIComponent("p@ss/word?#")}@a.example.com:1,b-2.example.com:65535/agents?replicaSet=rs0`,
    "mongodb+srv://me:word@cluster0.abcde.mongodb.net/?retryWrites=true&w=majority",
  ])("%s is one", (url) => {
    expect(MongoDBSaver.fromConnString(url)).toBeInstanceOf(MongoDBSaver);
  });

  it("the error for a wrong password contains no password", async () => {
    const url = new URL(standalone.url);
    url.username = "me";
    url.password = SECRET;
    await using saver = MongoDBSaver.fromConnString(url.href);
    const error: unknown = await saver.getTuple(configOf("t")).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 18 });
    expect(printed(error)).not.toContain(SECRET);
  });
});

describe("clients", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();

  it.each([
    ["a connection string", `mongodb://me:${SECRET}@localhost`, /fromConnString/],
    ["a Db", new MongoClient("mongodb://localhost").db("agents"), /db\.client/],
    ["a promise", Promise.resolve(), /MongoClient/],
    ["a pool of pg", { query() {}, connect() {} }, /MongoClient/],
    ["nothing", undefined, /MongoClient/],
    ["null", null, /MongoClient/],
    ["driver 3", { db() {}, isConnected() {}, s: {} }, /6\.21 or newer/],
    ["driver 5", { db() {}, options: { metadata: { driver: { version: "5.9.2" } } } }, /6\.21 or newer/],
  ])("%s is refused by the constructor, which says what to give", (_, wrong, advice) => {
    const error = thrownBy(() => new MongoDBSaver({ client: wrong as unknown as MongoClient }));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field: "client", message: advice });
    expect(printed(error)).not.toContain(SECRET);
  });

  it.each([
    ["a client", client],
    ["a Db", client.db(dbName)],
    ["a connection of Mongoose", createConnection()],
    ["a connection string", `mongodb://me:${SECRET}@localhost`],
    ["nothing", undefined],
    ["null", null],
    ["a list", []],
    ["an empty object", {}],
  ])("%s in place of { client } is refused by the constructor", (_, wrong) => {
    const error = thrownBy(() => new MongoDBSaver(wrong as unknown as MongoDBSaverParams));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field: "client" });
    expect(printed(error)).not.toContain(SECRET);
  });

  it("a connection of Mongoose is taken, before or after it is connected, with its database", async () => {
    const mongoose = new Mongoose();
    const saver = new MongoDBSaver({ client: mongoose.connection });
    const name = newName();
    await mongoose.connect(standalone.url, { dbName: name });
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    const same = new MongoDBSaver({ client: mongoose.connection });
    const direct = new MongoDBSaver({ client, dbName: name });
    for (const reader of [same, direct]) {
      expect((await reader.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
    }
    const other = new MongoDBSaver({ client: mongoose as unknown as MongoClient, dbName });
    expect(await other.get(configOf("t"))).toBeUndefined();
    await mongoose.connection.dropDatabase();
    await mongoose.disconnect();
  });

  it("a connection of Mongoose that is never connected is an error that says so", async () => {
    const saver = new MongoDBSaver({ client: createConnection() });
    await expect(saver.getTuple(configOf("t"))).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: /not connected/,
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ["dbName", { dbName: "x".repeat(64) }],
    ["dbName", { dbName: "" }],
    ["dbName", { dbName: 5 }],
    ["writeConcern", { writeConcern: null }],
    ["writeConcern", { writeConcern: "majority" }],
    ["writeConcern", { writeConcern: { w: -1 } }],
    ["writeConcern", { writeConcern: { w: "" } }],
    ["readPreference", { readPreference: "primry" }],
    ["readPreference", { readPreference: {} }],
    ["aggregates", { aggregates: "no" }],
  ])("a wrong option is refused by its name: %s %j", (field, options) => {
    expect(() => new MongoDBSaver({ client, ...(options as MongoDBSaverOptions) })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", field }),
    );
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ dbname: "agents" }, /did you mean dbName/],
    [{ checkpointCollection: "c" }, /did you mean checkpointCollectionName/],
    [{ readPreferences: "primary" }, /did you mean readPreference/],
    [{ collectionName: "c" }, /use checkpointCollectionName/],
    [{ url: `mongodb://me:${SECRET}@localhost` }, /use MongoDBSaver\.fromConnString/],
    [{ db: `mongodb://me:${SECRET}@localhost` }, /use client and dbName/],
    [{ defaultTTL: 5 }, /use ttl/],
    [{ maxPoolSize: 5 }, /it takes .*dbName/],
  ])("an option that it does not know is refused, with what to use: %# %j", (options, advice) => {
    const [field] = Object.keys(options);
    for (const open of [
      () => new MongoDBSaver({ client, ...(options as MongoDBSaverOptions) }),
      () => MongoDBSaver.fromConnString(standalone.url, options),
    ]) {
      const error = thrownBy(open);
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field, message: advice });
      expect(printed(error)).not.toContain(SECRET);
    }
  });

  it("every option of LangGraph.js's own saver is taken", async () => {
    const saver = new MongoDBSaver({
      client,
      dbName,
      checkpointCollectionName: "checkpoints",
      checkpointWritesCollectionName: "checkpoint_writes",
      enableTimestamps: true,
      ttl: 60,
    });
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
  });

  it("setup() returns no errors, as LangGraph.js's own returns them", async () => {
    const errors: Error[] = await new MongoDBSaver({ client, dbName }).setup();
    expect(errors).toEqual([]);
  });
});

describe("errors of the server", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const VALUE = "a value of somebody else";

  it.each([
    ["a document that a validator refuses", { refs: { $exists: false } }],
    ["a blob that a validator refuses", { children: { $exists: false } }],
  ])("%s: nothing of it is in the error", async (_, rule) => {
    const name = newName();
    const saver = new MongoDBSaver({ client, dbName, checkpointCollectionName: name });
    await saver.setup();
    await client.db(dbName).command({ collMod: name, validator: rule });
    const values = { short: VALUE, text: `${VALUE} `.repeat(2000) };
    const put = putTurn(saver, { thread: "t", id: turnId(1), values, metadata: { who: VALUE } });
    const error: unknown = await put.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 121 });
    expectNothingOf(error);
  });

  it("a key that already exists: nothing of the document is in the error", async () => {
    const name = newName();
    const saver = new MongoDBSaver({ client, dbName, checkpointCollectionName: name });
    await saver.setup();
    await client.db(dbName).collection(name).createIndex({ metadata: 1 }, { unique: true, sparse: true });
    const metadata = { who: VALUE };
    await putTurn(saver, { thread: "t", id: turnId(1), metadata });
    const error: unknown = await putTurn(saver, { thread: "u", id: turnId(2), metadata }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    expectNothingOf(error);
  });

  function expectNothingOf(error: unknown): void {
    const text = printed(error);
    expect(text).not.toContain(VALUE);
    expect(text).not.toContain(SECRET);
    // Bytes are printed in hexadecimal and in base64.
    expect(text).not.toContain(Buffer.from(VALUE).toString("hex").slice(0, 20));
    expect(text).not.toContain(Buffer.from(VALUE).toString("base64").slice(0, 12));
  }
});
