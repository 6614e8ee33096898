import { MemorySaver as LangGraphMemorySaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver } from "@threadmark/memory";
import {
  Command,
  entrypoint,
  interrupt,
  isInterrupted,
  task,
  type ResponseSchema,
  type WorkflowSaver,
} from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { questions, thread } from "./runtimes.ts";

const config = thread("t");

/** Takes numbers above 0, and gives them as text. */
const amount: ResponseSchema<string> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof value === "number" && value > 0
        ? { value: `${value} €` }
        : { issues: [{ message: "must be a number above 0" }] },
  },
};

function asking(checkpointer: WorkflowSaver) {
  const log: string[] = [];
  const work = task("work", async (what: string) => {
    log.push(what);
    return what;
  });
  const ask = task("ask", async () => interrupt("in a task?", { responseSchema: amount }));
  const child = entrypoint("child", async (_: string) =>
    interrupt("in a child?", { responseSchema: amount }),
  );
  const workflow = entrypoint({ name: "w", checkpointer }, async (kind: string) => {
    await work("before");
    const answer =
      kind === "task"
        ? await ask()
        : kind === "child"
          ? await child.invoke("go")
          : interrupt("in the body?", { responseSchema: amount });
    await work("after");
    return answer;
  });
  return { log, workflow };
}

const savers = [
  ["Threadmark's MemorySaver", () => new MemorySaver()],
  ["LangGraph.js's MemorySaver", () => new LangGraphMemorySaver()],
] as const;

describe.each(savers)("an answer with a schema, on %s", (_, makeSaver) => {
  it.each(["body", "task", "child"])(
    "is refused when it does not match, and can be given again (%s)",
    async (kind) => {
      const { log, workflow } = asking(makeSaver());
      expect(isInterrupted(await workflow.invoke(kind, config))).toBe(true);
      const [question] = await questions(workflow, config);
      for (const answer of ["much", -1, { [question!.id]: 0 }]) {
        await expect(workflow.invoke(new Command({ resume: answer }), config)).rejects.toMatchObject({
          code: "INVALID_ANSWER",
          message: expect.not.stringContaining("much"),
          cause: [{ message: "must be a number above 0" }],
        });
        expect((await workflow.getState(config)).next).toEqual(["w"]);
        expect(await questions(workflow, config)).toEqual([question]);
      }
      await workflow.invoke(null, config);
      expect(log).toEqual(["before"]);
      expect(await workflow.invoke(new Command({ resume: 5 }), config)).toBe("5 €");
      expect(log).toEqual(["before", "after"]);
      expect((await workflow.getState(config)).values).toBe("5 €");
    },
  );

  it("is what the schema returns, each time the run is repeated", async () => {
    const seen: unknown[] = [];
    const workflow = entrypoint({ name: "w", checkpointer: makeSaver() }, async () => {
      seen.push(interrupt("how much?", { responseSchema: amount }));
      seen.push(interrupt("sure?"));
      return seen.at(-2);
    });
    await workflow.invoke(1, config);
    await workflow.invoke(new Command({ resume: 5 }), config);
    expect(await workflow.invoke(new Command({ resume: "yes" }), config)).toBe("5 €");
    expect(seen).toEqual(["5 €", "5 €", "yes"]);
  });

  it("is refused whatever the workflow catches", async () => {
    const workflow = entrypoint({ name: "w", checkpointer: makeSaver() }, async () => {
      try {
        return interrupt("how much?", { responseSchema: amount });
      } catch {
        return "caught";
      }
    });
    await workflow.invoke(1, config);
    const refused = workflow.invoke(new Command({ resume: "much" }), config);
    await expect(refused).rejects.toMatchObject({ code: "INVALID_ANSWER" });
    expect(await workflow.invoke(new Command({ resume: 1 }), config)).toBe("1 €");
  });

  it("cannot have a schema that waits", async () => {
    const slow = { "~standard": { ...amount["~standard"], validate: async () => ({ value: "" }) } };
    const workflow = entrypoint({ name: "w", checkpointer: makeSaver() }, async () =>
      interrupt("how much?", { responseSchema: slow }),
    );
    await workflow.invoke(1, config);
    const refused = workflow.invoke(new Command({ resume: 1 }), config);
    await expect(refused).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });
});
