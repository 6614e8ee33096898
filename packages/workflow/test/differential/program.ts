import * as fc from "fast-check";
import type { AnyWorkflow, Runtime } from "../runtimes.ts";

/** One thing that a generated workflow does. */
type Step =
  | { readonly do: "task" | "taskInTask" | "ask" | "askInTask" | "child" | "askingChild" | "write" }
  | { readonly do: "parallel"; readonly width: number }
  /** Fails so often, and is tried again at once. */
  | { readonly do: "retried"; readonly failures: number }
  /** Fails so often, and each time the run with it. */
  | { readonly do: "failing"; readonly failures: number };

/** What one run of the thread is asked to do. */
export interface Turn {
  readonly steps: readonly Step[];
  readonly returns: "value" | "final" | "null" | "nothing";
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Step[]>({ do: "task" }, { do: "taskInTask" }, { do: "write" }) },
  { weight: 4, arbitrary: fc.constantFrom<Step[]>({ do: "ask" }, { do: "askInTask" }) },
  { weight: 3, arbitrary: fc.constantFrom<Step[]>({ do: "child" }, { do: "askingChild" }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("parallel" as const), width: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("retried" as const), failures: fc.integer({ min: 0, max: 2 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("failing" as const), failures: fc.integer({ min: 1, max: 2 }) }),
  },
);

export const turns: fc.Arbitrary<Turn[]> = fc.array(
  fc.record({
    steps: fc.array(step, { maxLength: 6 }),
    returns: fc.constantFrom<Turn["returns"]>("value", "final", "null", "nothing"),
  }),
  { minLength: 1, maxLength: 3 },
);

/** A workflow that does what its input says. `log` gets what really happened. */
export function buildProgram(
  runtime: Runtime,
  log: string[],
  checkpointer: unknown,
  writer: () => Writer,
): AnyWorkflow {
  const left = new Map<string, number>();
  const fails = (place: string, failures: number): boolean => {
    const rest = left.get(place) ?? failures;
    left.set(place, rest - 1);
    return rest > 0;
  };
  const done = (text: string): string => {
    log.push(text);
    return text;
  };
  const leaf = runtime.task("leaf", async (text: string) => done(`leaf ${text}`));
  const outer = runtime.task("outer", async (text: string) => done(`outer ${String(await leaf(text))}`));
  const asker = runtime.task("asker", async (text: string) =>
    done(`answer ${String(runtime.interrupt(text))}`),
  );
  const flaky = async (text: string, failures: number): Promise<string> => {
    if (fails(text, failures)) throw new TypeError(`failed ${text}`);
    return done(text);
  };
  const retry = { maxAttempts: 3, initialInterval: 1, jitter: false, logWarning: false };
  const retried = runtime.task({ name: "retried", retry }, flaky);
  const failing = runtime.task("failing", flaky);
  const child = runtime.entrypoint("child", async (text: string) =>
    done(`child ${String(await leaf(text))}`),
  );
  const askingChild = runtime.entrypoint("askingChild", async (text: string) => [
    await leaf(text),
    runtime.interrupt(`${text}?`),
  ]);

  const acts: Record<Step["do"], (at: string, count: number) => unknown> = {
    task: (at) => leaf(at),
    taskInTask: (at) => outer(at),
    ask: (at) => runtime.interrupt(at),
    askInTask: (at) => asker(at),
    child: (at) => child.invoke(at),
    askingChild: (at) => askingChild.invoke(at),
    write: (at) => writer()({ at }),
    parallel: (at, width) => Promise.all(Array.from({ length: width }, (_, i) => leaf(`${at}.${i}`))),
    retried,
    failing,
  };

  return runtime.entrypoint(
    { name: "program", checkpointer },
    async ({ turn, steps, returns }: Turn & { turn: number }) => {
      const previous = runtime.previous();
      const results: unknown[] = [];
      for (const [i, one] of steps.entries()) {
        const count = "width" in one ? one.width : "failures" in one ? one.failures : 0;
        results.push((await acts[one.do](`${turn}.${i}`, count)) ?? null);
      }
      if (returns === "null") return null;
      if (returns === "nothing") return undefined;
      const value = { turn, results, previous: previous ?? null };
      return returns === "final" ? runtime.final({ value, save: { saved: turn } }) : value;
    },
  );
}

type Writer = (chunk: unknown) => void;
