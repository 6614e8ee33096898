import { HumanMessage } from "@langchain/core/messages";
import { Command } from "@langchain/langgraph";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";
import { describe, expect, it } from "vitest";
import { assistant, at, contractOf, converse, oldSaverWith, questionsOf, tuplesOf } from "../src/threads.ts";
import { calls, stopAt, threadsIn } from "../src/stopping.ts";

describe("a saver that adopts another one's threads", () => {
  it("has a thread whole when it is first touched, whatever touches it", async () => {
    const old = await oldSaverWith("t");
    const expected = await tuplesOf(old, "t");
    const touches: Record<string, (saver: MemorySaver) => Promise<unknown>> = {
      getTuple: (saver) => saver.getTuple(at("t")),
      get: (saver) => saver.get(at("t")),
      "getTuple of a subgraph": (saver) => saver.getTuple(at("t", { checkpoint_ns: "approve:x" })),
      list: (saver) => saver.list(at("t"), { limit: 1 }).next(),
      copyThread: (saver) => saver.copyThread("t", "copy"),
      getDeltaChannelHistory: (saver) =>
        saver.getDeltaChannelHistory({ config: at("t"), channels: ["notes"] }),
      setThreadTtl: (saver) => saver.setThreadTtl("t", null),
      prune: (saver) => saver.prune({ threadIds: ["t"], keepLatest: 1000 }),
      putWrites: (saver) =>
        saver.putWrites(at("t", { checkpoint_ns: "", checkpoint_id: "later" }), [["a", 1]], "x"),
    };
    for (const [name, touch] of Object.entries(touches)) {
      const storage = new MemoryStorage();
      await touch(new MemorySaver({ storage, adopt: old }));
      expect(await tuplesOf(new MemorySaver({ storage }), "t"), name).toEqual(expected);
    }
  });

  it("continues a paused run, and a branch stays a branch", async () => {
    const old = await oldSaverWith("t");
    const saver = new MemorySaver({ adopt: old });
    expect(await questionsOf(saver, "t")).toEqual(["go on?"]);
    const { messages } = await assistant(saver).invoke(new Command({ resume: "fine" }), at("t"));
    expect(messages.at(-1)?.content).toBe("approved: fine");
    const before = await tuplesOf(old, "t");
    const ids = new Set((await tuplesOf(saver, "t")).map(({ checkpoint }) => checkpoint.id));
    expect(before.every(({ checkpoint }) => ids.has(checkpoint.id))).toBe(true);
    expect(await tuplesOf(await oldSaverWith(), "t")).toEqual([]);
  });

  it("puts a checkpoint to a thread that was not touched yet behind those of the old saver", async () => {
    const old = await oldSaverWith("t");
    const saver = new MemorySaver({ adopt: old });
    const head = (await old.getTuple(at("t")))!;
    const checkpoint = { ...head.checkpoint, id: "ffffffff-0000-6000-8000-000000000000" };
    await saver.put(head.config, checkpoint, head.metadata!, {});
    expect(await tuplesOf(saver, "t")).toHaveLength((await tuplesOf(old, "t")).length + 1);
  });

  it("lists no threads of its own business, also where everything is listed", async () => {
    const storage = new MemoryStorage();
    const saver = new MemorySaver({ storage, adopt: await oldSaverWith("a", "b") });
    await saver.getTuple(at("a"));
    const listed = [];
    for await (const { threadId } of saver.listThreads()) listed.push(threadId);
    expect(listed).toEqual(["a"]);
    const threads = new Set<unknown>();
    for await (const { config } of saver.list()) threads.add(config.configurable?.["thread_id"]);
    expect([...threads]).toEqual(["a"]);
    expect(await saver.prune({ allThreads: true, keepLatest: 1000 })).toEqual({ threads: 0, checkpoints: 0 });
  });

  it("asks the old saver nothing for threads that are here, and once for those that are nowhere", async () => {
    const storage = new MemoryStorage();
    await converse(new MemorySaver({ storage }), "here");
    const [old, asked] = calls(contractOf(await oldSaverWith("other")));
    const saver = new MemorySaver({ storage, adopt: old });
    await saver.getTuple(at("here"));
    await assistant(saver).invoke(new Command({ resume: "yes" }), at("here"));
    expect(asked).toEqual([]);
    await assistant(saver).invoke({ messages: [new HumanMessage("x")] }, at("new"));
    await saver.getTuple(at("new"));
    for (let time = 0; time < 3; time++) await saver.getTuple(at("nowhere"));
    expect(asked).toEqual(["list", "list"]);
  });

  it("does not let a thread come back that was deleted, or has expired", async () => {
    const storage = new MemoryStorage();
    const old = await oldSaverWith("t", "u", "v");
    const saver = new MemorySaver({ storage, adopt: old });
    await saver.deleteThread("t");
    await saver.getTuple(at("u"));
    await saver.deleteThread("u");
    expect(Object.keys(old.storage)).toEqual(["v"]);
    await saver.getTuple(at("v"));
    await saver.setThreadTtl("v", { seconds: 0.001 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const id of ["t", "u", "v"]) {
      expect(await new MemorySaver({ storage, adopt: old }).getTuple(at(id))).toBeUndefined();
    }
    await converse(new MemorySaver({ storage, adopt: old }), "t");
    expect((await tuplesOf(saver, "t")).length).toBeGreaterThan(5);
  });

  it("takes a thread over once, though eight savers touch it at once", async () => {
    const storage = new MemoryStorage();
    const [watched, done] = calls(storage);
    const old = await oldSaverWith("t");
    const savers = Array.from({ length: 8 }, () => new MemorySaver({ storage: watched, adopt: old }));
    const read = await Promise.all(savers.map((saver) => tuplesOf(saver, "t")));
    const expected = await tuplesOf(old, "t");
    for (const tuples of read) expect(tuples).toEqual(expected);
    expect(done.filter((name) => name === "copyThread").length).toBeGreaterThan(0);
    expect(await threadsIn(storage)).toEqual(["note", "t"]);
  });

  it("waits for another one that has won and cannot be seen yet", async () => {
    const storage = new MemoryStorage();
    const old = await oldSaverWith("t");
    const put = storage.put.bind(storage);
    let unseen = 3;
    storage.put = async (request) => {
      if (request.fence && unseen-- > 0) return { outcome: "conflict", head: "another" };
      return put(request);
    };
    expect(await tuplesOf(new MemorySaver({ storage, adopt: old }), "t")).toEqual(await tuplesOf(old, "t"));
    expect(unseen).toBeLessThan(0);
  });

  it("is right wherever it was stopped, and leaves nothing behind", async () => {
    const old = await oldSaverWith("t");
    const expected = await tuplesOf(old, "t");
    let stopped = true;
    for (let count = 1; stopped; count++) {
      const storage = new MemoryStorage();
      stopped = await stopAt(storage, count, (dying) =>
        new MemorySaver({ storage: dying, adopt: old }).getTuple(at("t")),
      );
      const here = await tuplesOf(new MemorySaver({ storage }), "t");
      expect([0, expected.length], `after ${count} calls`).toContain(here.length);
      const saver = new MemorySaver({ storage, adopt: old });
      expect(await tuplesOf(saver, "t"), `after ${count} calls`).toEqual(expected);
      await saver.setThreadTtl("t", undefined);
      expect(await threadsIn(storage), `after ${count} calls`).toEqual(["note", "t"]);
    }
  });

  it("leaves nothing behind after a sweep, wherever it was stopped, though nobody touches the thread again", async () => {
    const old = await oldSaverWith("t");
    const expected = await tuplesOf(old, "t");
    let stopped = true;
    for (let count = 1; stopped; count++) {
      const storage = new MemoryStorage();
      stopped = await stopAt(storage, count, (dying) =>
        new MemorySaver({ storage: dying, adopt: old }).getTuple(at("t")),
      );
      const isStaged = (await threadsIn(storage)).some((thread) => thread !== "note" && thread !== "t");
      expect(await new MemorySaver({ storage, adopt: old }).sweep()).toBe(0);
      const here = await threadsIn(storage);
      const isHere = here.includes("t");
      expect(isHere || !isStaged, `after ${count} calls`).toBe(true);
      expect(
        here.filter((thread) => thread !== "note"),
        `after ${count} calls`,
      ).toEqual(isHere ? ["t"] : []);
      const found = await tuplesOf(new MemorySaver({ storage }), "t");
      expect(found, `after ${count} calls`).toEqual(isHere ? expected : []);
    }
  });

  it("is not ended by a sweep when another process is at it", async () => {
    const old = await oldSaverWith("t");
    const expected = await tuplesOf(old, "t");
    let stopped = true;
    for (let count = 1; stopped; count++) {
      const storage = new MemoryStorage();
      const sweeper = new MemorySaver({ storage, adopt: old });
      stopped = await stopAt(
        storage,
        count,
        (slow) => new MemorySaver({ storage: slow, adopt: old }).getTuple(at("t")),
        { work: () => sweeper.sweep() },
      );
      expect(await tuplesOf(new MemorySaver({ storage }), "t"), `after ${count} calls`).toEqual(expected);
      expect(await threadsIn(storage), `after ${count} calls`).toEqual(["note", "t"]);
    }
  });

  it("leaves nothing behind after a sweep, though it went on after another one had finished, and was killed then", async () => {
    const old = await oldSaverWith("t");
    const expected = await tuplesOf(old, "t");
    let left = 0;
    for (const more of [1, 2, 3]) {
      let stopped = true;
      for (let count = 1; stopped; count++) {
        const storage = new MemoryStorage();
        const other = new MemorySaver({ storage, adopt: old });
        const finish = async (): Promise<void> => {
          await other.getTuple(at("t"));
          await other.sweep();
        };
        stopped = await stopAt(
          storage,
          count,
          (slow) => new MemorySaver({ storage: slow, adopt: old }).getTuple(at("t")),
          { work: finish, callsLeft: more },
        );
        if ((await threadsIn(storage)).length > 2) left++;
        await other.sweep();
        const when = `killed ${more} calls after call ${count}`;
        expect(await threadsIn(storage), when).toEqual(["note", "t"]);
        expect(await tuplesOf(new MemorySaver({ storage }), "t"), when).toEqual(expected);
        const listed = [];
        for await (const { metadata } of other.listThreads()) listed.push(metadata);
        expect(listed, when).toEqual([{}]);
      }
    }
    expect(left).toBeGreaterThan(0);
  });

  it("stays deleted wherever another process was at it", async () => {
    const old = await oldSaverWith("t");
    const kept = structuredClone(old.storage);
    let stopped = true;
    for (let count = 1; stopped; count++) {
      Object.assign(old.storage, structuredClone(kept));
      const storage = new MemoryStorage();
      const remover = new MemorySaver({ storage, adopt: old });
      stopped = await stopAt(
        storage,
        count,
        (slow) => new MemorySaver({ storage: slow, adopt: old }).getTuple(at("t")).catch(() => undefined),
        { work: () => remover.deleteThread("t") },
      );
      if (!stopped) await remover.deleteThread("t");
      expect(await tuplesOf(new MemorySaver({ storage }), "t"), `after ${count} calls`).toEqual([]);
      expect(await new MemorySaver({ storage, adopt: old }).getTuple(at("t"))).toBeUndefined();
    }
  });
});
