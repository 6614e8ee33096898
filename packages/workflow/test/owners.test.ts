import { MemorySaver as LangGraphMemorySaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver } from "@threadmark/memory";
import { entrypoint, isWorkflowError, type RunConfig, type WorkflowSaver } from "@threadmark/workflow";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { langgraph, thread, threadmark, type AnyWorkflow, type Runtime } from "./runtimes.ts";

// Two processes are two workflows on one saver: what they know of each other is in it.

const config = thread("t");

/** Opens when its function is called. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Asks, and ships when the answer has come. */
function shop(runtime: Runtime, checkpointer: WorkflowSaver, log: string[]): AnyWorkflow {
  const ship = runtime.task("ship", async (who: string) => {
    log.push(`shipped for ${who}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return who;
  });
  return runtime.entrypoint({ name: "shop", checkpointer }, async () => {
    const who = runtime.interrupt("who?");
    const shipped = await ship(who);
    return [shipped, runtime.interrupt("and now?")];
  });
}

async function outcomes(calls: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((result) => {
    if (result.status === "fulfilled") return "ran";
    return isWorkflowError(result.reason) ? result.reason.code : String(result.reason);
  });
}

describe("two answers at once", () => {
  const race = async (runtime: Runtime, saver: WorkflowSaver, more: RunConfig = {}) => {
    const log: string[] = [];
    const [a, b] = [shop(runtime, saver, log), shop(runtime, saver, log)];
    await a.invoke("begin", config);
    const ends = await outcomes([
      a.invoke(runtime.resume("A"), { ...config, ...more }),
      b.invoke(runtime.resume("B"), { ...config, ...more }),
    ]);
    return { log, ends, state: await a.getState(config) };
  };

  it("LangGraph.js runs what comes after the question twice", async () => {
    const { log, ends } = await race(langgraph, new MemorySaver());
    expect(ends).toEqual(["ran", "ran"]);
    expect(log).toHaveLength(2);
  });

  it.each(["reject", "wait"] as const)("one runs, and the other is refused (%s)", async (concurrency) => {
    for (const durability of ["sync", "exit"] as const) {
      const { log, ends, state } = await race(threadmark, new MemorySaver(), { concurrency, durability });
      expect(log).toHaveLength(1);
      expect([...ends].sort()).toEqual(["ALREADY_RESUMED", "ran"]);
      // The answer that came too late does not go to the next question.
      expect(state.tasks[0]?.interrupts.map(({ value }) => value)).toEqual(["and now?"]);
    }
  });

  it("with LangGraph.js's own saver nothing is refused, as before", async () => {
    const { ends } = await race(threadmark, new LangGraphMemorySaver());
    expect(ends).toEqual(["ran", "ran"]);
  });
});

describe("two runs of one thread at once", () => {
  const counter = (runtime: Runtime, checkpointer: WorkflowSaver): AnyWorkflow => {
    const add = runtime.task("add", async (sum: number, step: number) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return sum + step;
    });
    return runtime.entrypoint({ name: "counter", checkpointer }, async (step: number) =>
      add(runtime.previous() ?? 0, step),
    );
  };
  const sumOf = async (runtime: Runtime, more: RunConfig) => {
    const saver = new MemorySaver();
    const [a, b] = [counter(runtime, saver), counter(runtime, saver)];
    await a.invoke(1, config);
    const ends = await outcomes([
      a.invoke(10, { ...config, ...more }),
      b.invoke(100, { ...config, ...more }),
    ]);
    return { ends: [...ends].sort(), sum: (await a.getState(config)).values as number };
  };

  it("LangGraph.js loses one without an error", async () => {
    const { ends, sum } = await sumOf(langgraph, {});
    expect(ends).toEqual(["ran", "ran"]);
    expect([11, 101]).toContain(sum);
  });

  it("the second is refused", async () => {
    const { ends, sum } = await sumOf(threadmark, {});
    expect(ends).toEqual(["THREAD_BUSY", "ran"]);
    expect([11, 101]).toContain(sum);
  });

  it("or waits for its turn", async () => {
    expect(await sumOf(threadmark, { concurrency: "wait" })).toEqual({ ends: ["ran", "ran"], sum: 111 });
  });

  it("or is allowed, as in LangGraph.js", async () => {
    const { ends } = await sumOf(threadmark, { concurrency: "allow" });
    expect(ends).toEqual(["ran", "ran"]);
  });

  it("stops waiting when it is aborted", async () => {
    const saver = new MemorySaver();
    await saver.claimThread("t", { claim: "somebody", ttl: { seconds: 60 } });
    const controller = new AbortController();
    const run = counter(threadmark, saver).invoke(1, {
      ...config,
      concurrency: "wait",
      signal: controller.signal,
    });
    controller.abort(new Error("enough"));
    await expect(run).rejects.toThrow("enough");
  });

  it("refuses what is none of the three", async () => {
    const run = counter(threadmark, new MemorySaver()).invoke(1, { ...config, concurrency: "queue" });
    await expect(run).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});

describe("an owner", () => {
  /** A run that is in the middle of its task. */
  const midway = async (saver: MemorySaver, more: RunConfig = {}) => {
    const [began, goOn] = [gate(), gate()];
    const work = threadmark.task("work", async () => {
      began.open();
      await goOn.opened;
      return "late";
    });
    const workflow = threadmark.entrypoint({ name: "owner", checkpointer: saver }, async () => work());
    const run = workflow.invoke("begin", { ...config, ...more });
    run.catch(() => {});
    await began.opened;
    return { run, goOn, workflow };
  };
  const claimOf = async (saver: MemorySaver) => (await saver.getThread("t"))?.claim;
  const writesOf = async (saver: MemorySaver) => (await saver.getTuple(config))?.pendingWrites;

  it("has the thread while values are set from outside, which wait for no run", async () => {
    const saver = new MemorySaver();
    const count = entrypoint({ name: "count", checkpointer: saver }, async (n: number) => n);
    await count.invoke(1, config);
    await saver.claimThread("t", { claim: "somebody", ttl: { seconds: 60 } });
    await expect(count.updateState(config, 2)).rejects.toMatchObject({ code: "THREAD_BUSY" });
    await saver.releaseThread("t", "somebody");
    await count.updateState(config, 3);
    expect((await count.getState(config)).values).toBe(3);
    expect((await saver.getThread("t"))?.claim).toBeUndefined();
  });

  it("has the thread until its run has ended", async () => {
    const saver = new MemorySaver();
    const { run, goOn } = await midway(saver);
    expect(await claimOf(saver)).toBeDefined();
    goOn.open();
    await run;
    expect(await claimOf(saver)).toBeUndefined();
  });

  it.each(["sync", "async", "exit"] as const)(
    "that lost the thread stores nothing more (%s)",
    async (durability) => {
      const saver = new MemorySaver();
      const { run, goOn } = await midway(saver, { durability });
      await saver.releaseThread("t", (await claimOf(saver))!.id);
      await saver.claimThread("t", { claim: "another process", ttl: { seconds: 60 } });
      goOn.open();
      await expect(run).rejects.toMatchObject({ code: "THREAD_LOST" });
      expect((await writesOf(saver)) ?? []).toEqual([]);
      expect((await claimOf(saver))?.id).toBe("another process");
    },
  );

  it("keeps the thread longer than its lease, and notices when it has lost it", async () => {
    const saver = new MemorySaver();
    const { run, goOn } = await midway(saver, { lease: 2400 });
    const { until } = (await claimOf(saver))!;
    await expect.poll(async () => (await claimOf(saver))!.until > until, { timeout: 60_000 }).toBe(true);
    await saver.releaseThread("t", (await claimOf(saver))!.id);
    // The task is still at work.
    await expect(run).rejects.toMatchObject({ code: "THREAD_LOST" });
    goOn.open();
    expect(await claimOf(saver)).toBeUndefined();
  });

  it("that was dead for longer than its lease is followed by the next", async () => {
    const saver = new MemorySaver();
    await saver.claimThread("t", { claim: "dead", ttl: { seconds: 0.05 } });
    const next = threadmark.entrypoint({ name: "owner", checkpointer: saver }, async () => "next");
    expect(await next.invoke(1, { ...config, concurrency: "wait" })).toBe("next");
  });

  it("of a deleted thread stores nothing more", async () => {
    const saver = new MemorySaver();
    const { run, goOn } = await midway(saver);
    await saver.deleteThread("t");
    goOn.open();
    await expect(run).rejects.toMatchObject({ code: "THREAD_LOST" });
    expect(await saver.getThread("t")).toBeUndefined();
  });

  it("that is aborted lets the next run begin at once, and what comes late is stored if none has", async () => {
    for (const next of [true, false]) {
      const saver = new MemorySaver();
      const controller = new AbortController();
      const { run, goOn, workflow } = await midway(saver, { signal: controller.signal });
      controller.abort(new Error("stop"));
      await expect(run).rejects.toThrow("stop");
      if (next) {
        const other = threadmark.entrypoint({ name: "owner", checkpointer: saver }, async () => "next");
        await other.invoke("again", config);
      }
      goOn.open();
      await expect.poll(() => claimOf(saver), { timeout: 60_000 }).toBeUndefined();
      const history = [];
      for await (const { pendingWrites } of saver.list(config)) history.push(...pendingWrites!);
      expect(history.some(([, , value]) => value === "late")).toBe(!next);
      expect(await workflow.invoke(null, config)).toBe(next ? "next" : "late");
    }
  });

  it.each([1, -1])("lets the next run begin at once although its clock is set (%i year)", async (years) => {
    const saver = new MemorySaver();
    const controller = new AbortController();
    const { run, goOn } = await midway(saver, { signal: controller.signal });
    const { now } = Date;
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now() + years * 31_536_000_000);
    onTestFinished(() => clock.mockRestore());
    controller.abort(new Error("stop"));
    await expect(run).rejects.toThrow("stop");
    const other = threadmark.entrypoint({ name: "owner", checkpointer: saver }, async () => "next");
    expect(await other.invoke("again", config)).toBe("next");
    goOn.open();
  });

  it("that has nothing to run leaves no thread", async () => {
    const saver = new MemorySaver();
    const workflow = shop(threadmark, saver, []);
    await expect(workflow.invoke(null, config)).rejects.toMatchObject({ code: "EMPTY_INPUT" });
    await expect(workflow.invoke(threadmark.resume(1), config)).rejects.toMatchObject({ code: "NOT_PAUSED" });
    expect(await saver.getThread("t")).toBeUndefined();
  });
});
