import { countTests } from "@threadmark/services";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { describe, expect, it } from "vitest";
import { openSaver, standalone, useDatabase } from "./database.ts";

describe("a removal from many threads", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase();

  it("is not kept by a damaged one from the others", async () => {
    const saver = await openSaver(client, dbName);
    const threads = ["a", "b", "c", "d"];
    for (const thread of threads) {
      for (const n of [1, 2]) await putTurn(saver, { thread, id: turnId(n), values: { n } });
    }
    const collection = client.db(dbName).collection<{ _id: object }>("threadmark_checkpoints");
    await collection.updateOne({ thread: "b" }, { $set: { g: "damaged" } });
    const pruned = saver.prune({ threadIds: threads, keepLatest: 1 });
    await expect(pruned).rejects.toMatchObject({ code: "CORRUPT", threadId: "b" });
    for (const thread of ["a", "c", "d"]) {
      const ids: string[] = [];
      for await (const { checkpoint } of saver.list(configOf(thread))) ids.push(checkpoint.id);
      expect(ids).toEqual([turnId(2)]);
    }
  });

  it("may name a thread twice at once", async () => {
    const saver = await openSaver(client, dbName);
    for (const n of [1, 2, 3, 4]) await putTurn(saver, { thread: "twice", id: turnId(n), values: { n } });
    const reports = await Promise.all(
      [3, 1].map(async (keepLatest) => saver.prune({ threadIds: ["twice"], keepLatest })),
    );
    expect(reports.every(({ threads }) => threads === 1)).toBe(true);
    const ids: string[] = [];
    for await (const { checkpoint } of saver.list(configOf("twice"))) ids.push(checkpoint.id);
    expect(ids).toEqual([turnId(4)]);
  });

  it("pages the outline of a thread that is too long for one page, together with others", async () => {
    const saver = await openSaver(client, dbName);
    const counts = { long: 1205, short: 3, tiny: 1 };
    for (const [thread, count] of Object.entries(counts)) {
      const puts = Array.from({ length: count }, (_, i) => putTurn(saver, { thread, id: turnId(i + 1) }));
      await Promise.all(puts);
    }
    const threadIds = [...Object.keys(counts), "nobody"];
    const report = await saver.prune({ threadIds, keepLatest: 1 });
    expect(report).toEqual({ threads: 2, checkpoints: 1206 });
  });
});
