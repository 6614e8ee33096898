import { RedisSaver } from "@threadmark/redis";
import { countTests } from "@threadmark/services";
import { survivesClockSteps } from "@threadmark/storage-tests";
import { describe } from "vitest";
import { newest, useKeys } from "./server.ts";

describe("the clock of the client is set", () => {
  countTests(newest);
  const { client, keyPrefix } = useKeys();
  survivesClockSteps((options) => new RedisSaver(client, { keyPrefix, ...options }));
});
