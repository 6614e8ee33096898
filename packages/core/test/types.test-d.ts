// Compiled by the typecheck task: a saver is one of LangGraph.js's savers without a cast.
import type { RunnableConfig } from "@langchain/core/runnables";
import {
  Annotation,
  entrypoint,
  START,
  StateGraph,
  type BaseCheckpointSaver as ReexportedSaver,
  type LangGraphRunnableConfig,
} from "@langchain/langgraph";
import type * as newest from "@langchain/langgraph-checkpoint";
import type * as oldest from "langgraph-checkpoint-1-0";
import {
  type Checkpoint,
  type CheckpointConfig,
  type CheckpointListOptions,
  type CheckpointMetadata,
  CheckpointSaver,
  type CheckpointTuple,
  type SerializerProtocol,
} from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";

const saver: CheckpointSaver = new CheckpointSaver(new MemoryStorage());

saver satisfies newest.BaseCheckpointSaver;
saver satisfies oldest.BaseCheckpointSaver;
saver satisfies ReexportedSaver;

const graph = new StateGraph(Annotation.Root({ count: Annotation<number> }))
  .addNode("add", ({ count }) => ({ count: count + 1 }))
  .addEdge(START, "add");
graph.compile({ checkpointer: saver });
entrypoint({ name: "echo", checkpointer: saver }, async (text: string) => text);

// What one gives the other takes, in both directions.
type Same<Ours, Theirs> = [Ours, Theirs] extends [Theirs, Ours] ? true : false;
true satisfies Same<Checkpoint, newest.Checkpoint>;
true satisfies Same<CheckpointTuple, newest.CheckpointTuple>;
true satisfies Same<CheckpointMetadata, newest.CheckpointMetadata>;
true satisfies Same<CheckpointListOptions, newest.CheckpointListOptions>;
true satisfies Same<SerializerProtocol, newest.SerializerProtocol>;
true satisfies Same<CheckpointTuple, oldest.CheckpointTuple>;
true satisfies Same<CheckpointConfig, RunnableConfig>;

// The test itself can fail.
true satisfies Same<string, string>;
// @ts-expect-error -- a saver without getTuple is none
({}) as Omit<CheckpointSaver, "getTuple"> satisfies newest.BaseCheckpointSaver;
// @ts-expect-error -- not the same type
true satisfies Same<CheckpointTuple, Checkpoint>;

/** Configs of every origin are accepted. */
export async function acceptsConfigs(
  runnable: RunnableConfig,
  langGraph: LangGraphRunnableConfig,
  own: { configurable: { thread_id: string; user: number } },
): Promise<void> {
  const tuple: newest.CheckpointTuple | undefined = await saver.getTuple(runnable);
  await saver.getTuple(langGraph);
  await saver.getTuple(own);
  for await (const each of saver.list(runnable, { limit: 1, before: runnable })) {
    each satisfies newest.CheckpointTuple;
  }
  if (tuple === undefined) return;
  const stored: RunnableConfig = await saver.put(
    runnable,
    tuple.checkpoint,
    tuple.metadata ?? { source: "loop", step: 0, parents: {} },
    tuple.checkpoint.channel_versions,
  );
  await saver.putWrites(stored, [["channel", 1]], "task", "path");
}
