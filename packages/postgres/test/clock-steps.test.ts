import { PostgresSaver } from "@threadmark/postgres";
import { countTests } from "@threadmark/services";
import { survivesClockSteps } from "@threadmark/storage-tests";
import { describe } from "vitest";
import { newest, useSchema } from "./database.ts";

describe("the clock of the client is set", () => {
  countTests(newest);
  const { schema, pool } = useSchema();
  survivesClockSteps((options) => new PostgresSaver(pool, { schema, ...options }));
});
