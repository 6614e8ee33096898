import { MongoDBSaver } from "@threadmark/mongodb";
import { countTests } from "@threadmark/services";
import { survivesClockSteps } from "@threadmark/storage-tests";
import { describe } from "vitest";
import { standalone, useDatabase } from "./database.ts";

describe.each([true, false])("the clock of the client is set, with aggregates: %s", (aggregates) => {
  countTests(standalone);
  const { client, dbName } = useDatabase();
  survivesClockSteps((options) => new MongoDBSaver({ client, dbName, aggregates, ...options }));
});
