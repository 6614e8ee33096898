import { runInNewContext } from "node:vm";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { expect, test } from "vitest";
import { memorySaver } from "./memory-saver.ts";

test("a date of another realm is one for listThreads", async () => {
  const saver = memorySaver();
  const config = { configurable: { thread_id: "1", checkpoint_ns: "" } };
  await saver.put(config, emptyCheckpoint(), { source: "input", step: -1, parents: {} }, {});
  const before = runInNewContext("new Date(8.64e15)") as Date;
  const found: string[] = [];
  for await (const { threadId } of saver.listThreads({ before })) found.push(threadId);
  expect(found).toEqual(["1"]);
});
