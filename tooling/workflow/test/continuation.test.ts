import type { CheckpointSaver } from "@threadmark/core";
import { countTests, firstServer } from "@threadmark/services";
import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { continuationOn } from "../../../packages/workflow/test/continuation.ts";
import { openSaver } from "../src/open-saver.ts";

describe.each(["postgres", "redis", "mongodb"] as const)("threads on %s", (name) => {
  const server = firstServer(name);
  let saver: CheckpointSaver;
  countTests(server);

  beforeAll(async () => {
    saver = await openSaver({ saver: name, url: server.url, name: `continued_${process.pid}` });
  });

  beforeEach(async () => saver.deleteThread("t"));

  afterAll(async () => {
    await saver.deleteThreads({ allThreads: true });
    await saver.close();
  });

  continuationOn(name, () => saver);
});
