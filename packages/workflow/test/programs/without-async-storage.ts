import type { Context } from "@threadmark/workflow";

// Before anything is imported: a host that does not have it.
Object.assign(process, { getBuiltinModule: undefined });

const { MemorySaver } = await import("@threadmark/memory");
const { Command, entrypoint, isInterrupted, task } = await import("@threadmark/workflow");

const add = task({ name: "add", context: true }, async ({ writer }: Context, a: number, b: number) => {
  writer(`adding ${a} ${b}`);
  return a + b;
});
const twice = task({ name: "twice", context: true }, async ({ call }: Context, n: number) => call(add, n, n));
const child = entrypoint("child", async (n: number) => [n, "child"] as const);

const workflow = entrypoint(
  { name: "workflow", checkpointer: new MemorySaver() },
  async (kind: string, { call, interrupt, previous }: Context) => {
    if (kind === "first") return kind;
    const sum = await call(twice, await call(add, 1, 2));
    return { sum, child: await call(child, 2), answer: interrupt("sure?"), previous };
  },
);

const config = { configurable: { thread_id: "t" } };
await workflow.invoke("first", config);
const shown: unknown[] = [];
let paused = false;
for await (const [mode, chunk] of workflow.stream("second", {
  ...config,
  streamMode: ["custom", "values"],
})) {
  if (mode === "custom") shown.push(chunk);
  else paused = isInterrupted(chunk);
}
const result: unknown = await workflow.invoke(new Command({ resume: "yes" }), config);
const outside = await workflow
  .withCheckpointer(new MemorySaver())
  .invoke("second", config)
  .then(async () => twice(1).catch((error: unknown) => (error as { code: string }).code));
process.stdout.write(JSON.stringify({ paused, result, shown, outside }));
