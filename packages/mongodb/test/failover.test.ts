import { countTests, hasPrivate } from "@threadmark/services";
import { startPrivateGroup, type PrivateGroup } from "@threadmark/services/private";
import { MongoDBSaver } from "@threadmark/mongodb";
import { MongoClient } from "mongodb";
import { describe, expect, it } from "vitest";
import { DRIVERS, replicaSet } from "./database.ts";
import { electOneOf, STEADY } from "./elect.ts";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { startWriting, type Writing } from "@threadmark/storage-tests/writing";

describe.runIf(hasPrivate("mongodb-replica-set"))("a replica set of three", () => {
  countTests(replicaSet);

  it.each([7, 6] as const)(
    "primary stepped down, then killed, in the middle of writing, with driver %s: nothing acknowledged is lost",
    async (driver) => {
      await using group = await startPrivateGroup("mongodb-replica-set", STEADY);
      const othersThan = (node: Member) => group.nodes.filter((other) => other !== node);
      const client = new DRIVERS[driver](group.url, { heartbeatFrequencyMS: 500 });
      const saver = new MongoDBSaver({ client });
      await saver.setup();
      const writing = startWriting(saver, "failover", 4);
      await progress(writing);
      const first = await primaryOf(group);
      await stepDown(first);
      await electOneOf(othersThan(first));
      await progress(writing);
      const primary = await primaryOf(group);
      await primary.kill();
      await electOneOf(othersThan(primary));
      await progress(writing);
      await primary.start();
      await writing.stop();
      await writing.check(new MongoDBSaver({ client, blobCacheBytes: 0 }));
      await client.close();
    },
    300_000,
  );

  it("waits for a majority, and reads from the primary unless asked otherwise", async () => {
    await using group = await startPrivateGroup("mongodb-replica-set", STEADY);
    const client = new MongoClient(group.url, { monitorCommands: true, readPreference: "secondary", w: 1 });
    const concerns: unknown[] = [];
    client.on("commandStarted", ({ commandName, command }) => {
      if (commandName === "update") concerns.push(command["writeConcern"]);
      if (isRead(commandName)) concerns.push(command["readConcern"]);
    });
    const primary = (await primaryOf(group)).address;
    const readers = new Set<string>();
    client.on("commandStarted", ({ commandName, address }) => {
      if (isRead(commandName)) readers.add(address);
    });
    const saver = new MongoDBSaver({ client });
    await putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    concerns.length = 0;
    await putTurn(saver, { thread: "t", id: turnId(2), values: { a: 2 } });
    // One that knows which is the newest, and one that was not: they are read in different ways.
    for (const n of [2, 1]) await saver.getTuple(configOf("t", turnId(n)));
    const majority = expect.objectContaining({ level: "majority" });
    expect(concerns).toEqual([expect.objectContaining({ w: "majority", j: true }), majority, majority]);
    expect([...readers]).toEqual([primary]);
    const relaxed = new MongoDBSaver({ client, readPreference: "secondary", readConcern: "local" });
    await relaxed.setup();
    await relaxed.getTuple(configOf("nobody"));
    readers.clear();
    for (const known of [false, true]) {
      await relaxed.getTuple(configOf("t"));
      expect([...readers], `known: ${known}`).not.toContain(primary);
    }
    await client.close();
  });
});

function isRead(command: string): boolean {
  return command === "aggregate" || command === "find";
}

async function progress({ acknowledged }: Writing): Promise<void> {
  const before = acknowledged.size;
  await expect.poll(() => acknowledged.size, { timeout: 240_000 }).toBeGreaterThan(before + 20);
}

async function stepDown({ address }: Member): Promise<void> {
  const client = new MongoClient(`mongodb://${address}/?directConnection=true`);
  await client.db("admin").command({ replSetStepDown: 10, force: true });
  await client.close();
}

type Member = PrivateGroup["nodes"][number];

async function primaryOf(group: PrivateGroup): Promise<Member> {
  const client = new MongoClient(group.url);
  const hello = await client.db("admin").command({ hello: 1 });
  await client.close();
  return group.nodes.find(({ address }) => address === hello["primary"])!;
}
