import { storageConformance } from "@threadmark/conformance/storage";
import { enough, seed, tell } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { afterAll, describe, it } from "vitest";
import { checkedOptions } from "../../src/options.ts";
import { MongoDBStorage } from "../../src/storage.ts";
import { standalone, useDatabase } from "../database.ts";

describe("MongoDBStorage", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const options = checkedOptions({ dbName, writeConcern: { w: 1 } });
  const collection = client.db(dbName).collection(options.collectionName);
  const programs = enough(8);
  storageConformance({
    name: "the port",
    runner: { describe, it, afterAll },
    only: ["rollback"],
    seed,
    programs,
    open: async () => ({
      storage: new MongoDBStorage({ open: async () => client, close: async () => {}, ...options }),
      async clear() {
        await collection.deleteMany({ "_id.t": { $exists: true } });
      },
      async close() {},
    }),
  });
  afterAll(() => {
    tell("random programs on a storage that loses its last changes", { programs });
  });
});
