import { MemorySaver } from "@threadmark/memory";
import { Command, entrypoint, getWriter, interrupt, task, type Context } from "@threadmark/workflow";
import { describe, expect, it } from "vitest";
import { thread } from "./runtimes.ts";

const config = thread("t");
const add = task("add", async (a: number, b: number) => {
  getWriter()({ adding: [a, b] });
  return a + b;
});
const child = entrypoint("child", async (n: number) => add(n, 100));
const parent = entrypoint({ name: "parent", checkpointer: new MemorySaver() }, async (n: number) => {
  const a = await add(n, 1);
  return child.invoke(a);
});

async function chunksOf(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe("a stream", () => {
  it("shows updates unless it is asked for something else", async () => {
    expect(await chunksOf(parent.stream(1, config))).toEqual([{ add: 2 }, { parent: 102 }]);
  });

  it.each([
    ["values", [102]],
    ["updates", [{ add: 2 }, { parent: 102 }]],
    ["custom", [{ adding: [1, 1] }, { adding: [2, 100] }]],
  ] as const)("shows %s", async (streamMode, expected) => {
    expect(await chunksOf(parent.stream(1, { ...thread(streamMode), streamMode }))).toEqual(expected);
  });

  it("names the mode of every chunk when there are several", async () => {
    const chunks = await chunksOf(
      parent.stream(1, { ...config, streamMode: ["updates", "values", "custom"] }),
    );
    expect(chunks).toEqual([
      ["custom", { adding: [1, 1] }],
      ["updates", { add: 2 }],
      ["custom", { adding: [2, 100] }],
      ["updates", { parent: 102 }],
      ["values", 102],
    ]);
    expect(await chunksOf(parent.stream(1, { ...config, streamMode: ["values"] }))).toEqual([
      ["values", 102],
    ]);
  });

  it("shows what called workflows do with their namespace", async () => {
    const chunks = (await chunksOf(parent.stream(1, { ...config, subgraphs: true }))) as [
      string[],
      unknown,
    ][];
    expect(
      chunks.map(([namespace, update]) => [namespace.map((part) => part.split(":")[0]), update]),
    ).toEqual([
      [[], { add: 2 }],
      [["parent"], { add: 102 }],
      [["parent"], { child: 102 }],
      [[], { parent: 102 }],
    ]);
  });

  it("is also there inside a workflow", async () => {
    const shown: unknown[] = [];
    const outer = entrypoint("outer", async (n: number) => {
      for await (const chunk of child.stream(n, { streamMode: ["updates", "values"] })) shown.push(chunk);
      return "done";
    });
    expect(await outer.invoke(1)).toBe("done");
    expect(shown).toEqual([
      ["updates", { add: 101 }],
      ["updates", { child: 101 }],
      ["values", 101],
    ]);
  });

  it("shows tasks, checkpoints and debug with steps, names and results", async () => {
    const modes = ["tasks", "checkpoints", "debug"] as const;
    const chunks = await chunksOf(
      parent.stream(1, { ...thread("d"), streamMode: [...modes], metadata: { who: "me" } }),
    );
    const of = (mode: string) =>
      (chunks as [string, never][]).filter(([name]) => name === mode).map(([, chunk]) => chunk);
    expect(of("tasks")).toMatchObject([
      { name: "parent", input: 1, triggers: ["__start__"], metadata: { who: "me" } },
      { name: "add", input: [1, 1], triggers: ["__pregel_push"] },
      { name: "add", result: {}, error: null },
      { name: "parent", result: { __end__: 102 }, error: null },
    ]);
    expect(of("checkpoints")).toMatchObject([
      { values: null, next: ["parent"], metadata: { source: "input", step: -1 } },
      { values: 102, next: [], metadata: { source: "loop", step: 0 } },
    ]);
    expect((of("debug") as { type: string; step: number }[]).map(({ type, step }) => [type, step])).toEqual([
      ["checkpoint", -1],
      ["task", 0],
      ["task", 0],
      ["task_result", 0],
      ["task_result", 0],
      ["checkpoint", 0],
    ]);
  });

  it("shows a question, and served results when the run continues", async () => {
    const asking = entrypoint({ name: "asking", checkpointer: new MemorySaver() }, async (n: number) => {
      const sum = await add(n, 1);
      return [sum, interrupt("sure?")];
    });
    const first = await chunksOf(asking.stream(1, config));
    expect(first).toEqual([
      { add: 2 },
      { __interrupt__: [{ id: expect.any(String) as string, value: "sure?" }] },
    ]);
    const second = await chunksOf(asking.stream(new Command({ resume: "yes" }), config));
    expect(second).toEqual([{ add: 2, __metadata__: { cached: true } }, { asking: [2, "yes"] }]);
  });

  it("shows what came before an error, and then the error", async () => {
    const failing = entrypoint("failing", async (n: number) => {
      await add(n, 1);
      throw new RangeError("enough");
    });
    const chunks: unknown[] = [];
    const reading = (async () => {
      for await (const chunk of failing.stream(1)) chunks.push(chunk);
    })();
    await expect(reading).rejects.toThrow(RangeError);
    expect(chunks).toEqual([{ add: 2 }]);
  });

  it("ends the run when its reader leaves, and the thread can continue", async () => {
    const log: string[] = [];
    const step = task("step", async (name: string) => log.push(name));
    const long = entrypoint({ name: "long", checkpointer: new MemorySaver() }, async () => {
      for (const name of ["a", "b", "c"]) await step(name);
      return log.length;
    });
    for await (const chunk of long.stream(1, config)) {
      expect(chunk).toEqual({ step: 1 });
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log.length).toBeLessThan(3);
    expect(await long.invoke(null, config)).toBe(3);
    expect(log).toEqual(["a", "b", "c"]);
  });
});

describe("tokens", () => {
  async function* model(text: string): AsyncGenerator<{ content: string }> {
    for (const content of text.split(" ")) yield { content };
  }
  const speak = task({ name: "speak", context: true }, async ({ tokens }: Context, text: string) => {
    const said: string[] = [];
    for await (const { content } of tokens.pipe(model(text), { model: "toy" })) said.push(content);
    tokens.write({ content: "." });
    return said.join(" ");
  });
  const talk = entrypoint("talk", async (text: string) => speak(text));

  it("of any model's stream are shown with where they come from", async () => {
    const chunks = (await chunksOf(talk.stream("hello dear world", { streamMode: "messages" }))) as [
      unknown,
      object,
    ][];
    expect(chunks.map(([token]) => token)).toEqual(
      ["hello", "dear", "world", "."].map((content) => ({ content })),
    );
    expect(chunks[0]![1]).toMatchObject({ langgraph_node: "speak", langgraph_step: 0, model: "toy" });
  });

  it("do not change what the task returns", async () => {
    expect(await talk.invoke("hello dear world")).toBe("hello dear world");
  });
});
