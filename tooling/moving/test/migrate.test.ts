import { setImmediate } from "node:timers/promises";
import { MemorySaver as OldMemorySaver } from "@langchain/langgraph-checkpoint";
import { migrateThreads, type MigrationProgress } from "@threadmark/core";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";
import { describe, expect, it } from "vitest";
import { Command } from "@langchain/langgraph";
import {
  assistant,
  at,
  contractOf,
  converse,
  oldSaverWith,
  questionsOf,
  tuplesOf,
  type AnySaver,
} from "../src/threads.ts";

async function everything(saver: AnySaver, ids: readonly string[]) {
  return Promise.all(ids.map((id) => tuplesOf(saver, id)));
}

describe("migrateThreads", () => {
  it.each([
    ["LangGraph.js's MemorySaver", (old: OldMemorySaver) => old],
    ["any saver that keeps the contract", contractOf],
  ])("copies every thread of %s whole, and paused runs continue", async (_, shape) => {
    const old = await oldSaverWith("a", "b");
    const saver = new MemorySaver();
    const progress: MigrationProgress[] = [];
    const report = await migrateThreads({
      from: shape(old),
      to: saver,
      onProgress: (now) => progress.push(now),
    });
    const expected = await everything(old, ["a", "b"]);
    const count = expected.flat().length;
    expect(report).toEqual({ threads: 2, checkpoints: count, stored: count, failures: [] });
    expect(progress.map(({ checkpoints }) => checkpoints)).toEqual(expected.flat().map((__, i) => i + 1));
    expect(await everything(saver, ["a", "b"])).toEqual(expected);
    expect(await questionsOf(saver, "b")).toEqual(["go on?"]);
    const { messages } = await assistant(saver).invoke(new Command({ resume: "x" }), at("b"));
    expect(messages.at(-1)?.content).toBe("approved: x");
  });

  it("copies from one saver of ours to another, with paths, runs and all", async () => {
    const from = new MemorySaver();
    await converse(from, "t");
    const config = { ...at("t", { checkpoint_ns: "" }), metadata: { run_id: "run" } };
    const head = (await from.getTuple(at("t")))!;
    await from.put(config, { ...head.checkpoint, id: "f" }, head.metadata!, {});
    const place = at("t", { checkpoint_ns: "", checkpoint_id: "f" });
    for (const [task, path] of [
      ["z", "~a"],
      ["a", "~b"],
      ["m", ""],
    ] as const) {
      await from.putWrites(
        place,
        [
          ["c", task],
          ["__error__", "e"],
          ["d", task],
        ],
        task,
        path,
      );
    }
    const to = new MemorySaver();
    expect((await migrateThreads({ from, to })).failures).toEqual([]);
    expect(await tuplesOf(to, "t")).toEqual(await tuplesOf(from, "t"));
    for (const saver of [from, to]) await saver.putWrites(place, [["c", "new"]], "b", "~a");
    expect((await to.getTuple(place))?.pendingWrites).toEqual((await from.getTuple(place))?.pendingWrites);
    expect(await to.deleteForRuns(["run"])).toEqual({ threads: 1, checkpoints: 1 });
  });

  it("keeps what is known of a thread itself, and so does adopting it", async () => {
    const from = new MemorySaver({ threadMetadata: () => ({ user: "u1" }) });
    await converse(from, "t");
    await from.updateThread("t", { metadata: { title: "x" } });
    const to = new MemorySaver();
    await migrateThreads({ from, to });
    expect((await to.getThread("t"))?.metadata).toEqual({ user: "u1", title: "x" });
    const adopting = new MemorySaver({ adopt: from });
    expect((await adopting.getThread("t"))?.metadata).toEqual({ user: "u1", title: "x" });
    expect(await adopting.deleteThreads({ filter: { user: "u1" } })).toBe(1);
    expect(await adopting.getThread("t")).toBeUndefined();
    expect(await from.getThread("t")).toBeUndefined();
  });

  it("goes on where it was stopped", async () => {
    const old = await oldSaverWith("a", "b");
    const saver = new MemorySaver();
    const stop = new AbortController();
    const stopped = migrateThreads({
      from: old,
      to: saver,
      signal: stop.signal,
      onProgress: ({ checkpoints }) => checkpoints === 5 && stop.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
    const report = await migrateThreads({ from: old, to: saver });
    expect(report.stored).toBeGreaterThan(0);
    expect(report.stored).toBeLessThanOrEqual(report.checkpoints - 5);
    expect(await migrateThreads({ from: old, to: saver })).toEqual({ ...report, stored: 0 });
  });

  it("copies several threads at a time, each once, and is at rest when it rejects", async () => {
    const ids = ["a", "b", "c", "d", "e"];
    const old = await oldSaverWith(...ids);
    const [saver, puts] = [new MemorySaver(), { running: 0, most: 0, all: 0 }];
    const counting = {
      ...contractOf(old),
      getTuple: saver.getTuple.bind(saver),
      list: saver.list.bind(saver),
      putWrites: saver.putWrites.bind(saver),
      async put(...args: Parameters<typeof saver.put>) {
        puts.all++;
        puts.most = Math.max(puts.most, ++puts.running);
        await setImmediate();
        const stored = await saver.put(...args);
        puts.running--;
        return stored;
      },
    };
    const stop = new AbortController();
    const onProgress = () => stop.abort(new Error("enough"));
    const options = { from: old, to: counting, threadIds: [...ids, ...ids] };
    await expect(migrateThreads({ ...options, signal: stop.signal, onProgress })).rejects.toThrow("enough");
    expect(puts.running).toBe(0);
    expect(puts.most).toBeGreaterThan(1);
    const before = puts.all;
    await setImmediate();
    expect(puts.all).toBe(before);
    expect(await migrateThreads(options)).toMatchObject({ threads: ids.length, failures: [] });
    expect(await everything(saver, ids)).toEqual(await everything(old, ids));
  });

  it("copies to LangGraph.js's own saver and back", async () => {
    const old = new OldMemorySaver();
    const saver = new MemorySaver();
    await converse(saver, "t");
    // LangGraph.js's serializer makes a plain object of a Send, and LangGraph.js takes either.
    const { failures } = await migrateThreads({ from: saver, to: old });
    expect(failures.filter(({ reason }) => !/tasks\[0\]|pendingWrites\[\d\]\[2\]/.test(reason))).toEqual([]);
    expect(await questionsOf(old, "t")).toEqual(["go on?"]);
    const again = new MemorySaver();
    expect((await migrateThreads({ from: old, to: again })).failures).toEqual([]);
    expect(await tuplesOf(again, "t")).toEqual(await tuplesOf(old, "t"));
  });

  it("copies all that there is though the target keeps only the newest, fences and adopts", async () => {
    const old = await oldSaverWith("t");
    const storage = new MemoryStorage();
    const to = new MemorySaver({ storage, keepLatest: 1, fence: "head", adopt: old });
    expect((await migrateThreads({ from: old, to })).failures).toEqual([]);
    expect(await tuplesOf(new MemorySaver({ storage }), "t")).toEqual(await tuplesOf(old, "t"));
  });

  it("tells which thread cannot be copied, without a value of it, and copies the others", async () => {
    const old = await oldSaverWith("a", "b");
    const [namespace] = Object.values(old.storage["a"]!);
    Object.values(namespace!)[0]![0] = new TextEncoder().encode('{"secret"');
    const { failures } = await migrateThreads({ from: old, to: new MemorySaver() });
    expect(failures.map(({ threadId }) => threadId)).toEqual(["a"]);
    const saver = new MemorySaver();
    const lossy = {
      ...contractOf(await oldSaverWith()),
      put: saver.put.bind(saver),
      getTuple: saver.getTuple.bind(saver),
    };
    const report = await migrateThreads({ from: old, to: lossy, threadIds: ["b"] });
    expect(report.failures.length).toBeGreaterThan(0);
    expect(JSON.stringify(report.failures)).not.toMatch(/a plan|hello/);
  });

  it("refuses what is no saver, and options that it does not know", async () => {
    const saver = new MemorySaver();
    for (const options of [
      { from: {}, to: saver },
      { from: saver, to: null },
      { from: saver, to: saver, threadId: "a" },
    ]) {
      await expect(migrateThreads(options as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});
