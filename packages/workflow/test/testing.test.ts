import { MemorySaver } from "@threadmark/memory";
import { entrypoint, interrupt, task } from "@threadmark/workflow";
import { crashEverywhere, FakeClock, mockTask, replay } from "@threadmark/workflow/testing";
import { describe, expect, it } from "vitest";
import { thread } from "./runtimes.ts";

const config = thread("t");
const saver = () => new MemorySaver();

const add = task("add", async (a: number, b: number) => a + b);
const outer = task("outer", async (n: number) => (await add(n, 10)) * 2);
const child = entrypoint(
  "child",
  async (n: number) => [await add(n, 1), interrupt<string>("child?")] as const,
);
const everything = entrypoint("everything", async (n: number) => {
  const [a, b] = await Promise.all([add(n, 1), outer(n)]);
  const answer = interrupt<string>(`after ${a}`);
  return [a, b, answer, ...(await child.invoke(b)), await add(a, b)];
});

describe("crashEverywhere", () => {
  it.each(["sync", "async", "exit"] as const)(
    "brings a workflow to the same end wherever it dies (%s)",
    async (durability) => {
      const answer = ({ value }: { value: unknown }) => `answer to ${String(value)}`;
      const report = await crashEverywhere(everything, { input: 1, saver, answer, config: { durability } });
      expect(report.result).toEqual([2, 22, "answer to after 2", 23, "answer to child?", 24]);
      expect(report.points).toBeGreaterThan(durability === "exit" ? 5 : 15);
    },
  );

  it("finds a workflow whose result depends on how often its body runs", async () => {
    let bodies = 0;
    const counting = entrypoint("counting", async () => {
      bodies++;
      await add(1, 2);
      return bodies;
    });
    await expect(crashEverywhere(counting, { input: 1, saver })).rejects.toThrow(
      /different result after dying/,
    );
  });

  it("finds a workflow that cannot be repeated", async () => {
    let bodies = 0;
    const changing = entrypoint("changing", async () => add(++bodies, 0).then(() => "done"));
    const failure: unknown = await crashEverywhere(changing, { input: 1, saver }).catch(
      (error: unknown) => error,
    );
    expect((failure as Error).cause).toMatchObject({ code: "NON_DETERMINISTIC" });
  });
});

describe("replay", () => {
  const store = async () => {
    const checkpointer = saver();
    const order = entrypoint({ name: "order", checkpointer }, async (n: number) =>
      add(await add(n, 1), await outer(n)),
    );
    await order.invoke(1, config);
    await order.invoke(2, config);
    return checkpointer;
  };

  it("takes code that does what the history says, and runs nothing", async () => {
    const checkpointer = await store();
    const mocked = mockTask(add, async () => -1);
    const same = entrypoint("order", async (n: number) => {
      const first = await add(n, 1);
      return add(first, await outer(n));
    });
    expect(await replay(same, checkpointer, config)).toEqual({ runs: 2, tasks: 8 });
    expect(mocked.calls).toEqual([]);
    mocked.restore();
  });

  it.each([
    ["another task", async (n: number) => outer(n)],
    ["one task more", async (n: number) => add(await add(await add(n, 1), await outer(n)), 0)],
    ["another result", async (n: number) => 1 + (await add(await add(n, 1), await outer(n)))],
  ])("refuses code with %s", async (_what, body) => {
    await expect(replay(entrypoint("order", body), await store(), config)).rejects.toMatchObject({
      code: "NON_DETERMINISTIC",
    });
  });

  it("takes code that continues where an unfinished run has stopped", async () => {
    const checkpointer = saver();
    const first = entrypoint({ name: "half", checkpointer }, async (n: number) => {
      await add(n, 1);
      throw new Error("half-way");
    });
    await first.invoke(1, config).catch(() => {});
    const mended = entrypoint("half", async (n: number) => add(await add(n, 1), 5));
    expect(await replay(mended, checkpointer, config)).toEqual({ runs: 1, tasks: 1 });
    const changed = entrypoint("half", async (n: number) => add(n, 2));
    await expect(replay(changed, checkpointer, config)).rejects.toMatchObject({ code: "NON_DETERMINISTIC" });
  });
});

describe("mockTask", () => {
  it("runs in place of a task until it is restored", async () => {
    const workflow = entrypoint("mocked", async (n: number) => add(n, 1));
    const mocked = mockTask(add, (a) => a * 100);
    expect(await workflow.invoke(2)).toBe(200);
    expect(mocked.calls).toEqual([[2, 1]]);
    mocked[Symbol.dispose]();
    expect(await workflow.invoke(2)).toBe(3);
  });
});

describe("FakeClock", () => {
  it("lets retries and timeouts pass without waiting for them", async () => {
    const clock = new FakeClock();
    let attempts = 0;
    const flaky = task(
      { name: "flaky", retry: { maxAttempts: 4, jitter: false }, timeout: 60_000 },
      async () => {
        if (++attempts < 4) throw new Error("not yet");
        await new Promise(() => {});
      },
    );
    const failure = entrypoint("slow", async () => flaky())
      .invoke(1, { clock })
      .catch((error: unknown) => error);
    await clock.advance(500 + 1000 + 2000);
    expect(attempts).toBe(4);
    await clock.advance(60_000);
    expect(await failure).toMatchObject({ code: "TIMEOUT" });
    expect(clock.waiting).toBe(0);
  });
});
