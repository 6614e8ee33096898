import { MongoDBSaver } from "@langchain/langgraph-checkpoint-mongodb";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { countTests, servers } from "@threadmark/services";
import { MongoClient } from "mongodb";
import { describe, expect, it } from "vitest";
import { idOf, storeThreads } from "../src/conversation.ts";
import { json, run } from "../src/run-main.ts";
import { kinds, newName } from "../src/stores.ts";

/** Whether what LangGraph.js has stored is shown, and copied to every store of ours. */
async function works(args: readonly string[], from: readonly string[]): Promise<void> {
  expect((await json<string[]>("threads", ...args)).toSorted()).toEqual(["first", "second"]);
  expect((await run("inspect", ...args, "second")).out).toContain("waits for an answer");
  expect((await run("inspect", ...args, "first")).out).not.toContain("waits for an answer");
  const { out } = await run("inspect", ...args, "first", "--checkpoint", idOf(3));
  expect(out).toContain("~ messages: 1 → 3 items");
  const size = await json<{ bytes: number }>("stats", ...args);
  expect(size).toEqual({ threads: 2, checkpoints: 4, bytes: size.bytes });
  expect(size.bytes).toBeGreaterThan(1000);
  for (const { make } of kinds) {
    const target = make();
    const report = await json("migrate", from[0]!, ...target.args, ...from.slice(1));
    expect(report).toEqual({ threads: 2, checkpoints: 4, stored: 4, failures: [] });
    const there = await json<{ threadId: string }[]>("threads", ...target.args);
    expect(there.map(({ threadId }) => threadId).toSorted()).toEqual(["first", "second"]);
  }
}

describe.each(servers("postgres"))("LangGraph.js's PostgresSaver on $kind $version", (server) => {
  countTests(server);

  it("is shown and migrated", async () => {
    const { url } = server;
    const schema = newName();
    const saver = PostgresSaver.fromConnString(url, { schema });
    await saver.setup();
    await storeThreads(saver);
    await saver.end();
    await works([`langgraph+${url}`, "--schema", schema], [`langgraph+${url}`, "--from-schema", schema]);
  });
});

describe.each(servers("mongodb"))("LangGraph.js's MongoDBSaver on $kind $version", (server) => {
  countTests(server);

  it("is shown and migrated", async () => {
    const { url } = server;
    const dbName = newName();
    const client = new MongoClient(url);
    const saver = new MongoDBSaver({ client: client as never, dbName });
    await saver.setup();
    await storeThreads(saver);
    await client.close();
    await works([`langgraph+${url}`, "--db", dbName], [`langgraph+${url}`, "--from-db", dbName]);
  });
});
