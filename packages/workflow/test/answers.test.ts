import { MemorySaver } from "@threadmark/memory";
import { isInterrupted, isWorkflowError } from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { langgraph, questions, thread, threadmark, type AnyWorkflow, type Runtime } from "./runtimes.ts";

// For every fault: what LangGraph.js does, so that it is noticed when it is mended there, and what happens here.

const config = thread("t");

/** Asks twice, and logs what it did with the answers. */
function twoQuestions(
  runtime: Runtime,
  log: string[] = [],
  checkpointer: unknown = new MemorySaver(),
): AnyWorkflow {
  const act = runtime.task("act", async (what: string) => {
    log.push(what);
  });
  return runtime.entrypoint({ name: "two", checkpointer }, async (turn: number) => {
    const first = runtime.interrupt(`first ${turn}`);
    await act(`first ${turn}: ${String(first)}`);
    const second = runtime.interrupt(`second ${turn}`);
    await act(`second ${turn}: ${String(second)}`);
    return { turn, first, second };
  });
}

function askingAtOnce(runtime: Runtime): AnyWorkflow {
  const ask = runtime.task("ask", async (question: string) => runtime.interrupt(question));
  return runtime.entrypoint({ name: "both", checkpointer: new MemorySaver() }, async () =>
    Promise.all([ask("left"), ask("right")]),
  );
}

describe("an old answer and a new question", () => {
  it("LangGraph.js answers the second question with the first answer when the run is repeated", async () => {
    const workflow = twoQuestions(langgraph);
    await workflow.invoke(1, config);
    await workflow.invoke(langgraph.resume("yes"), config);
    expect(await workflow.invoke(null, config)).toEqual({ turn: 1, first: "yes", second: "yes" });
  });

  it("here the question stays open when the run is repeated", async () => {
    const log: string[] = [];
    const workflow = twoQuestions(threadmark, log);
    await workflow.invoke(1, config);
    await workflow.invoke(threadmark.resume("yes"), config);
    for (let i = 0; i < 3; i++) expect(isInterrupted(await workflow.invoke(null, config))).toBe(true);
    expect((await questions(workflow, config)).map(({ value }) => value)).toEqual(["second 1"]);
    expect(log).toEqual(["first 1: yes"]);
  });

  it("LangGraph.js answers a question of the next run with it", async () => {
    const log: string[] = [];
    const workflow = twoQuestions(langgraph, log);
    await workflow.invoke(1, config);
    await workflow.invoke(langgraph.resume("yes"), config);
    await workflow.invoke(2, config);
    expect(log).toContain("first 2: yes");
  });

  it("here the next run asks", async () => {
    const log: string[] = [];
    const workflow = twoQuestions(threadmark, log);
    await workflow.invoke(1, config);
    await workflow.invoke(threadmark.resume("yes"), config);
    await workflow.invoke(2, config);
    expect(log).toEqual(["first 1: yes"]);
    expect((await questions(workflow, config)).map(({ value }) => value)).toEqual(["first 2"]);
  });

  it("LangGraph.js takes an answer on a finished thread and skips the next approval with it", async () => {
    const workflow = twoQuestions(langgraph);
    await workflow.invoke(1, config);
    await workflow.invoke(langgraph.resume("one"), config);
    await workflow.invoke(langgraph.resume("two"), config);
    await workflow.invoke(langgraph.resume("two"), config);
    const log: string[] = [];
    await workflow.invoke(2, config);
    expect((await questions(workflow, config)).map(({ value }) => value)).toEqual(["second 2"]);
    expect(log).toEqual([]);
  });

  it("here it is refused with NOT_PAUSED, and nothing is stored", async () => {
    const saver = new MemorySaver();
    const workflow = twoQuestions(threadmark, [], saver);
    await workflow.invoke(1, config);
    await workflow.invoke(threadmark.resume("one"), config);
    await workflow.invoke(threadmark.resume("two"), config);
    const before = JSON.stringify(await saver.getTuple(config));
    const refused: unknown = await workflow
      .invoke(threadmark.resume("two"), config)
      .catch((error: unknown) => error);
    expect(isWorkflowError(refused, "NOT_PAUSED")).toBe(true);
    expect(JSON.stringify(await saver.getTuple(config))).toBe(before);
    await workflow.invoke(2, config);
    expect((await questions(workflow, config)).map(({ value }) => value)).toEqual(["first 2"]);
  });

  it("here a thread that LangGraph.js left with an answer is healed for LangGraph.js too", async () => {
    const saver = new MemorySaver();
    const [theirs, ours] = [twoQuestions(langgraph, [], saver), twoQuestions(threadmark, [], saver)];
    await theirs.invoke(1, config);
    await theirs.invoke(langgraph.resume("yes"), config);
    expect(isInterrupted(await ours.invoke(null, config))).toBe(true);
    expect(isInterrupted(await theirs.invoke(null, config))).toBe(true);
    expect(await ours.invoke(threadmark.resume("no"), config)).toEqual({
      turn: 1,
      first: "yes",
      second: "no",
    });
  });

  it("here an answer that LangGraph.js stored before its process ended is used, once", async () => {
    const saver = new MemorySaver();
    const workflow = twoQuestions(threadmark, [], saver);
    await twoQuestions(langgraph, [], saver).invoke(1, config);
    const { config: head } = (await saver.getTuple(config))!;
    await saver.putWrites(head, [["__resume__", "yes"]], "00000000-0000-0000-0000-000000000000");
    for (let i = 0; i < 2; i++) expect(isInterrupted(await workflow.invoke(null, config))).toBe(true);
    expect(await workflow.invoke(threadmark.resume("no"), config)).toEqual({
      turn: 1,
      first: "yes",
      second: "no",
    });
  });

  it("here an answer whose run died is used by the next run, and cannot be given twice", async () => {
    const saver = new MemorySaver();
    const workflow = twoQuestions(threadmark, [], saver);
    await workflow.invoke(1, config);
    const [question] = await questions(workflow, config);
    const { config: head } = (await saver.getTuple(config))!;
    await saver.putWrites(head, [["__resume__", ["yes"]]], question!.id);
    const refused: unknown = await workflow
      .invoke(threadmark.resume("no"), config)
      .catch((error: unknown) => error);
    expect(isWorkflowError(refused, "ALREADY_RESUMED")).toBe(true);
    await workflow.invoke(null, config);
    expect(await workflow.invoke(threadmark.resume("later"), config)).toEqual({
      turn: 1,
      first: "yes",
      second: "later",
    });
  });
});

describe("a question that was answered before the run failed", () => {
  const failing = (runtime: Runtime, checkpointer: unknown): AnyWorkflow =>
    runtime.entrypoint({ name: "failing", checkpointer }, async () => {
      runtime.interrupt("first");
      throw new Error("failed");
    });

  it("LangGraph.js goes on to show", async () => {
    const workflow = failing(langgraph, new MemorySaver());
    await workflow.invoke(1, config);
    await expect(workflow.invoke(langgraph.resume("yes"), config)).rejects.toThrow("failed");
    expect(await questions(workflow, config)).toHaveLength(1);
  });

  it.each([threadmark, langgraph])(
    "here is no longer open, whichever run took the answer ($name)",
    async (first) => {
      const saver = new MemorySaver();
      const workflow = failing(threadmark, saver);
      await workflow.invoke(1, config);
      await expect(failing(first, saver).invoke(first.resume("yes"), config)).rejects.toThrow("failed");
      await expect(workflow.invoke(null, config)).rejects.toThrow("failed");
      expect(await questions(workflow, config)).toEqual([]);
      const refused: unknown = await workflow
        .invoke(threadmark.resume("no"), config)
        .catch((error: unknown) => error);
      expect(isWorkflowError(refused, "NOT_PAUSED")).toBe(true);
    },
  );
});

describe("two questions at once", () => {
  it("LangGraph.js shows one, and one answer answers both", async () => {
    const workflow = askingAtOnce(langgraph);
    const shown = (await workflow.invoke(1, config)) as { __interrupt__: unknown[] };
    expect(shown.__interrupt__).toHaveLength(1);
    expect(await questions(workflow, config)).toHaveLength(1);
    expect(await workflow.invoke(langgraph.resume("yes"), config)).toEqual(["yes", "yes"]);
  });

  it("here both are shown, and an answer must say which one it is for", async () => {
    const workflow = askingAtOnce(threadmark);
    const shown = (await workflow.invoke(1, config)) as { __interrupt__: { value: unknown }[] };
    expect(shown.__interrupt__.map(({ value }) => value)).toEqual(["left", "right"]);
    const [left, right] = await questions(workflow, config);
    const refused = (await workflow
      .invoke(threadmark.resume("yes"), config)
      .catch((error: unknown) => error)) as Error;
    expect(isWorkflowError(refused, "AMBIGUOUS_RESUME")).toBe(true);
    expect(refused.message).toContain(left!.id);
    expect(refused.message).toContain(right!.id);
    await workflow.invoke(threadmark.resume({ [right!.id]: "R" }), config);
    expect((await questions(workflow, config)).map(({ value }) => value)).toEqual(["left"]);
    expect(await workflow.invoke(threadmark.resume("L"), config)).toEqual(["L", "R"]);
  });

  it("here both can be answered together", async () => {
    const workflow = askingAtOnce(threadmark);
    await workflow.invoke(1, config);
    const answers = Object.fromEntries(
      (await questions(workflow, config)).map(({ id, value }) => [id, `to ${String(value)}`]),
    );
    expect(await workflow.invoke(threadmark.resume(answers), config)).toEqual(["to left", "to right"]);
  });
});

describe("an answer to a question that nobody asked", () => {
  const unknown = { ["0".repeat(32)]: "yes" };

  it("LangGraph.js stores it", async () => {
    const saver = new MemorySaver();
    const workflow = twoQuestions(langgraph, [], saver);
    await workflow.invoke(1, config);
    await workflow.invoke(langgraph.resume(unknown), config);
    expect((await saver.getTuple(config))!.pendingWrites!.map(([task]) => task)).toContain("0".repeat(32));
  });

  it("here it is refused with UNKNOWN_INTERRUPT, which lists what is asked", async () => {
    const workflow = twoQuestions(threadmark);
    await workflow.invoke(1, config);
    const [open] = await questions(workflow, config);
    const refused = (await workflow
      .invoke(threadmark.resume(unknown), config)
      .catch((error: unknown) => error)) as Error;
    expect(isWorkflowError(refused, "UNKNOWN_INTERRUPT")).toBe(true);
    expect(refused.message).toContain(open!.id);
  });
});

describe("a question that a catch swallows", () => {
  const swallowing = (runtime: Runtime, log: string[]): AnyWorkflow => {
    const act = runtime.task("act", async (what: string) => log.push(what));
    return runtime.entrypoint({ name: "swallow", checkpointer: new MemorySaver() }, async () => {
      let answer: unknown;
      try {
        answer = runtime.interrupt("sure?");
      } catch {
        answer = "swallowed";
      }
      try {
        await act(String(answer));
      } catch {
        return "gave up";
      }
      return answer;
    });
  };

  it("LangGraph.js loses it and acts without an answer", async () => {
    const log: string[] = [];
    const workflow = swallowing(langgraph, log);
    await workflow.invoke(1, config);
    expect(log).toEqual(["swallowed"]);
    expect((await workflow.getState(config)).next).toEqual([]);
  });

  it("here the run pauses, and nothing is done before there is an answer", async () => {
    const log: string[] = [];
    const workflow = swallowing(threadmark, log);
    expect(isInterrupted(await workflow.invoke(1, config))).toBe(true);
    expect(log).toEqual([]);
    expect(await workflow.invoke(threadmark.resume("yes"), config)).toBe("yes");
    expect(log).toEqual(["yes"]);
  });
});

describe("next, while the second question is open", () => {
  it.each([
    [langgraph, []],
    [threadmark, ["two"]],
  ])("$name says", async (runtime, next) => {
    const workflow = twoQuestions(runtime);
    await workflow.invoke(1, config);
    await workflow.invoke(runtime.resume("yes"), config);
    expect((await workflow.getState(config)).next).toEqual(next);
  });
});
