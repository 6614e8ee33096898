import { MemorySaver as LangGraphMemorySaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver } from "@threadmark/memory";
import { isWorkflowError } from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { collect, langgraph, thread, threadmark, type AnyWorkflow, type Runtime } from "./runtimes.ts";

// For every fault: what LangGraph.js does, so that it is noticed when it is mended there, and what happens here.

const config = thread("t");
const both = [langgraph, threadmark];
const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Lets everything else that can go on do so, by turns and not by a clock, which a busy machine does not keep to. */
async function othersGoOn(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("a result in sync mode", () => {
  const order = async (runtime: Runtime): Promise<string[]> => {
    const log: string[] = [];
    class SlowSaver extends MemorySaver {
      override async putWrites(...args: Parameters<MemorySaver["putWrites"]>): Promise<void> {
        await othersGoOn();
        await super.putWrites(...args);
        if (args[1].some(([channel, value]) => channel === "__return__" && value === "A"))
          log.push("A is stored");
      }
    }
    const step = runtime.task("step", async (name: string) => {
      log.push(`${name} runs`);
      return name;
    });
    const workflow = runtime.entrypoint({ name: "order", checkpointer: new SlowSaver() }, async () => {
      await step("A");
      await step("B");
    });
    await workflow.invoke(1, { ...config, durability: "sync" });
    return log;
  };

  it("LangGraph.js uses it before it is stored", async () => {
    expect(await order(langgraph)).toEqual(["A runs", "B runs", "A is stored"]);
  });

  it("here it is stored before anything continues", async () => {
    expect(await order(threadmark)).toEqual(["A runs", "A is stored", "B runs"]);
  });
});

describe("an error that the workflow catches", () => {
  const catching = (runtime: Runtime, checkpointer: unknown): AnyWorkflow => {
    const bad = runtime.task("bad", async () => {
      throw new RangeError("boom");
    });
    const ok = runtime.task("ok", async () => "ok");
    return runtime.entrypoint({ name: "catching", checkpointer }, async (kind: string) => {
      if (kind === "try") {
        try {
          await bad();
        } catch (error) {
          return `caught ${(error as Error).message}`;
        }
      }
      if (kind === "settled") return (await Promise.allSettled([bad(), ok()])).map(({ status }) => status);
      if (kind === "catch") return bad().catch(() => "caught");
      return bad();
    });
  };

  it.each(["try", "settled", "catch"])("LangGraph.js fails the run all the same (%s)", async (kind) => {
    await expect(catching(langgraph, new MemorySaver()).invoke(kind, config)).rejects.toThrow("boom");
  });

  it("here it is caught", async () => {
    const workflow = catching(threadmark, new MemorySaver());
    expect(await workflow.invoke("try", config)).toBe("caught boom");
    expect(await workflow.invoke("settled", config)).toEqual(["rejected", "fulfilled"]);
    expect(await workflow.invoke("catch", config)).toBe("caught");
  });

  it("LangGraph.js stores that the workflow was aborted, and here the cause is stored", async () => {
    const stored = async (runtime: Runtime) => {
      const workflow = catching(runtime, new MemorySaver());
      await expect(workflow.invoke("throw", config)).rejects.toThrow(RangeError);
      return (await workflow.getState(config)).tasks[0] as unknown as { error: unknown };
    };
    expect((await stored(langgraph)).error).toEqual({
      message: "This operation was aborted",
      name: "AbortError",
    });
    expect((await stored(threadmark)).error).toEqual({ message: "boom", name: "RangeError" });
  });
});

describe("a workflow that differs when it is repeated", () => {
  /** Calls something, fails, and calls something else the second time. */
  const changing = (
    runtime: Runtime,
    log: string[],
    calls: ((runtimeTasks: Tasks) => Promise<unknown>)[],
  ) => {
    const double = runtime.task("double", async (n: number) => {
      log.push(`double ${n}`);
      return n * 2;
    });
    const halve = runtime.task("halve", async (n: number) => {
      log.push(`halve ${n}`);
      return n / 2;
    });
    const tasks = { double, halve } as unknown as Tasks;
    let run = 0;
    return runtime.entrypoint({ name: "changing", checkpointer: new MemorySaver() }, async () => {
      const result = await calls[run++]!(tasks);
      if (run < calls.length) throw new Error("again");
      return result;
    });
  };
  interface Tasks {
    double(n: number): Promise<number>;
    halve(n: number): Promise<number>;
  }

  it("LangGraph.js serves the result of other arguments", async () => {
    const workflow = changing(langgraph, [], [({ double }) => double(1), ({ double }) => double(100)]);
    await workflow.invoke(1, config).catch(() => {});
    expect(await workflow.invoke(null, config)).toBe(2);
  });

  it("here it ends with NON_DETERMINISTIC, also when the code catches everything", async () => {
    const log: string[] = [];
    const calls = [
      ({ double }: Tasks) => double(1),
      ({ double }: Tasks) => double(100).catch(() => "caught"),
    ];
    const workflow = changing(threadmark, log, calls);
    await workflow.invoke(1, config).catch(() => {});
    const error: unknown = await workflow.invoke(null, config).catch((reason: unknown) => reason);
    expect(isWorkflowError(error, "NON_DETERMINISTIC")).toBe(true);
    expect(log).toEqual(["double 1"]);
  });

  it("LangGraph.js runs another task without a word, and here both are named", async () => {
    const calls = [({ double }: Tasks) => double(1), ({ halve }: Tasks) => halve(1)];
    const theirs = changing(langgraph, [], calls);
    await theirs.invoke(1, config).catch(() => {});
    expect(await theirs.invoke(null, config)).toBe(0.5);
    const ours = changing(threadmark, [], calls);
    await ours.invoke(1, config).catch(() => {});
    await expect(ours.invoke(null, config)).rejects.toThrow(/"double".*"halve"/s);
  });
});

describe("maxConcurrency", () => {
  const most = async (runtime: Runtime): Promise<number> => {
    let running = 0;
    let peak = 0;
    const work = runtime.task("work", async () => {
      peak = Math.max(peak, ++running);
      await othersGoOn();
      running--;
    });
    const workflow = runtime.entrypoint("wide", async () => {
      await Promise.all(Array.from({ length: 8 }, () => work()));
    });
    await workflow.invoke(1, { maxConcurrency: 2 });
    return peak;
  };

  it("is ignored by LangGraph.js and holds here", async () => {
    expect(await most(langgraph)).toBe(8);
    expect(await most(threadmark)).toBe(2);
  });
});

describe("a task that finishes after an abort", () => {
  const aborted = async (runtime: Runtime): Promise<number> => {
    let calls = 0;
    let finish!: () => void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let start!: () => void;
    const started = new Promise<void>((resolve) => (start = resolve));
    const slow = runtime.task("slow", async () => {
      calls++;
      start();
      await finished;
      return calls;
    });
    const workflow = runtime.entrypoint({ name: "slow", checkpointer: new MemorySaver() }, async () =>
      slow(),
    );
    const controller = new AbortController();
    const run = workflow.invoke(1, { ...config, signal: controller.signal });
    await started;
    controller.abort(new Error("enough"));
    await expect(run).rejects.toThrow();
    finish();
    await sleep(50);
    await workflow.invoke(null, config);
    return calls;
  };

  it("runs again with LangGraph.js, and here its result is kept", async () => {
    expect(await aborted(langgraph)).toBe(2);
    expect(await aborted(threadmark)).toBe(1);
  });
});

describe("a call outside a run", () => {
  it("is a TypeError with LangGraph.js, and here it is OUTSIDE_RUN", async () => {
    const [theirs, ours] = both.map((runtime) => runtime.task("lost", async () => 1));
    await expect((async () => theirs!())()).rejects.toThrow(TypeError);
    const error: unknown = await ours!().catch((reason: unknown) => reason);
    expect(isWorkflowError(error, "OUTSIDE_RUN")).toBe(true);
    expect(() => threadmark.interrupt("?")).toThrow(
      expect.objectContaining({ code: "OUTSIDE_RUN" }) as Error,
    );
  });
});

describe("what the workflow sees after a restart", () => {
  const seen = async (runtime: Runtime, checkpointer: unknown): Promise<unknown> => {
    let first = true;
    const make = runtime.task("make", async () => ({ at: new Date(0), size: new Map([["a", 1n]]) }));
    const workflow = runtime.entrypoint({ name: "types", checkpointer }, async () => {
      const { at, size } = (await make()) as { at: Date; size: Map<string, bigint> };
      if (first) {
        first = false;
        throw new Error("again");
      }
      return [typeof at === "string" ? "text" : at.getTime(), size instanceof Map];
    });
    await workflow.invoke(1, config).catch(() => {});
    return workflow.invoke(null, config).catch((error: unknown) => (error as Error).name);
  };

  it("is JSON with LangGraph.js's saver, and what it was with ours", async () => {
    const dates = { make: async (runtime: Runtime, saver: unknown) => seen(runtime, saver) };
    expect(await dates.make(langgraph, new LangGraphMemorySaver())).not.toEqual([0, true]);
    expect(await dates.make(threadmark, new MemorySaver())).toEqual([0, true]);
  });
});

// LangGraph.js loses some of it, but not always.
describe("what a task that fails at once has shown", () => {
  const shown = async (runtime: Runtime): Promise<unknown[]> => {
    const bad = runtime.task("bad", async () => {
      throw new Error("at once");
    });
    const workflow = runtime.entrypoint({ name: "fails", checkpointer: new MemorySaver() }, async () =>
      bad(),
    );
    const { chunks, error } = await collect(workflow, 1, { ...config, streamMode: "tasks" });
    expect((error as Error).message).toBe("at once");
    return chunks;
  };

  it("comes before the error", async () => {
    expect(await shown(threadmark)).toMatchObject([
      { name: "fails", input: 1 },
      { name: "bad", input: [] },
      { name: "bad", error: { message: "at once" } },
      { name: "fails", error: { message: "at once" } },
    ]);
  });
});
