import { MongoDBSaver as OfficialSaver } from "@langchain/langgraph-checkpoint-mongodb";
import { MongoDBSaver } from "@threadmark/mongodb";
import { MongoClient } from "mongodb-6";
import type { Contestant, DatabaseRecipe, Place, Saver } from "../contestant.ts";
import { TrafficCounter } from "../traffic.ts";

const REMARKS = `Both savers use the same driver, version 6. Commands are as the driver reports them, and bytes are counted at its sockets.
*data* is the size of the documents, *disk* what the server has allocated for collections and indexes after one of its own
checkpoints; both at the end. Our saver waits until a write is in the journal; the other one does not.`;

/** MongoDB, with LangGraph.js's own saver. */
export const mongodb: DatabaseRecipe = {
  id: "mongodb",
  servers: ["mongodb"],
  async open(url, version) {
    return {
      id: "mongodb",
      subject: "@threadmark/mongodb",
      server: `MongoDB ${version}`,
      stores: ["data", "disk"],
      trips: "commands",
      remarks: REMARKS,
      contestants: [
        contestant(url, "@threadmark/mongodb", async (client, dbName) => {
          const saver = new MongoDBSaver({ client, dbName });
          await saver.setup();
          return saver;
        }),
        contestant(url, "@langchain/langgraph-checkpoint-mongodb", async (client, dbName) => {
          const saver = new OfficialSaver({ client, dbName });
          const [error] = await saver.setup();
          if (error) throw error;
          return saver;
        }),
      ],
      details: async () => "",
      async [Symbol.asyncDispose]() {},
    };
  },
};

function contestant(
  url: string,
  name: string,
  open: (client: MongoClient, dbName: string) => Promise<Saver>,
): Contestant {
  return {
    name,
    async open(connections): Promise<Place> {
      const dbName = `bench-${globalThis.crypto.randomUUID()}`;
      const admin = new MongoClient(url);
      await admin.connect();
      const traffic = new TrafficCounter();
      traffic.watch();
      const client = new MongoClient(url, { maxPoolSize: connections, monitorCommands: true });
      client.on("commandStarted", () => traffic.roundTrips++);
      const saver = await open(client, dbName);
      return {
        saver,
        reopen: () => open(client, dbName),
        traffic: async () => traffic.read(),
        async stored() {
          await admin.db("admin").command({ fsync: 1 });
          const stats = await admin.db(dbName).command({ dbStats: 1 });
          return [Number(stats["dataSize"]), Number(stats["storageSize"]) + Number(stats["indexSize"])];
        },
        async [Symbol.asyncDispose]() {
          traffic[Symbol.dispose]();
          await client.close();
          await admin.db(dbName).dropDatabase();
          await admin.close();
        },
      };
    },
  };
}
