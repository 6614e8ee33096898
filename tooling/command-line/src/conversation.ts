import type { CheckpointConfig, PendingWrite } from "@threadmark/core";

interface Saver {
  put(config: object, checkpoint: never, metadata: never, versions: never): Promise<unknown>;
  putWrites(config: object, writes: PendingWrite[], task: string): Promise<void>;
}

/** The id of the nth checkpoint. */
export function idOf(id: number): string {
  return `1f0c0de0-0000-6000-8000-00000000000${id}`;
}

/** Too long for the record of any store, and no part of it occurs twice. */
const LONG = Array.from({ length: 6000 }, (_, i) => `${i} `).join("");

/** Two threads: one of bob with a branch, where a question was answered, and one of alice that waits for an answer. */
export async function storeThreads(saver: unknown): Promise<void> {
  const target = saver as Saver;
  await put(target, "first", "bob", 1);
  await target.putWrites(placeOf("first", 1), [["__interrupt__", { value: "Shall I?" }]], "task");
  await put(target, "first", "bob", 2, 1);
  await put(target, "first", "bob", 3, 1);
  await put(target, "second", "alice", 1);
  await target.putWrites(placeOf("second", 1), [["__interrupt__", { value: "Shall I?" }]], "task");
}

function placeOf(thread: string, checkpoint?: number): CheckpointConfig {
  const place = { thread_id: thread, checkpoint_ns: "" };
  return { configurable: { ...place, ...(checkpoint && { checkpoint_id: idOf(checkpoint) }) } };
}

async function put(saver: Saver, thread: string, user: string, id: number, parent?: number): Promise<void> {
  const { configurable } = placeOf(thread, parent);
  const messages = Array.from({ length: id }, (_, i) => ({
    role: i % 2 ? "ai" : "human",
    content: `text ${i}`,
  }));
  const checkpoint = {
    v: 4,
    id: idOf(id),
    ts: `2026-01-0${id}T00:00:00.000Z`,
    channel_values: { messages, long: LONG },
    channel_versions: { messages: id, long: 1 },
    versions_seen: {},
  };
  const metadata = { source: "loop", step: id, parents: {} };
  const versions = { messages: id, ...(id === 1 && { long: 1 }) };
  await saver.put(
    { configurable: { ...configurable, user } },
    checkpoint as never,
    metadata as never,
    versions as never,
  );
}
