import type { Checkpoint } from "@langchain/langgraph-checkpoint";
import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { describe, expect, it } from "vitest";
import { openSaver, standalone, useDatabase } from "../database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const MEGABYTE = 1024 * 1024;

describe("a thread of any size", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();

  it.each([
    // More than the 100 MB that a stage of an aggregation may use.
    { size: 104, aggregates: true },
    { size: 32, aggregates: false },
  ])(
    "$size MB of state in one checkpoint are stored, changed and read (aggregates: $aggregates)",
    async ({ size, aggregates }) => {
      const saver = await openSaver(client, dbName, { aggregates, blobCacheBytes: 0 });
      const thread = `large ${aggregates}`;
      const parts = Array.from({ length: size / 4 }, (_, i) => bytesOf(i, 4 * MEGABYTE));
      await putTurn(saver, { thread, id: turnId(1), values: { parts } });
      const next = new MongoDBSaver({ client, dbName, aggregates });
      parts[7] = bytesOf(1000, 4 * MEGABYTE);
      await putTurn(next, { thread, id: turnId(2), parent: turnId(1), values: { parts } });
      const collection = client.db(dbName).collection("threadmark_checkpoints");
      const [largest] = await collection
        .aggregate([
          { $match: { "_id.t": thread } },
          { $group: { _id: null, bytes: { $max: { $bsonSize: "$$ROOT" } } } },
        ])
        .toArray();
      expect(largest!["bytes"]).toBeLessThan(16 * 1024);
      await saver.prune({ threadIds: [thread], keepLatest: 1 });
      expectParts(await new MongoDBSaver({ client, dbName, aggregates }).get(configOf(thread)), parts);
      await saver.deleteThread(thread);
    },
    900_000,
  );

  it("30,000 writes of one task are stored as one, and read", async () => {
    const saver = await openSaver(client, dbName);
    await putTurn(saver, { thread: "writes", id: turnId(1) });
    const writes = Array.from({ length: 30_000 }, (_, i): [string, unknown] => ["c", longText(`${i}`, 450)]);
    await saver.putWrites(configOf("writes", turnId(1)), writes, "task");
    for (const aggregates of [true, false]) {
      const reader = new MongoDBSaver({ client, dbName, aggregates });
      const tuple = await reader.getTuple(configOf("writes"));
      expect(tuple!.pendingWrites!.map(([, , value]) => value)).toEqual(writes.map(([, value]) => value));
    }
  }, 300_000);
});

function expectParts(found: Checkpoint | undefined, parts: readonly Uint8Array[]): void {
  const read = found?.channel_values["parts"] as Uint8Array[];
  expect(read.length).toBe(parts.length);
  // Comparing with toEqual would take minutes.
  expect(read.every((part, i) => Buffer.compare(part, parts[i]!) === 0)).toBe(true);
}

/** Bytes that nothing can compress or share. */
function bytesOf(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed + 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
