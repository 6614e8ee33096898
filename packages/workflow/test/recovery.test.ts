import { MemorySaver as LangGraphMemorySaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver } from "@threadmark/memory";
import { entrypoint, interrupt, sleep, task, waitFor } from "@threadmark/workflow";
import { FakeClock } from "@threadmark/workflow/testing";
import { describe, expect, it } from "vitest";
import { langgraph, thread } from "./runtimes.ts";

const config = thread("t");

async function statuses(workflow: { listRuns(): AsyncIterable<{ threadId: string; status: string }> }) {
  const found: Record<string, string> = {};
  for await (const { threadId, status } of workflow.listRuns()) found[threadId] = status;
  return found;
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of source) found.push(item);
  return found;
}

describe("listRuns", () => {
  const everyKind = async () => {
    const saver = new MemorySaver();
    const work = task("work", async (input: string) => {
      if (input === "fail") throw new Error("no luck");
      return input;
    });
    let stop!: (value: string) => void;
    const hang = task("hang", async () => new Promise<string>((resolve) => (stop = resolve)));
    const workflow = entrypoint({ name: "kinds", checkpointer: saver }, async (input: string) => {
      const result = await work(input);
      if (input === "ask") return interrupt<string>("really?");
      return input === "hang" ? hang() : result;
    });
    for (const input of ["done", "ask", "fail"]) await workflow.invoke(input, thread(input)).catch(() => {});
    const running = workflow.invoke("hang", { ...thread("hang"), runId: "the run" });
    await expect.poll(() => stop, { timeout: 60_000 }).toBeDefined();
    const other = entrypoint({ name: "other", checkpointer: saver }, async () => "done");
    await other.invoke(1, thread("of another workflow"));
    return { workflow, other, saver, end: async () => (stop("end"), running) };
  };

  it("tells what became of each run", async () => {
    const { workflow, other, end } = await everyKind();
    expect(await statuses(workflow)).toEqual({
      hang: "running",
      fail: "failed",
      ask: "paused",
      done: "finished",
    });
    expect(await statuses(other)).toEqual({ "of another workflow": "finished" });
    await end();
    expect(await statuses(workflow)).toMatchObject({ hang: "finished" });
  });

  it("selects by status, limits, and names runs and errors", async () => {
    const { workflow, end } = await everyKind();
    const [failed, ...others] = await all(workflow.listRuns({ status: "failed" }));
    expect(failed).toMatchObject({ threadId: "fail", error: { name: "Error", message: "no luck" } });
    expect(others).toEqual([]);
    const two = await all(workflow.listRuns({ status: ["running", "paused", "finished"], limit: 2 }));
    expect(two.map(({ threadId, runId }) => [threadId, runId])).toEqual([
      ["hang", "the run"],
      ["ask", undefined],
    ]);
    await end();
  });

  it("recover leaves failed, paused and running ones alone", async () => {
    const { workflow, end } = await everyKind();
    expect(await workflow.recover({ olderThan: 0 })).toEqual({ continued: [], failed: [] });
    await end();
  });

  it("is refused by savers that cannot list threads", async () => {
    const workflow = entrypoint({ name: "w", checkpointer: new LangGraphMemorySaver() }, async () => 1);
    await expect(workflow.recover()).rejects.toMatchObject({ code: "NOT_SUPPORTED" });
    await expect(workflow.listRuns().next()).rejects.toMatchObject({ code: "NOT_SUPPORTED" });
  });
});

describe("what is read to find runs", () => {
  /** Savers that count what they read, with threads in every state. */
  const manyThreads = async () => {
    const saver = new MemorySaver();
    const done = entrypoint({ name: "w", checkpointer: saver }, async (input: string) => {
      if (input === "fail") throw new Error("no luck");
      return input === "ask" ? interrupt("?") : input;
    });
    for (let i = 0; i < 50; i++) await done.invoke("end", thread(`done ${i}`));
    await done.invoke("ask", thread("paused"));
    await done.invoke("end", thread("failed"));
    await expect(done.invoke("fail", thread("failed"))).rejects.toThrow("no luck");
    const read: string[] = [];
    const getTuple = saver.getTuple.bind(saver);
    saver.getTuple = async (place) => {
      read.push(String(place.configurable?.["thread_id"]));
      return getTuple(place);
    };
    return { saver, read, workflow: done };
  };

  it("is only threads that may have the requested status", async () => {
    const { read, workflow } = await manyThreads();
    expect(await all(workflow.listRuns({ status: ["unfinished", "failed"] }))).toMatchObject([
      { threadId: "failed" },
    ]);
    expect(read.sort()).toEqual(["failed", "paused"]);
    read.length = 0;
    expect(await workflow.recover({ olderThan: 0 })).toEqual({ continued: [], failed: [] });
    expect(read.sort()).toEqual(["failed", "paused"]);
    read.length = 0;
    expect(await all(workflow.listRuns({ status: "finished" }))).toHaveLength(50);
    expect(read).toHaveLength(50);
    expect(await all(workflow.listRuns({ status: "running" }))).toEqual([]);
    expect(read).toHaveLength(50);
    expect(await all(workflow.listRuns())).toHaveLength(52);
  });

  it("is right after LangGraph.js has run in the thread, and after runs were deleted", async () => {
    const { saver, workflow } = await manyThreads();
    const theirs = langgraph.entrypoint({ name: "w", checkpointer: saver }, async (input: string) => {
      if (input === "fail") throw new Error("no luck");
      return input;
    });
    const failed = async (options = {}) =>
      (await all(workflow.listRuns({ status: "failed", ...options }))).map(({ threadId }) => threadId);
    await expect(theirs.invoke("fail", thread("done 1"))).rejects.toThrow("no luck");
    await theirs.invoke("end", thread("failed"));
    expect(await failed()).toEqual(["done 1"]);
    await expect(theirs.invoke("fail", thread("only LangGraph.js"))).rejects.toThrow("no luck");
    expect(await failed()).toEqual(["done 1"]);
    await workflow.invoke("end", { ...thread("done 1"), runId: "last" });
    expect(await failed()).toEqual([]);
    await saver.deleteForRuns(["last"]);
    expect((await failed({ unmarked: true })).sort()).toEqual(["done 1", "only LangGraph.js"]);
  });
});

describe("a run with an id", () => {
  const counted = (checkpointer: MemorySaver | LangGraphMemorySaver, fails = false) => {
    const log: string[] = [];
    const charge = task("charge", async (amount: number) => {
      log.push(`charged ${amount}`);
      return amount;
    });
    const workflow = entrypoint({ name: "pay", checkpointer }, async (amount: number) => {
      await charge(amount);
      if (fails && log.length === 1) {
        fails = false;
        throw new Error("down");
      }
      return `paid ${amount}`;
    });
    return { log, workflow };
  };

  it.each([
    ["sync", new MemorySaver()],
    ["exit", new MemorySaver()],
    ["sync", new LangGraphMemorySaver()],
  ] as const)("runs once, however often it is started (%s)", async (durability, saver) => {
    const { log, workflow } = counted(saver);
    const first = { ...config, durability, runId: "1" };
    expect(await workflow.invoke(10, first)).toBe("paid 10");
    expect(await workflow.invoke(10, first)).toBe("paid 10");
    expect(await workflow.invoke(20, { ...first, runId: "2" })).toBe("paid 20");
    await workflow.updateState(config, "changed");
    expect(await workflow.invoke(10, first)).toBe("paid 10");
    expect(await workflow.invoke(20, { ...first, runId: "2" })).toBe("paid 20");
    expect(log).toEqual(["charged 10", "charged 20"]);
  });

  it("continues if it had not finished, and is refused if the thread has continued without it", async () => {
    const { log, workflow } = counted(new MemorySaver(), true);
    const first = { ...config, runId: "1" };
    await expect(workflow.invoke(10, first)).rejects.toThrow("down");
    expect(await workflow.invoke(10, first)).toBe("paid 10");
    expect(log).toEqual(["charged 10"]);
    const replaced = counted(new MemorySaver(), true).workflow;
    await expect(replaced.invoke(10, first)).rejects.toThrow("down");
    await replaced.invoke(20, config);
    await expect(replaced.invoke(10, first)).rejects.toMatchObject({ code: "RUN_REPLACED" });
  });

  it("is found after invoke(null) and after LangGraph.js have finished it", async () => {
    for (const finishes of ["here", "LangGraph.js"]) {
      const saver = new MemorySaver();
      const { log, workflow } = counted(saver, true);
      await expect(workflow.invoke(10, { ...config, runId: "1" })).rejects.toThrow("down");
      if (finishes === "here") await workflow.invoke(null, config);
      else {
        const charge = langgraph.task("charge", async (amount: number) => amount);
        const theirs = langgraph.entrypoint({ name: "pay", checkpointer: saver }, async (amount: number) => {
          await charge(amount);
          return `paid ${amount}`;
        });
        await theirs.invoke(null, config);
      }
      await workflow.invoke(20, config);
      expect(await workflow.invoke(10, { ...config, runId: "1" })).toBe("paid 10");
      expect(log).toEqual(["charged 10", "charged 20"]);
    }
  });
});

describe("a run that waits", () => {
  const clocked = () => {
    const clock = new FakeClock(Date.parse("2026-01-01"));
    const remind = task("remind", async (what: string) => `reminded of ${what}`);
    const workflow = entrypoint({ name: "wait", checkpointer: new MemorySaver() }, async (what: string) => {
      sleep(60_000);
      const reminder = await remind(what);
      const paid = waitFor<number>("paid", { timeout: 1000 });
      return `${reminder}, ${paid === undefined ? "not paid" : `paid ${paid}`}`;
    });
    const wake = async () => workflow.recover({ config: { clock } });
    return { clock, workflow, wake };
  };

  it("continues when its time has come and recover() is called", async () => {
    const { clock, workflow, wake } = clocked();
    await workflow.invoke("tea", { ...config, clock });
    await clock.advance(59_999);
    expect(await wake()).toEqual({ continued: [], failed: [] });
    // To repeat the run does not put the time off.
    await workflow.invoke(null, { ...config, clock });
    await clock.advance(1);
    const [run] = await all(workflow.listRuns());
    expect(run).toMatchObject({ status: "paused", wakeAt: new Date("2026-01-01T00:01:00Z") });
    expect(await wake()).toEqual({ continued: ["t"], failed: [] });
    expect(await wake()).toEqual({ continued: [], failed: [] });
    await clock.advance(1000);
    expect(await wake()).toEqual({ continued: ["t"], failed: [] });
    expect((await workflow.getState(config)).values).toBe("reminded of tea, not paid");
  });

  it("gets the event that is sent, and refuses those that it does not wait for", async () => {
    const { clock, workflow, wake } = clocked();
    await workflow.invoke("tea", { ...config, clock });
    await expect(workflow.sendEvent("paid", 1, config)).rejects.toMatchObject({ code: "NOT_PAUSED" });
    await clock.advance(60_000);
    await wake();
    await expect(workflow.sendEvent("shipped", 1, config)).rejects.toMatchObject({ code: "NOT_PAUSED" });
    expect(await workflow.sendEvent("paid", 30, { ...config, clock })).toBe("reminded of tea, paid 30");
  });

  it("is a question to LangGraph.js, which shows it and takes an answer", async () => {
    const saver = new MemorySaver();
    const body = async (_: string, context: { waitFor?: (event: string) => unknown }) =>
      context.waitFor ? context.waitFor("paid") : langgraph.interrupt("paid?");
    await entrypoint({ name: "w", checkpointer: saver }, body).invoke("x", config);
    const theirs = langgraph.entrypoint({ name: "w", checkpointer: saver }, body);
    expect((await theirs.getState(config)).tasks[0]?.interrupts[0]?.value).toEqual({
      __threadmark_wait__: { event: "paid" },
    });
    expect(await theirs.invoke(langgraph.resume(30), config)).toBe(30);
  });

  it("refuses times and events that are none", async () => {
    const run = (code: () => unknown) =>
      entrypoint({ name: "w", checkpointer: new MemorySaver() }, async () => code()).invoke(1, config);
    for (const code of [() => sleep(Number.NaN), () => waitFor(""), () => sleep(new Date("never"))]) {
      await expect(run(code)).rejects.toMatchObject({ code: "INVALID_OPTION" });
    }
    expect(() => sleep(1)).toThrow("outside a run");
  });
});
