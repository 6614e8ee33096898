import type { RunnableConfig } from "@langchain/core/runnables";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";

/** Everything that an async iterable yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The checkpoint that a config names. */
export function idOf({ configurable }: RunnableConfig): string {
  return configurable!["checkpoint_id"] as string;
}

/** Ids from the checkpoint of a config to the first one, by parents; stops at 100, should they form a ring. */
export async function ancestry(saver: BaseCheckpointSaver, config: RunnableConfig) {
  const ids: string[] = [];
  let tuple = await saver.getTuple(config);
  while (tuple !== undefined && ids.length < 100) {
    ids.push(tuple.checkpoint.id);
    tuple = tuple.parentConfig && (await saver.getTuple(tuple.parentConfig));
  }
  return ids;
}

/** Every namespace that has a checkpoint in the thread. */
export async function namespacesOf(saver: BaseCheckpointSaver, { configurable }: RunnableConfig) {
  const thread = { configurable: { thread_id: configurable!["thread_id"] as string } };
  const tuples = await collect(saver.list(thread));
  return new Set(tuples.map(({ config }) => config.configurable!["checkpoint_ns"] as string));
}
