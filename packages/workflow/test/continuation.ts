import type { WorkflowSaver } from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import {
  historyOf,
  langgraph,
  olderLangGraph,
  middleLangGraph,
  patient,
  questions,
  thread,
  threadmark,
  type AnyWorkflow,
  type Runtime,
} from "./runtimes.ts";

/** A program that both runtimes run, with a log of what really happened. */
type Program = (runtime: Runtime, log: string[], world: World, checkpointer: unknown) => AnyWorkflow;

interface World {
  broken: boolean;
}

const config = thread("t");

const steps: Program = (runtime, log, world, checkpointer) => {
  const add = runtime.task("add", async (a: number, b: number) => {
    log.push(`add ${a} ${b}`);
    return a + b;
  });
  const check = runtime.task("check", async (n: number) => {
    if (world.broken) throw new Error("broken");
    log.push(`check ${n}`);
    return n;
  });
  const outer = runtime.task("outer", async (n: number) => ((await add(n, 100)) as number) + 1);
  return runtime.entrypoint({ name: "steps", checkpointer }, async (n: number) => {
    const before = (runtime.previous() as number | undefined) ?? 0;
    const [a, b] = (await Promise.all([add(n, 1), outer(n)])) as [number, number];
    const checked = await check(a + b);
    return runtime.final({ value: { before, checked }, save: before + n });
  });
};

const asking: Program = (runtime, log, _world, checkpointer) => {
  const work = runtime.task("work", async (text: string) => {
    log.push(text);
    return text;
  });
  const askInTask = runtime.task("askInTask", async (question: string) => {
    const answer = runtime.interrupt(question);
    log.push(`asked ${question}`);
    return answer;
  });
  const child = runtime.entrypoint("child", async (question: string) => {
    await work(`child ${question}`);
    return runtime.interrupt(question);
  });
  return runtime.entrypoint({ name: "asking", checkpointer }, async (kind: string) => {
    await work("begin");
    if (kind === "body") {
      const first = runtime.interrupt("first");
      await work("between");
      return [first, runtime.interrupt("second")];
    }
    if (kind === "task") return [await askInTask("in task")];
    if (kind === "nested") return [await child.invoke("a"), await child.invoke("b"), await child.invoke("c")];
    return Promise.all([askInTask("left"), askInTask("right")]);
  });
};

const pairs: readonly (readonly [first: Runtime, second: Runtime])[] = [
  [langgraph, threadmark],
  [threadmark, langgraph],
  [olderLangGraph, threadmark],
  [threadmark, olderLangGraph],
  [middleLangGraph, threadmark],
  [threadmark, middleLangGraph],
];

/**
 * Threads that one runtime has begun and the other continues.
 *
 * @param makeSaver Makes a saver without a thread "t".
 */
export function continuationOn(name: string, makeSaver: () => WorkflowSaver): void {
  describe.each(
    pairs.map(([first, second]) => [`${first.name} and then ${second.name}`, first, second] as const),
  )(`on ${name}: %s`, (_pair, first, second) => {
    function setUp(program: Program) {
      const log: string[] = [];
      const world: World = { broken: false };
      const saver = makeSaver();
      const [a, b] = [first, second].map((runtime) => patient(program(runtime, log, world, saver)));
      return { log, world, a: a!, b: b! };
    }

    it.each(["sync", "async", "exit"])("remembers finished turns (%s)", async (durability) => {
      const { a, b } = setUp(steps);
      const options = { ...config, durability };
      await a.invoke(1, options);
      expect(await b.invoke(2, options)).toEqual({ before: 1, checked: 106 });
      expect(await a.invoke(4, options)).toEqual({ before: 3, checked: 110 });
      expect((await historyOf(b, config)).map(({ values }) => values)).toEqual(
        (await historyOf(a, config)).map(({ values }) => values),
      );
    });

    it("continues after an error without running finished tasks again", async () => {
      const { log, world, a, b } = setUp(steps);
      world.broken = true;
      await expect(a.invoke(1, config)).rejects.toThrow("broken");
      expect(log.sort()).toEqual(["add 1 1", "add 1 100"]);
      world.broken = false;
      expect((await b.getState(config)).next).toEqual(["steps"]);
      expect(await b.invoke(null, config)).toEqual({ before: 0, checked: 104 });
      expect(log).toEqual(["add 1 1", "add 1 100", "check 104"]);
      expect(await a.invoke(5, config)).toEqual({ before: 1, checked: 112 });
    });

    it("takes answers to questions of the other", async () => {
      const { log, a, b } = setUp(asking);
      await a.invoke("body", config);
      expect((await questions(b, config)).map(({ value }) => value)).toEqual(["first"]);
      await b.invoke(second.resume("one"), config);
      expect((await questions(a, config)).map(({ value }) => value)).toEqual(["second"]);
      expect(await a.invoke(first.resume("two"), config)).toEqual(["one", "two"]);
      expect(log).toEqual(["begin", "between"]);
    });

    it("takes the second answer after the first runtime took the first", async () => {
      const { log, a, b } = setUp(asking);
      await a.invoke("body", config);
      await a.invoke(first.resume("one"), config);
      expect(await b.invoke(second.resume("two"), config)).toEqual(["one", "two"]);
      expect(log).toEqual(["begin", "between"]);
      expect((await a.getState(config)).values).toEqual(["one", "two"]);
    });

    it("takes an answer to a question of a task", async () => {
      const { log, a, b } = setUp(asking);
      await a.invoke("task", config);
      expect(await b.invoke(second.resume("yes"), config)).toEqual(["yes"]);
      expect(log).toEqual(["begin", "asked in task"]);
    });

    it("takes answers of parallel questions by id", async () => {
      const { log, a, b } = setUp(asking);
      await a.invoke("parallel", config);
      // LangGraph.js shows only one of them, so they are answered one by one.
      const [one] = await questions(b, config);
      await b.invoke(second.resume({ [one!.id]: `answer to ${String(one!.value)}` }), config);
      const open = await questions(a, config);
      const two = open.find(({ id }) => id !== one!.id);
      const result = await a.invoke(first.resume({ [two!.id]: `answer to ${String(two!.value)}` }), config);
      expect(result).toEqual(["answer to left", "answer to right"]);
      expect(log.sort()).toEqual(["asked left", "asked right", "begin"]);
    });

    it("continues in workflows that the workflow called", async () => {
      const { log, a, b } = setUp(asking);
      await a.invoke("nested", config);
      expect((await questions(b, config)).map(({ value }) => value)).toEqual(["a"]);
      await b.invoke(second.resume({ [(await questions(b, config))[0]!.id]: 1 }), config);
      expect((await questions(a, config)).map(({ value }) => value)).toEqual(["b"]);
      await a.invoke(first.resume({ [(await questions(a, config))[0]!.id]: 2 }), config);
      await b.invoke(second.resume({ [(await questions(b, config))[0]!.id]: 3 }), config);
      expect((await a.getState(config)).values).toEqual([1, 2, 3]);
      // 1.4 by itself, too, runs tasks of a called workflow again when it resumes that workflow.
      const ran = [first, second].includes(olderLangGraph) ? [...new Set(log)] : log;
      expect(ran).toEqual(["begin", "child a", "child b", "child c"]);
    });

    it("continues from values that were set, and from an older checkpoint", async () => {
      const { log, a, b } = setUp(steps);
      await a.invoke(1, config);
      await a.updateState(config, first.final({ value: "set", save: 50 }));
      expect((await b.getState(config)).values).toBe("set");
      expect(await b.invoke(2, config)).toEqual({ before: 50, checked: 106 });
      const oldest = (await historyOf(b, config)).at(-1)!;
      log.length = 0;
      expect(await b.invoke(null, oldest.config)).toEqual({ before: 0, checked: 104 });
      expect(log.sort()).toEqual(["add 1 1", "add 1 100", "check 104"]);
      expect(await a.invoke(3, config)).toEqual({ before: 1, checked: 108 });
    });

    it("starts again with new input while it is paused", async () => {
      const { log, a, b } = setUp(asking);
      await a.invoke("body", config);
      await b.invoke("task", config);
      expect(await a.invoke(first.resume("yes"), config)).toEqual(["yes"]);
      expect(log).toEqual(["begin", "begin", "asked in task"]);
    });

    it("keeps undefined and null apart", async () => {
      const empty: Program = (runtime, log, _world, checkpointer) =>
        runtime.entrypoint({ name: "empty", checkpointer }, async (kind: string) => {
          log.push(String(runtime.previous()));
          return kind === "null" ? null : runtime.final({ value: kind, save: undefined });
        });
      const { log, a, b } = setUp(empty);
      await a.invoke("null", config);
      await b.invoke("undefined", config);
      await a.invoke("null", config);
      await b.invoke("null", config);
      expect(log).toEqual(["undefined", "null", "undefined", "null"]);
    });
  });
}
