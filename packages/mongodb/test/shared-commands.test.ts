import { countTests } from "@threadmark/services";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { describe, expect, it } from "vitest";
import { CommandLog } from "./commands.ts";
import { onServers, openSaver, useDatabase } from "./database.ts";

const COLLECTION = "threadmark_checkpoints";

describe.each(onServers)("calls to several threads at the same moment on $title", ({ server }) => {
  countTests(server);
  const { client, dbName } = useDatabase(server, { monitorCommands: true });
  const log = new CommandLog(client);

  /** A saver that knows these threads, each with one checkpoint. */
  async function saverOf(threads: readonly string[]) {
    const saver = await openSaver(client, dbName);
    for (const thread of threads) await putTurn(saver, { thread, id: turnId(1), values: { n: 1 } });
    return saver;
  }

  const namesOf = async (call: () => Promise<unknown>) => (await log.of(call)).map(({ name }) => name);

  it("share commands, eight threads in each, and keep their values apart", async () => {
    const threads = Array.from({ length: 20 }, (_, i) => `shared ${i}`);
    const saver = await saverOf(threads);
    const each = (call: (thread: string, i: number) => Promise<unknown>) => () =>
      Promise.all(threads.map(call));
    const put = each((thread, i) =>
      putTurn(saver, {
        thread,
        id: turnId(2),
        parent: turnId(1),
        values: { own: i, text: longText(thread, 6000) },
      }),
    );
    expect(await namesOf(put)).toEqual(["update", "update", "update"]);
    const write = each((thread, i) => saver.putWrites(configOf(thread, turnId(2)), [["c", i]], "task"));
    expect(await namesOf(write)).toEqual(["update", "update", "update"]);
    const found: unknown[] = [];
    const read = each(async (thread, i) => {
      const tuple = await saver.getTuple(configOf(thread));
      found[i] = [tuple?.checkpoint.channel_values, tuple?.pendingWrites];
    });
    expect(await namesOf(read)).toEqual(["find", "find", "find"]);
    const expected = threads.map((thread, i) => [
      { own: i, text: longText(thread, 6000) },
      [["task", "c", i]],
    ]);
    expect(found).toEqual(expected);
    const fresh = await openSaver(client, dbName, { blobCacheBytes: 0 });
    await Promise.all(
      threads.map(async (thread, i) => {
        const tuple = await fresh.getTuple(configOf(thread));
        expect([tuple?.checkpoint.channel_values, tuple?.pendingWrites]).toEqual(expected[i]);
      }),
    );
  });

  it("fail for a damaged thread only, wherever in the command it is", async () => {
    const threads = ["a", "b", "c", "d", "e", "f", "g"].map((name) => `apart ${name}`);
    for (const victim of [0, 3, 6]) {
      for (const damage of [{ g: "damaged" }, { writes: "damaged" }]) {
        const saver = await saverOf(threads);
        await client
          .db(dbName)
          .collection(COLLECTION)
          .updateOne({ thread: threads[victim] }, { $set: damage });
        const error = { code: "CORRUPT", threadId: threads[victim] };
        const expected = threads.map((_, i) =>
          i === victim ? { status: "rejected", reason: error } : { status: "fulfilled" },
        );
        const puts = threads.map((thread) => putTurn(saver, { thread, id: turnId(2), values: { n: 2 } }));
        expect(await Promise.allSettled(puts)).toMatchObject(expected);
        const reads = threads.map((thread) => saver.getTuple(configOf(thread)));
        const read = threads.map((_, i) =>
          i === victim
            ? { status: "rejected", reason: error }
            : { status: "fulfilled", value: { checkpoint: { id: turnId(2), channel_values: { n: 2 } } } },
        );
        expect(await Promise.allSettled(reads)).toMatchObject(read);
        await client
          .db(dbName)
          .collection(COLLECTION)
          .deleteMany({ "_id.t": { $in: threads } });
      }
    }
  });

  it("succeed where others have pruned, deleted or written to some of the threads", async () => {
    const threads = ["kept", "pruned", "deleted", "written", "last"].map((name) => `with ${name}`);
    const [kept, pruned, deleted, written, last] = threads as [string, string, string, string, string];
    const saver = await saverOf(threads);
    const values = { text: longText("shared", 6000) };
    await Promise.all(
      threads.map((thread) => putTurn(saver, { thread, id: turnId(2), parent: turnId(1), values })),
    );
    const other = await openSaver(client, dbName);
    await other.prune({ threadIds: [pruned], keepLatest: 1 });
    await other.deleteThread(deleted);
    await putTurn(other, { thread: written, id: turnId(3), parent: turnId(2), values: { other: true } });
    await Promise.all(
      threads.map((thread) =>
        putTurn(saver, { thread, id: turnId(4), parent: turnId(2), values: { ...values, n: 4 } }),
      ),
    );
    const fresh = await openSaver(client, dbName, { blobCacheBytes: 0 });
    const idsOf = async (thread: string): Promise<string[]> => {
      const ids: string[] = [];
      for await (const { checkpoint } of fresh.list(configOf(thread))) ids.push(checkpoint.id);
      return ids;
    };
    expect(await Promise.all([kept, pruned, deleted, written, last].map(idsOf))).toEqual(
      [[4, 2, 1], [4, 2], [4], [4, 3, 2, 1], [4, 2, 1]].map((ids) => ids.map(turnId)),
    );
    for (const thread of threads) {
      expect((await fresh.getTuple(configOf(thread)))?.checkpoint.channel_values).toEqual({
        ...values,
        n: 4,
      });
    }
  });

  it("share commands where they change metadata that the threads have", async () => {
    const threads = Array.from({ length: 20 }, (_, i) => `metadata ${i}`);
    const titleOf = (turn: number) => ({ turn, user: "Bob", nothing: null });
    let turn = 1;
    const saver = await openSaver(client, dbName, { threadMetadata: () => titleOf(turn) });
    const put = () =>
      Promise.all(threads.map((thread) => putTurn(saver, { thread, id: turnId(turn), values: { n: turn } })));
    await Promise.all(threads.map((thread) => saver.getTuple(configOf(thread))));
    expect(await namesOf(put)).toEqual(["update", "update", "update"]);
    turn = 2;
    expect(await namesOf(put)).toEqual(["update", "update", "update"]);
    const reader = await openSaver(client, dbName, { threadMetadata: () => titleOf(turn) });
    await Promise.all(threads.map((thread) => reader.getTuple(configOf(thread))));
    for (const thread of threads) {
      expect((await reader.getThread(thread))?.metadata).toEqual(titleOf(2));
    }
  });

  it("add metadata that somebody has removed, and do not bring back a thread that was deleted", async () => {
    const sizes = { kept: 6000, cleared: 6000, deleted: 6000, "cleared, and large": 3_000_000, last: 6000 };
    const threads = Object.keys(sizes) as (keyof typeof sizes)[];
    let turn = 1;
    const saver = await openSaver(client, dbName, { threadMetadata: () => ({ turn, user: "Bob" }) });
    const valuesOf = (thread: keyof typeof sizes, n: number) => ({
      text: longText(`${thread} ${n}`, sizes[thread]),
    });
    const put = (thread: keyof typeof sizes) =>
      putTurn(saver, { thread, id: turnId(turn), values: valuesOf(thread, turn) });
    await Promise.all(threads.map(put));
    const other = await openSaver(client, dbName);
    for (const thread of ["cleared", "cleared, and large"] as const) {
      await other.updateThread(thread, { metadata: { turn: undefined } });
      expect((await other.getThread(thread))?.metadata).toEqual({ user: "Bob" });
    }
    await other.deleteThread("deleted");
    turn = 2;
    await Promise.all(threads.map(put));
    const fresh = await openSaver(client, dbName, { blobCacheBytes: 0 });
    for (const thread of threads) {
      const found: unknown[] = [];
      for await (const { checkpoint } of fresh.list(configOf(thread))) found.push(checkpoint.channel_values);
      expect(found).toEqual((thread === "deleted" ? [2] : [2, 1]).map((n) => valuesOf(thread, n)));
      expect((await fresh.getThread(thread))?.metadata).toEqual({ turn: 2, user: "Bob" });
    }
  });
});
