import { deepStrictEqual } from "node:assert/strict";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import type { ConvertedInfo } from "@threadmark/core";
import { MemorySaver } from "@threadmark/memory";
import type { Kind } from "./kinds.ts";

/** What is true of a kind of value in a graph. */
export interface Finding {
  readonly kind: Kind;
  readonly result: unknown;
  /** What was reported, which is nothing for values that come back exactly. */
  readonly reports: readonly ConvertedInfo[];
  /** Whether it is refused with `onUnknown: "refuse"`. */
  readonly refused: boolean;
}

/** Lets a node of a real graph return the value, and reads the thread from another saver on the same data. */
export async function store(kind: Kind): Promise<Finding> {
  const reports: ConvertedInfo[] = [];
  const original = await kind.make();
  const result = await run(original, new MemorySaver({ onConverted: (info) => reports.push(info) }));
  const refused = await run(await kind.make(), new MemorySaver({ onUnknown: "refuse" })).then(
    () => false,
    () => true,
  );
  if (kind.check === undefined) deepStrictEqual(result, original);
  else kind.check(result as never, original as never);
  return { kind, result, reports, refused };
}

async function run(value: unknown, checkpointer: MemorySaver): Promise<unknown> {
  const State = Annotation.Root({ v: Annotation<unknown>(), n: Annotation<number>() });
  const graph = new StateGraph(State)
    .addNode("a", () => ({ v: value }))
    .addNode("b", () => ({ n: 1 }))
    .addEdge(START, "a")
    .addEdge("a", "b")
    .addEdge("b", END)
    .compile({ checkpointer });
  const config = { configurable: { thread_id: "1" } };
  await graph.invoke({ n: 0 }, config);
  return ((await graph.getState(config)).values as { v: unknown }).v;
}
