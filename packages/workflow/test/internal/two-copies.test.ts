import { MemorySaver } from "@threadmark/memory";
import { expect, it, vi } from "vitest";

it("lets workflows call tasks and workflows of another copy of the package", async () => {
  const one = await import("@threadmark/workflow");
  vi.resetModules();
  const two = await import("@threadmark/workflow");
  expect(two.task).not.toBe(one.task);
  const add = two.task("add", async (a: number, b: number) => a + b);
  const ask = two.task("ask", async (question: string) => two.interrupt<string>(question));
  const child = two.entrypoint("child", async (n: number) => add(n, 10));
  const workflow = one.entrypoint(
    { name: "mixed", checkpointer: new MemorySaver() },
    async (n: number, { call }) => {
      const sum = (await add(n, 1)) + (await call(child, n)) + (await child.invoke(n));
      return [sum, await ask("sure?"), one.interrupt("really?")];
    },
  );
  const config = { configurable: { thread_id: "t" } };
  expect(two.isInterrupted(await workflow.invoke(1, config))).toBe(true);
  await workflow.invoke(new two.Command({ resume: "yes" }), config);
  expect(await workflow.invoke(new one.Command({ resume: "and how" }), config)).toEqual([
    24,
    "yes",
    "and how",
  ]);
});
