import { InMemoryCache } from "@langchain/langgraph-checkpoint";
import { MemorySaver } from "@threadmark/memory";
import { entrypoint, MemoryCache, task } from "@threadmark/workflow";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { thread } from "./runtimes.ts";

describe("cache", () => {
  it.each([
    ["ours", "cache", () => new MemoryCache()],
    ["LangGraph.js's", "cache", () => new InMemoryCache()],
    ["ours, by LangGraph.js's option", "cachePolicy", () => new MemoryCache()],
  ])("serves results to other threads (%s)", async (_name, option, make) => {
    let calls = 0;
    const square = task({ name: "square", [option]: { ttl: 60 } }, async (n: number) => {
      calls++;
      return { square: n * n };
    });
    const workflow = entrypoint(
      { name: "c", checkpointer: new MemorySaver(), cache: make() },
      async (n: number) => square(n),
    );
    expect(await workflow.invoke(3, thread("1"))).toEqual({ square: 9 });
    const chunks: unknown[] = [];
    for await (const chunk of workflow.stream(3, thread("2"))) chunks.push(chunk);
    expect(chunks[0]).toEqual({ square: { square: 9 }, __metadata__: { cached: true } });
    expect(await workflow.invoke(4, thread("3"))).toEqual({ square: 16 });
    expect(calls).toBe(2);
  });

  it.each([1, -1])("keeps entries for their time although the clock is set (%i year)", async (years) => {
    const cache = new MemoryCache();
    const key: [string[], string] = [["n"], "k"];
    await cache.set([
      { key, value: 1, ttl: 60 },
      { key: [["n"], "over"], value: 2, ttl: 0 },
    ]);
    const { now } = Date;
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now() + years * 31_536_000_000);
    onTestFinished(() => clock.mockRestore());
    expect(await cache.get([key, [["n"], "over"]])).toEqual([{ key, value: 1 }]);
  });

  it("finds entries by a key of the application", async () => {
    let calls = 0;
    const keyFunc = ([args]: unknown[]) => String((args as number[])[0]! % 10);
    const last = task({ name: "last", cache: { keyFunc } }, async (n: number) => {
      calls++;
      return n % 10;
    });
    const workflow = entrypoint({ name: "c", cache: new MemoryCache() }, async (n: number) => last(n));
    expect([await workflow.invoke(13), await workflow.invoke(23)]).toEqual([3, 3]);
    expect(calls).toBe(1);
  });
});
