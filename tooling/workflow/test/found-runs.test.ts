import type { CheckpointSaver } from "@threadmark/core";
import { countTests, firstServer } from "@threadmark/services";
import { entrypoint, interrupt } from "@threadmark/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSaver } from "../src/open-saver.ts";

describe.each(["postgres", "redis", "mongodb"] as const)("on %s", (name) => {
  const server = firstServer(name);
  let saver: CheckpointSaver;
  countTests(server);

  beforeAll(async () => {
    saver = await openSaver({ saver: name, url: server.url, name: `found_${process.pid}` });
  });

  afterAll(async () => {
    await saver.deleteThreads({ allThreads: true });
    await saver.close();
  });

  it("threads say whether their last run has ended, and are found by it", async () => {
    const workflow = entrypoint({ name: "w", checkpointer: saver }, async (input: string) =>
      input === "ask" ? interrupt("?") : input,
    );
    const found = async (run: "finished" | "unfinished") => {
      const ids: string[] = [];
      for await (const { threadId, metadata } of saver.listThreads({ run })) {
        expect(metadata).toEqual({});
        ids.push(threadId);
      }
      return ids.sort();
    };
    const at = (thread: string) => ({ configurable: { thread_id: thread } });
    await workflow.invoke("end", at("a"));
    await workflow.invoke("ask", at("b"));
    expect([await found("finished"), await found("unfinished")]).toEqual([["a"], ["b"]]);
    await workflow.invoke("ask", at("a"));
    await workflow.invoke("end", at("b"));
    expect([await found("finished"), await found("unfinished")]).toEqual([["b"], ["a"]]);
    expect((await saver.getThread("a"))?.run).toBe("unfinished");
    await saver.deleteThread("a");
    expect(await found("unfinished")).toEqual([]);
  });

  it("a renewal never takes a thread", async () => {
    const renew = async (claim: string) => saver.renewThread("c", { claim, ttl: { seconds: 60 } });
    expect(await renew("one")).toBe(false);
    expect(await saver.getThread("c")).toBeUndefined();
    await saver.claimThread("c", { claim: "one", ttl: { seconds: 0.01 } });
    expect(await renew("two")).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await renew("one")).toBe(true);
    const other = await saver.claimThread("c", { claim: "two", ttl: { seconds: 60 } });
    expect(other.claimed).toBe(false);
    await saver.releaseThread("c", "one");
    expect(await renew("one")).toBe(false);
    expect((await saver.getThread("c"))?.claim).toBeUndefined();
  });
});
