import { MongoDBSaver as OfficialSaver } from "@langchain/langgraph-checkpoint-mongodb";
import { MongoDBSaver } from "@threadmark/mongodb";
import { MongoClient } from "mongodb-6";
import { OnlyPut } from "../only-put.ts";
import type { OpenPlace, Saver, Target } from "../place.ts";
import { TrafficCounter } from "../traffic.ts";
import { UNWATCHED } from "./unwatched.ts";

export const places: Readonly<Record<string, OpenPlace>> = {
  ours: opener(async (client, dbName) => {
    const saver = new MongoDBSaver({ client, dbName });
    await saver.setup();
    return saver;
  }),
  official: opener(async (client, dbName) => {
    const saver = new OfficialSaver({ client, dbName });
    const [error] = await saver.setup();
    if (error) throw error;
    return saver;
  }),
  floor: opener(async (client, dbName) => {
    const plain = client.db(dbName).collection<{ _id: string; bytes: Buffer }>("plain");
    return new OnlyPut(async (_id, bytes) => {
      await plain.insertOne({ _id, bytes }, { writeConcern: { w: 1, j: true } });
    });
  }),
};

function opener(open: (client: MongoClient, dbName: string) => Promise<Saver>): OpenPlace {
  return async ({ url, name, connections }: Target) => {
    const traffic = new TrafficCounter();
    // The driver writes each command at once.
    traffic.watch({ writesAreTrips: true });
    const client = new MongoClient(url, { ...UNWATCHED, maxPoolSize: connections });
    return {
      saver: await open(client, name),
      workflows: false,
      reopen: () => open(client, name),
      traffic: () => traffic.read(),
      async [Symbol.asyncDispose]() {
        traffic[Symbol.dispose]();
        await client.close();
      },
    };
  };
}
