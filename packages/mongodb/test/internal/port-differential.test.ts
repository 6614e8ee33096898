import { storageConformance } from "@threadmark/conformance/storage";
import { enough, seed } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { MongoClient } from "mongodb";
import { afterAll, describe, it } from "vitest";
import { checkedOptions } from "../../src/options.ts";
import { MongoDBStorage } from "../../src/storage.ts";
import { newName, onServers } from "../database.ts";

const WAYS = [
  { how: "aggregate", aggregates: true, sequences: 20 },
  { how: "find only", aggregates: false, sequences: 10 },
];

/** Sequences look for logic errors, which are the same on every server: one has most of them. */
const onEach = onServers.flatMap((one, index) =>
  WAYS.map((way) => ({ ...one, ...way, sequences: index === 0 ? way.sequences : 10 })),
);

describe.each(onEach)("MongoDBStorage on $title with $how", ({ server, aggregates, sequences }) => {
  countTests(server);
  const client = new MongoClient(server.url);
  const dbName = newName();
  const options = checkedOptions({ dbName, aggregates });
  const storage = new MongoDBStorage({ open: async () => client, close: async () => {}, ...options });
  storageConformance({
    name: "the port",
    runner: { describe, it, afterAll },
    skip: ["rollback"],
    seed,
    sequences: enough(sequences),
    open: async () => ({
      storage,
      async clear() {
        await client
          .db(dbName)
          .collection(options.collectionName)
          .deleteMany({ "_id.t": { $exists: true } });
      },
      async close() {
        await client.db(dbName).dropDatabase();
        await client.close();
      },
    }),
  });
});
