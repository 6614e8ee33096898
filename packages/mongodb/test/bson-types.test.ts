import { Serializer, type ConvertedInfo } from "@threadmark/core";
import { bsonTypes, type BsonClasses } from "@threadmark/mongodb";
import * as driver7 from "mongodb";
import * as driver6 from "mongodb-6";
import { describe, expect, it } from "vitest";
import { newName, openSaver, standalone, useDatabase } from "./database.ts";

type Driver = typeof driver7;

function valuesOf(driver: Driver): Record<string, object> {
  const id = new driver.ObjectId("650000000000000000000000");
  return {
    id,
    long: driver.Long.fromString("-9223372036854775808"),
    unsigned: driver.Long.fromString("18446744073709551615", true),
    decimal: driver.Decimal128.fromString("-1.50E+6100"),
    nan: driver.Decimal128.fromString("NaN"),
    binary: new driver.Binary(Uint8Array.of(1, 2, 255), 0x80),
    uuid: new driver.UUID("b7e6a6ae-1a2b-4c3d-8e4f-0123456789ab"),
    timestamp: new driver.Timestamp({ t: 4_294_967_295, i: 1 }),
    double: new driver.Double(-0),
    int32: new driver.Int32(-7),
    min: new driver.MinKey(),
    max: new driver.MaxKey(),
    regexp: new driver.BSONRegExp("a/b", "imx"),
    symbol: new driver.BSONSymbol("s"),
    code: new driver.Code("function () {}", { when: new Date(5), id }),
    plain: new driver.Code("x"),
    ref: new driver.DBRef("c", id, "db", { more: 1 }),
  };
}

const { client, dbName } = useDatabase();
const config = (thread: string): object => ({ configurable: { thread_id: thread, checkpoint_ns: "" } });
const checkpoint = (values: Record<string, unknown>): never =>
  ({
    v: 4,
    id: "1",
    ts: "2026-01-01T00:00:00.000Z",
    channel_values: values,
    channel_versions: Object.fromEntries(Object.keys(values).map((key) => [key, 1])),
    versions_seen: {},
  }) as never;

describe("the values of BSON", () => {
  it.each([
    [7, driver7],
    [6, driver6 as unknown as Driver],
  ])(
    "of driver %s come back as instances of the driver's classes, and nothing is reported",
    async (_major, made) => {
      const reports: ConvertedInfo[] = [];
      const saver = await openSaver(client, dbName, { onConverted: (info) => reports.push(info) });
      const thread = newName();
      const values = { ...valuesOf(made), nested: [new Map([["id", valuesOf(made)["id"]]])] };
      await saver.put(config(thread), checkpoint(values), {} as never);
      const found = (await saver.get(config(thread)))!.channel_values as Record<string, object>;
      const expected = valuesOf(driver7);
      for (const [name, value] of Object.entries(expected)) {
        expect(Object.getPrototypeOf(found[name]), name).toBe(Object.getPrototypeOf(value));
        expect(driver7.BSON.serialize({ value: found[name] }), name).toEqual(
          driver7.BSON.serialize({ value }),
        );
      }
      expect(found["nested"]).toEqual([new Map([["id", expected["id"]]])]);
      expect(reports).toEqual([]);
    },
  );

  it("are those of the application where it registers them", async () => {
    const hex = {
      name: "hex",
      class: driver7.ObjectId,
      encode: (id: driver7.ObjectId) => id.toHexString(),
      decode: (text: unknown) => new driver7.ObjectId(text as string),
    };
    const own = {
      ...hex,
      name: "bson:Long",
      class: driver7.Long,
      encode: () => 1,
      decode: () => driver7.Long.ONE,
    };
    const saver = await openSaver(client, dbName, { types: [hex, own as never] });
    const thread = newName();
    const { id, long } = valuesOf(driver7);
    await saver.put(config(thread), checkpoint({ id, long }), {} as never);
    expect((await saver.get(config(thread)))!.channel_values).toEqual({ id, long: driver7.Long.ONE });
  });

  it("are exact with a saver that has a serializer with these types, of any copy of bson", async () => {
    const serde = new Serializer({
      types: bsonTypes(driver6 as unknown as BsonClasses),
      onUnknown: "refuse",
    });
    const saver = await openSaver(client, dbName, { serde });
    const thread = newName();
    await saver.put(config(thread), checkpoint(valuesOf(driver7)), {} as never);
    const found = (await saver.get(config(thread)))!.channel_values as Record<string, object>;
    for (const [name, value] of Object.entries(valuesOf(driver6 as unknown as Driver))) {
      expect(Object.getPrototypeOf(found[name]), name).toBe(Object.getPrototypeOf(value));
      expect(driver6.BSON.serialize({ value: found[name] }), name).toEqual(driver6.BSON.serialize({ value }));
    }
  });

  it("are plain data where an object only looks like one", async () => {
    const saver = await openSaver(client, dbName);
    const thread = newName();
    const values = { a: { _bsontype: "ObjectId", id: "x" }, b: { $oid: "650000000000000000000000" } };
    await saver.put(config(thread), checkpoint(values), {} as never);
    expect((await saver.get(config(thread)))!.channel_values).toEqual(values);
  });
});

it("a saver finds them from a connection string, too", async () => {
  const { MongoDBSaver } = await import("@threadmark/mongodb");
  const name = newName();
  await using saver = MongoDBSaver.fromConnString(standalone.url, { dbName: name });
  const { id } = valuesOf(driver7);
  await saver.put(config("1"), checkpoint({ id }), {} as never);
  expect((await saver.get(config("1")))!.channel_values).toEqual({ id });
  await client.db(name).dropDatabase();
});
