import { Annotation, START, StateGraph } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { CheckpointSaver, CheckpointTuple } from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";
import { describe, expect, it } from "vitest";
import { memorySaver } from "./memory-saver.ts";

const at = (id: string) => ({ configurable: { thread_id: id } });

async function tuplesOf(saver: CheckpointSaver, id: string): Promise<CheckpointTuple[]> {
  const found: CheckpointTuple[] = [];
  for await (const tuple of saver.list(at(id))) found.push(tuple);
  return found;
}

/** A graph with two steps, of which the second is a graph itself. */
function counting(checkpointer: CheckpointSaver, inner: { checkpointer?: true } = {}) {
  const State = Annotation.Root({ n: Annotation<number>() });
  const double = new StateGraph(State)
    .addNode("double", ({ n }) => ({ n: n * 2 }))
    .addEdge(START, "double")
    .compile(inner);
  return new StateGraph(State)
    .addNode("add", ({ n }) => ({ n: n + 1 }))
    .addNode("inner", double)
    .addEdge(START, "add")
    .addEdge("add", "inner")
    .compile({ checkpointer: checkpointer as unknown as BaseCheckpointSaver });
}

async function counts(saver: CheckpointSaver): Promise<{ root: number; calls: number; remembering: number }> {
  const namespaces = (await tuplesOf(saver, "t")).map(({ config }) =>
    String(config.configurable?.["checkpoint_ns"]),
  );
  const calls = namespaces.filter((name) => name.includes(":")).length;
  const root = namespaces.filter((name) => name === "").length;
  return { root, calls, remembering: namespaces.length - calls - root };
}

describe("keepLatest", () => {
  it.each([1, 8, 40])(
    "%i: the history stays bounded while runs continue, subgraphs included",
    async (keepLatest) => {
      const saver = memorySaver({ keepLatest });
      const most = keepLatest + Math.max(4, Math.ceil(keepLatest / 4));
      for (let turn = 0; turn < 30; turn++) {
        await counting(saver).invoke({ n: turn }, at("t"));
        const { root, calls } = await counts(saver);
        expect(root).toBeLessThanOrEqual(most);
        // Two of them for each call, and a call for every four checkpoints of the root, or what came after the removal.
        expect(calls).toBeLessThanOrEqual(most);
      }
      expect((await counting(saver).getState(at("t"))).values).toEqual({ n: 60 });
    },
  );

  it("leaves a subgraph that remembers alone, however long it was not called", async () => {
    const storage = new MemoryStorage();
    await counting(memorySaver({ storage }), { checkpointer: true }).invoke({ n: 1 }, at("t"));
    const saver = memorySaver({ storage, keepLatest: 2 });
    const State = Annotation.Root({ n: Annotation<number>() });
    const other = new StateGraph(State)
      .addNode("add", ({ n }) => ({ n: n + 1 }))
      .addEdge(START, "add")
      .compile({ checkpointer: saver as unknown as BaseCheckpointSaver });
    for (let turn = 0; turn < 20; turn++) await other.invoke({ n: turn }, at("t"));
    expect((await counts(saver)).remembering).toBeGreaterThan(0);
  });

  it("is shared by many savers that store a few checkpoints each", async () => {
    const storage = new MemoryStorage();
    for (let turn = 0; turn < 100; turn++) {
      await counting(memorySaver({ storage, keepLatest: 8 })).invoke({ n: turn }, at("t"));
    }
    expect((await counts(memorySaver({ storage }))).root).toBeLessThan(80);
  });

  it("lets a branch from an old checkpoint continue", async () => {
    const saver = memorySaver({ keepLatest: 4 });
    const graph = counting(saver);
    await graph.invoke({ n: 1 }, at("t"));
    for (let turn = 0; turn < 20; turn++) {
      const all = await tuplesOf(saver, "t");
      const oldest = all.findLast(({ config }) => config.configurable?.["checkpoint_ns"] === "")!;
      const { thread_id, checkpoint_id } = oldest.config.configurable!;
      const fork = {
        configurable: { thread_id: thread_id as string, checkpoint_id: checkpoint_id as string },
      };
      await graph.invoke({ n: turn }, fork);
      expect((await graph.getState(at("t"))).values).toEqual({ n: (turn + 1) * 2 });
    }
  });

  it("never fails a put", async () => {
    const storage = new MemoryStorage();
    storage.remove = async () => {
      throw new Error("no right to delete");
    };
    storage.outline = async () => {
      throw new Error("no right to read");
    };
    const saver = memorySaver({ storage, keepLatest: 1 });
    for (let turn = 0; turn < 5; turn++) await counting(saver).invoke({ n: turn }, at("t"));
    expect((await counting(saver).getState(at("t"))).values).toEqual({ n: 10 });
  });
});
