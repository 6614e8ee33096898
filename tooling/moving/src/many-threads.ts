import type { BaseCheckpointSaver, Checkpoint } from "@langchain/langgraph-checkpoint";

/** Threads that are written at once. */
const AT_ONCE = 8;
/** At this interval of checkpoints, there are pending writes, and a branch begins. */
const WRITES_EVERY = 10;
const BRANCH_EVERY = 50;
/** Messages that a conversation keeps. */
const MESSAGES = 20;

/** How much to store. */
export interface Amount {
  readonly threads: number;
  readonly perThread: number;
}

/** The ids of the threads that {@link storeMany} writes. */
export function threadNames(threads: number): string[] {
  return Array.from({ length: threads }, (_, i) => `thread ${i}`);
}

/** Stores conversations with branches and pending writes, as many as asked for. */
export async function storeMany(saver: BaseCheckpointSaver, { threads, perThread }: Amount): Promise<void> {
  const left = threadNames(threads).toReversed();
  const work = async (): Promise<void> => {
    for (let thread = left.pop(); thread !== undefined; thread = left.pop()) {
      for (let turn = 0; turn < perThread; turn++) await storeTurn(saver, thread, turn);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function storeTurn(saver: BaseCheckpointSaver, thread: string, turn: number): Promise<void> {
  const parent = turn - (turn % BRANCH_EVERY === 1 && turn > 1 ? 2 : 1);
  const place = { thread_id: thread, checkpoint_ns: "" };
  const config = await saver.put(
    { configurable: { ...place, ...(turn > 0 && { checkpoint_id: idOf(parent) }) } },
    checkpointOf(thread, turn),
    { source: "loop", step: turn, parents: {} },
    { messages: turn + 1 },
  );
  if (turn % WRITES_EVERY !== 0) return;
  for (const task of ["a", "b"]) await saver.putWrites(config, [["messages", `${thread} ${turn}`]], task);
}

function checkpointOf(thread: string, turn: number): Checkpoint {
  const first = Math.max(0, turn - MESSAGES + 1);
  const messages = Array.from({ length: turn - first + 1 }, (_, i) => ({
    role: (first + i) % 2 === 0 ? "user" : "assistant",
    content: `message ${first + i} of ${thread}`,
  }));
  return {
    v: 4,
    id: idOf(turn),
    ts: new Date(Date.UTC(2026, 0, 1) + turn * 1000).toISOString(),
    channel_values: { messages },
    channel_versions: { messages: turn + 1 },
    versions_seen: {},
  };
}

function idOf(turn: number): string {
  return `1f000000-0000-6000-8000-${String(turn).padStart(12, "0")}`;
}
