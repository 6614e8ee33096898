import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { describe, expect, it } from "vitest";
import { onServers, useDatabase } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const POLL = { timeout: 240_000 };

describe.each(onServers)("expiry on $title", ({ server }) => {
  countTests(server);
  const { client, dbName } = useDatabase(server);

  it("readers see a thread whole or not at all during writes and sweeps", async () => {
    const writer = new MongoDBSaver({ client, dbName });
    const sweeper = new MongoDBSaver({ client, dbName });
    let running = true;
    let [whole, gone, swept] = [0, 0, 0];
    const write = async (): Promise<void> => {
      for (let round = 0; running; round++) {
        const text = longText(`round ${round}`, 8000);
        for (const n of [1, 2, 3]) {
          const parent = n > 1 ? turnId(n - 1) : undefined;
          await putTurn(writer, { thread: "t", id: turnId(n), parent, values: { text, n } });
        }
        await writer.putWrites(
          configOf("t", turnId(3)),
          [
            ["a", text],
            ["b", text],
          ],
          "task",
        );
        // Only now, so that it never expires between two puts, however slow they are.
        await writer.setThreadTtl("t", { seconds: 0.2 });
        await expect.poll(() => writer.getTuple(configOf("t")), POLL).toBeUndefined();
      }
    };
    const sweep = async (): Promise<void> => {
      while (running) swept += await sweeper.sweep();
    };
    const read = async (aggregates: boolean): Promise<void> => {
      while (running) {
        const reader = new MongoDBSaver({ client, dbName, aggregates });
        const tuple = await reader.getTuple(configOf("t"));
        if (!tuple) {
          gone++;
          continue;
        }
        whole++;
        expect(tuple.checkpoint.channel_values["text"]).toEqual(expect.any(String));
        expect([0, 2]).toContain(tuple.pendingWrites!.length);
        const listed: string[] = [];
        for await (const { checkpoint } of reader.list(configOf("t"))) listed.push(checkpoint.id);
        // Newest first, and none is missing below the newest.
        expect(listed).toEqual([3, 2, 1].map(turnId).slice(3 - listed.length));
      }
    };
    const all = Promise.all([write(), sweep(), read(true), read(false)]);
    await expect.poll(() => Math.min(whole, gone, swept), POLL).toBeGreaterThan(5);
    running = false;
    await all;
  });

  it("expired threads are gone for every call, and nothing is left of them after a sweep", async () => {
    const saver = new MongoDBSaver({ client, dbName, ttl: 60 });
    await putTurn(saver, { thread: "short", id: turnId(1), values: { text: longText("short") } });
    await saver.setThreadTtl("short", { seconds: 0.001 });
    const reader = new MongoDBSaver({ client, dbName });
    await expect.poll(() => reader.getTuple(configOf("short")), POLL).toBeUndefined();
    for await (const { threadId } of reader.listThreads()) expect(threadId).not.toBe("short");
    await expect(reader.copyThread("short", "copy")).rejects.toMatchObject({ code: "THREAD_NOT_FOUND" });
    await reader.sweep();
    const left = client.db(dbName).collection("threadmark_checkpoints").find({ "_id.t": "short" });
    expect(await left.toArray()).toEqual([]);
  });
});
