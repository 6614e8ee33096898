import { enough } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { survivesRollback } from "@threadmark/storage-tests";
import { describe } from "vitest";
import { checkedOptions } from "../../src/options.ts";
import { MongoDBStorage } from "../../src/storage.ts";
import { standalone, useDatabase } from "../database.ts";

describe("MongoDBStorage", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  const options = checkedOptions({ dbName, writeConcern: { w: 1 } });
  const collection = client.db(dbName).collection(options.collectionName);
  survivesRollback(
    {
      storage: new MongoDBStorage({ open: async () => client, close: async () => {}, ...options }),
      async clear() {
        await collection.deleteMany({ "_id.t": { $exists: true } });
      },
      async close() {},
    },
    { programs: enough(8) },
  );
});
