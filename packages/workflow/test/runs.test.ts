import { MemorySaver } from "@threadmark/memory";
import {
  Command,
  entrypoint,
  getConfig,
  getPreviousState,
  getStore,
  interrupt,
  isPause,
  task,
  type Context,
} from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { historyOf, thread } from "./runtimes.ts";

const config = thread("t");
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: unknown) => (error as { code?: string }).code,
  );
const sum = (checkpointer = new MemorySaver()) =>
  entrypoint(
    { name: "sum", checkpointer },
    async (n: number, { previous = 0 }: { previous?: number }) => previous + n,
  );

describe("previous", () => {
  it("is what the last run of the thread saved, as parameter and as function", async () => {
    const seen: unknown[] = [];
    const workflow = entrypoint(
      { name: "p", checkpointer: new MemorySaver() },
      async (n: number, context: Context<number>) => {
        seen.push([context.previous, getPreviousState<number>(), getConfig().previous]);
        return entrypoint.final({ value: "shown", save: n });
      },
    );
    expect(await workflow.invoke(1, config)).toBe("shown");
    await workflow.invoke(2, config);
    await workflow.invoke(3, thread("other"));
    expect(seen).toEqual([
      [undefined, undefined, undefined],
      [1, 1, 1],
      [undefined, undefined, undefined],
    ]);
  });
});

describe("a thread", () => {
  it("shows its state and history", async () => {
    const workflow = sum();
    expect(await workflow.getState(config)).toEqual({ values: {}, next: [], tasks: [], config });
    await workflow.invoke(1, config);
    await workflow.invoke(2, config);
    const state = await workflow.getState(config);
    expect(state).toMatchObject({
      values: 3,
      next: [],
      tasks: [],
      metadata: { source: "loop", step: 2, thread_id: "t" },
    });
    const history = await historyOf(workflow, config);
    expect(history.map(({ values, next }) => [values, next])).toEqual([
      [3, []],
      [1, ["sum"]],
      [1, []],
      [null, ["sum"]],
    ]);
    const second: unknown[] = [];
    for await (const { values } of workflow.getStateHistory(config, {
      limit: 1,
      before: history[1]!.config as object,
    })) {
      second.push(values);
    }
    expect(second).toEqual([1]);
  });

  it("branches from an older checkpoint, and both branches keep their values", async () => {
    const workflow = sum();
    for (const n of [1, 2, 3]) await workflow.invoke(n, config);
    const history = await historyOf(workflow, config);
    const first = history.find(({ values, next }) => values === 1 && next.length === 0)!;
    expect(await workflow.invoke(100, first.config as object)).toBe(101);
    expect(await workflow.invoke(1, config)).toBe(102);
    expect((await workflow.getState(history[0]!.config as object)).values).toBe(6);
    const branch = await workflow.updateState(
      first.config as object,
      entrypoint.final({ value: "v", save: 1000 }),
    );
    expect((await workflow.getState(branch)).values).toBe("v");
    expect(await workflow.invoke(1, config)).toBe(1001);
  });

  it("takes values by a command, with an answer and without", async () => {
    const workflow = entrypoint(
      { name: "cmd", checkpointer: new MemorySaver() },
      async (ask: boolean, { previous }: { previous?: unknown }) => [previous, ask && interrupt("?")],
    );
    await workflow.invoke(false, config);
    expect(await workflow.invoke(new Command({ update: { __previous__: "set" } }), config)).toEqual([
      undefined,
      false,
    ]);
    await workflow.invoke(true, config);
    expect(
      await workflow.invoke(new Command({ resume: "yes", update: { __previous__: "both" } }), config),
    ).toEqual(["both", "yes"]);
    expect(await code(workflow.invoke(new Command({ update: { other: 1 } }), config))).toBe("INVALID_OPTION");
    expect(await code(workflow.invoke(new Command({}), config))).toBe("EMPTY_INPUT");
  });

  it("that finished gives its value to the next run on the thread", async () => {
    const workflow = sum();
    await workflow.invoke(1, config);
    expect(await workflow.invoke(null, config)).toBe(1);
  });
});

describe("a run", () => {
  it("needs input, and says what for", async () => {
    const workflow = sum();
    expect(await code(workflow.invoke(null, config))).toBe("EMPTY_INPUT");
    expect(await code(workflow.invoke(1, { configurable: { thread_id: "t", checkpoint_id: "nope" } }))).toBe(
      "CHECKPOINT_NOT_FOUND",
    );
    const without = entrypoint("w", async () => interrupt("?"));
    expect(await code(without.invoke(1))).toBe("NO_CHECKPOINTER");
    expect(await code(without.invoke(new Command({ resume: 1 })))).toBe("NO_CHECKPOINTER");
    expect(await code(without.getState(config))).toBe("NO_CHECKPOINTER");
    expect(await code(workflow.invoke(1, { ...config, durability: "later" as never }))).toBe(
      "INVALID_OPTION",
    );
    expect(await code(workflow.invoke(1, { ...config, maxConcurrency: 0 }))).toBe("INVALID_OPTION");
    expect(await code(workflow.invoke(1, { ...config, timeout: 0 }))).toBe("INVALID_OPTION");
  });

  it("hands its store, configurable values and tags through", async () => {
    const store = { is: "mine" };
    const look = task(
      { name: "look", context: true },
      async ({ store: found, configurable, tags }: Context) => [
        found === store && getStore() === store,
        configurable["user"],
        tags,
      ],
    );
    const workflow = entrypoint({ name: "s", store }, async () => look());
    expect(await workflow.invoke(1, { configurable: { user: "me" }, tags: ["x"] })).toEqual([
      true,
      "me",
      ["x"],
    ]);
  });

  it("stores nothing when it was aborted before it began, and ends with the reason", async () => {
    const saver = new MemorySaver();
    const reason = new Error("never mind");
    await expect(sum(saver).invoke(1, { ...config, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await saver.getTuple(config)).toBeUndefined();
  });

  it("starts no further task after an abort, and continues later", async () => {
    const log: string[] = [];
    const controller = new AbortController();
    const step = task("step", async (name: string) => {
      log.push(name);
      if (name === "a") controller.abort(new Error("enough"));
    });
    const workflow = entrypoint({ name: "steps", checkpointer: new MemorySaver() }, async () => {
      await step("a");
      await step("b");
      return "done";
    });
    await expect(workflow.invoke(1, { ...config, signal: controller.signal })).rejects.toThrow("enough");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual(["a"]);
    expect(await workflow.invoke(null, config)).toBe("done");
    expect(log).toEqual(["a", "b"]);
  });

  it("keeps the results of an aborted run in exit mode too", async () => {
    let calls = 0;
    const controller = new AbortController();
    const step = task("step", async () => {
      controller.abort(new Error("enough"));
      return ++calls;
    });
    const workflow = entrypoint({ name: "exit", checkpointer: new MemorySaver() }, async () => {
      await step();
      return (await step()) + calls;
    });
    const options = { ...config, durability: "exit" as const };
    await expect(workflow.invoke(1, { ...options, signal: controller.signal })).rejects.toThrow("enough");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await workflow.invoke(null, options)).toBe(4);
    expect(calls).toBe(2);
  });

  it("with a limit lets tasks wait for tasks they called", async () => {
    const leaf = task("leaf", async (n: number) => n);
    const middle = task("middle", async (n: number) => {
      const [a, b] = await Promise.all([leaf(n), leaf(n + 1)]);
      return a + b;
    });
    const child = entrypoint("child", async (n: number) => middle(n));
    const outer = task("outer", async (n: number) => (await middle(n)) + (await child.invoke(n)));
    const workflow = entrypoint("deep", async () => Promise.all([outer(1), outer(10), leaf(5)]));
    expect(await workflow.invoke(1, { maxConcurrency: 1 })).toEqual([6, 42, 5]);
  });

  it("ends with the error of its checkpointer, whatever the workflow catches", async () => {
    class Broken extends MemorySaver {
      override putWrites(): Promise<void> {
        return Promise.reject(new Error("disk full"));
      }
    }
    const step = task("step", async () => 1);
    for (const durability of ["sync", "async"] as const) {
      const workflow = entrypoint({ name: "w", checkpointer: new Broken() }, async () =>
        step().catch(() => "caught"),
      );
      await expect(workflow.invoke(1, { ...config, durability })).rejects.toThrow("disk full");
    }
  });

  it.each([
    ["sync", 2, 2],
    ["async", 2, 2],
    ["exit", 1, 0],
  ] as const)("in %s mode makes %i checkpoints and %i other writes", async (durability, puts, writes) => {
    const counts = { put: 0, putWrites: 0 };
    class Counting extends MemorySaver {
      override async put(...args: Parameters<MemorySaver["put"]>): ReturnType<MemorySaver["put"]> {
        counts.put++;
        return super.put(...args);
      }
      override async putWrites(...args: Parameters<MemorySaver["putWrites"]>): Promise<void> {
        counts.putWrites++;
        return super.putWrites(...args);
      }
    }
    const step = task("step", async () => 1);
    const workflow = entrypoint({ name: "w", checkpointer: new Counting() }, async () => step());
    await workflow.invoke(1, { ...config, durability });
    expect(counts).toEqual({ put: puts, putWrites: writes });
  });

  it("lets code see that what it caught is a question", async () => {
    let seen: boolean | undefined;
    const workflow = entrypoint({ name: "w", checkpointer: new MemorySaver() }, async () => {
      try {
        return interrupt("?");
      } catch (error) {
        seen = isPause(error);
        throw error;
      }
    });
    await workflow.invoke(1, config);
    expect(seen).toBe(true);
  });
});

describe("workflows that a workflow calls", () => {
  it("have their own previous state only within one call, and remember nothing after it", async () => {
    const child = entrypoint(
      "child",
      async (n: number, { previous }: { previous?: number }) => previous ?? n,
    );
    const parent = entrypoint({ name: "parent", checkpointer: new MemorySaver() }, async () => [
      await child.invoke(1),
      await child.invoke(2),
    ]);
    expect(await parent.invoke(0, config)).toEqual([1, 2]);
    expect(await parent.invoke(0, config)).toEqual([1, 2]);
  });

  it("run on their own thread when they are given one", async () => {
    const total = sum();
    const parent = entrypoint({ name: "parent", checkpointer: new MemorySaver() }, async (n: number) =>
      total.invoke(n, thread("total")),
    );
    expect(await parent.invoke(1, config)).toBe(1);
    expect(await parent.invoke(2, config)).toBe(3);
    expect((await total.getState(thread("total"))).values).toBe(3);
  });
});
