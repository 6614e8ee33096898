import { MemorySaver } from "@threadmark/memory";
import {
  entrypoint,
  getConfig,
  getWriter,
  interrupt,
  isInterrupted,
  task,
  type Context,
} from "@threadmark/workflow";
import { FakeClock } from "@threadmark/workflow/testing";
import { describe, expect, it } from "vitest";
import { thread } from "./runtimes.ts";

const config = thread("t");
const never = () => new Promise<never>(() => {});

describe("retry", () => {
  const failing = (errors: unknown[], options: object) => {
    let attempts = 0;
    const flaky = task(
      { name: "flaky", retry: { initialInterval: 1, jitter: false, ...options } },
      async () => {
        attempts++;
        if (errors.length > 0) throw errors.shift() as Error;
        return getConfig().run.attempt;
      },
    );
    const run = entrypoint("retrying", async () => flaky()).invoke(1);
    return run.then(
      (result) => ({ result, attempts }),
      (error: unknown) => ({ error, attempts }),
    );
  };

  it("tries three times by default, and gives the last error", async () => {
    const [one, two, three] = ["1", "2", "3"].map((text) => new Error(text));
    expect(await failing([one, two], {})).toEqual({ result: 3, attempts: 3 });
    expect(await failing([one, two, three], {})).toEqual({ error: three, attempts: 3 });
    expect(await failing([one, two, three], { maxAttempts: 4 })).toEqual({ result: 4, attempts: 4 });
  });

  it("does not repeat what will not get better", async () => {
    const refused = Object.assign(new Error("no"), { status: 401 });
    const aborted = Object.assign(new Error("stop"), { name: "AbortError" });
    expect(await failing([refused], {})).toEqual({ error: refused, attempts: 1 });
    expect(await failing([aborted], {})).toEqual({ error: aborted, attempts: 1 });
    expect(await failing([new Error("x")], { retryOn: () => false })).toMatchObject({ attempts: 1 });
  });

  it("waits longer each time, and no longer than the limit", async () => {
    const clock = new FakeClock();
    const at: number[] = [];
    const flaky = task(
      {
        name: "flaky",
        retry: { maxAttempts: 5, initialInterval: 100, backoffFactor: 3, maxInterval: 500, jitter: false },
      },
      async () => {
        at.push(clock.now());
        throw new Error("no");
      },
    );
    const run = entrypoint("waiting", async () => flaky()).invoke(1, { clock });
    const failure = run.catch(() => "failed");
    await clock.advance(10_000);
    expect(await failure).toBe("failed");
    expect(at).toEqual([0, 100, 400, 900, 1400]);
  });

  it("keeps the results of tasks that the task called", async () => {
    const log: string[] = [];
    const inner = task("inner", async () => log.push("inner"));
    let attempts = 0;
    const outer = task({ name: "outer", retry: { initialInterval: 1, jitter: false } }, async () => {
      await inner();
      if (++attempts < 3) throw new Error("again");
    });
    const saver = new MemorySaver();
    const workflow = entrypoint({ name: "nested", checkpointer: saver }, async () => outer());
    await workflow.invoke(1, config);
    expect(attempts).toBe(3);
    expect(log).toEqual(["inner"]);
  });

  it("does not take a question for a failure", async () => {
    let attempts = 0;
    const ask = task({ name: "ask", retry: { initialInterval: 1 } }, async () => {
      attempts++;
      return interrupt("?");
    });
    const workflow = entrypoint({ name: "asking", checkpointer: new MemorySaver() }, async () => ask());
    expect(isInterrupted(await workflow.invoke(1, config))).toBe(true);
    expect(attempts).toBe(1);
  });
});

describe("timeout", () => {
  it("ends an attempt, aborts its signal, and drops what it still does", async () => {
    const clock = new FakeClock();
    const shown: unknown[] = [];
    let late!: Promise<unknown>;
    let signal!: AbortSignal;
    const other = task("other", async () => "called");
    const slow = task({ name: "slow", timeout: 1000, context: true }, async (context: Context) => {
      signal = context.signal;
      const { writer } = context;
      late = new Promise<void>((resolve) => clock.after(2000, resolve)).then(async () => {
        writer("late");
        return context.call(other).catch((error: unknown) => (error as { code: string }).code);
      });
      await late;
    });
    const workflow = entrypoint("timing", async () => {
      await slow().catch(() => {});
      getWriter()("end");
      await new Promise<void>((resolve) => clock.after(5000, resolve));
    });
    const reading = (async () => {
      for await (const chunk of workflow.stream(1, { clock, streamMode: "custom" })) shown.push(chunk);
    })();
    await clock.advance(10_000);
    await reading;
    expect(shown).toEqual(["end"]);
    expect(signal.reason).toMatchObject({ code: "TIMEOUT" });
    expect(await late).toBe("TIMEOUT");
  });

  it("counts the time without a sign of work, and heartbeats are one", async () => {
    const outcome = async (refreshOn: "auto" | "heartbeat", sign: "write" | "heartbeat" | "none") => {
      const clock = new FakeClock();
      const working = task({ name: "working", timeout: { idleTimeout: 100, refreshOn } }, async () => {
        for (let i = 0; i < 5; i++) {
          await new Promise<void>((resolve) => clock.after(60, resolve));
          if (sign === "write") getWriter()(i);
          if (sign === "heartbeat") getConfig().heartbeat();
        }
        return "done";
      });
      const run = entrypoint("idle", async () => working()).invoke(1, { clock });
      const settled = run.catch((error: unknown) => (error as { code: string }).code);
      await clock.advance(1000);
      return settled;
    };
    expect(await outcome("auto", "write")).toBe("done");
    expect(await outcome("auto", "heartbeat")).toBe("done");
    expect(await outcome("auto", "none")).toBe("TIMEOUT");
    expect(await outcome("heartbeat", "write")).toBe("TIMEOUT");
    expect(await outcome("heartbeat", "heartbeat")).toBe("done");
  });

  it("of a workflow ends the run, and the next one continues", async () => {
    const clock = new FakeClock();
    let hangs = true;
    const quick = task("quick", async () => "quick");
    const workflow = entrypoint({ name: "w", checkpointer: new MemorySaver(), timeout: 100 }, async () => {
      const result = await quick();
      if (hangs) await never();
      return result;
    });
    const failure = workflow.invoke(1, { ...config, clock }).catch((error: unknown) => error);
    await clock.advance(200);
    expect(await failure).toMatchObject({ code: "TIMEOUT" });
    hangs = false;
    expect(await workflow.invoke(null, config)).toBe("quick");
  });
});

describe("calls", () => {
  it("with a key may come in any order when the run is repeated", async () => {
    const log: string[] = [];
    const work = task("work", async (name: string) => {
      log.push(name);
      return name;
    });
    let run = 0;
    const workflow = entrypoint({ name: "keys", checkpointer: new MemorySaver() }, async () => {
      const names = run++ === 0 ? ["a", "b", "c"] : ["c", "a", "b", "d"];
      const results = await Promise.all(names.map((name) => work.withKey(name)(name)));
      if (run === 1) throw new Error("again");
      return results;
    });
    await workflow.invoke(1, config).catch(() => {});
    expect(await workflow.invoke(null, config)).toEqual(["c", "a", "b", "d"]);
    expect(log).toEqual(["a", "b", "c", "d"]);
  });

  it("that nobody waits for are done before the run ends, and their failure is not the run's", async () => {
    const log: string[] = [];
    const slow = task("slow", async (name: string) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (name === "bad") throw new Error("nobody hears");
      log.push(name);
    });
    const workflow = entrypoint({ name: "floating", checkpointer: new MemorySaver() }, async () => {
      void slow("good");
      void slow("bad");
      return "early";
    });
    expect(await workflow.invoke(1, config)).toBe("early");
    expect(log).toEqual(["good"]);
  });

  it("of a race are all stored", async () => {
    const log: string[] = [];
    const wait = task("wait", async (milliseconds: number) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      log.push(String(milliseconds));
      return milliseconds;
    });
    let again = true;
    const workflow = entrypoint({ name: "race", checkpointer: new MemorySaver() }, async () => {
      const first = await Promise.race([wait(5), wait(30)]);
      if (again) throw new Error("again");
      return first;
    });
    await workflow.invoke(1, config).catch(() => {});
    again = false;
    expect(await workflow.invoke(null, config)).toBe(5);
    expect(log).toEqual(["5", "30"]);
  });

  it("of ten thousand tasks in one run are all served when it is repeated", async () => {
    let calls = 0;
    let again = true;
    const count = task("count", async (n: number) => {
      calls++;
      return n;
    });
    const workflow = entrypoint({ name: "many", checkpointer: new MemorySaver() }, async (n: number) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += await count(i);
      if (again) throw new Error("again");
      return sum;
    });
    await workflow.invoke(10_000, config).catch(() => {});
    again = false;
    expect(await workflow.invoke(null, config)).toBe(49_995_000);
    expect(calls).toBe(10_000);
  });
});

describe("options", () => {
  it("that are wrong are refused by name", () => {
    const refused = (make: () => unknown) =>
      expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }) as Error);
    refused(() => task("", async () => 1));
    refused(() => task("t", undefined as never));
    refused(() => task("t", function* () {} as never));
    refused(() => task({ name: "t", timeout: -1 }, async () => 1));
    refused(() => entrypoint("e", async function* () {}));
    refused(() => entrypoint({ name: "e", checkpointer: {} as never }, async () => 1));
  });
});
