import { isBaseMessage } from "@langchain/core/messages";
import type { BaseCheckpointSaver, CheckpointTuple } from "@langchain/langgraph";

export type Print = (line: string) => void;

/** What the channels of a workflow hold, in words. */
const CHANNELS: Record<string, string> = {
  __start__: "input",
  __previous__: "saved for the next run",
  __end__: "result",
};

/** Prints every checkpoint of a thread, the newest first. */
export async function printCheckpoints(
  saver: BaseCheckpointSaver,
  threadId: string,
  print: Print,
): Promise<void> {
  print(`What is stored of thread ${threadId}, newest first`);
  for await (const tuple of saver.list({ configurable: { thread_id: threadId } })) {
    for (const line of describeCheckpoint(tuple)) print(`  ${line}`);
  }
  print("");
}

function describeCheckpoint({ checkpoint, metadata, pendingWrites = [] }: CheckpointTuple): string[] {
  const values = Object.entries(checkpoint.channel_values)
    .filter(([channel]) => channel in CHANNELS)
    .map(([channel, value]) => `  ${CHANNELS[channel]}: ${describeValue(value)}`);
  const tasks = new Set(pendingWrites.map(([task]) => task));
  if (tasks.size > 0) values.push(`  written by its tasks: ${count(pendingWrites.length, "value")}`);
  return [`checkpoint ${checkpoint.id}, step ${metadata?.step}, made by ${metadata?.source}`, ...values];
}

function describeValue(value: unknown): string {
  if (isBaseMessage(value)) return `${value.getType()} "${value.text}"`;
  if (!Array.isArray(value)) return JSON.stringify(value);
  return `${count(value.length, "message")}: ${value.map(describeValue).join(", ")}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
