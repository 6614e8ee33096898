import type { Keys } from "./keys.ts";
import { answerOf } from "./replies.ts";
import type { Runner } from "./runner.ts";
import { REINDEX } from "./scripts/buckets.ts";

/** How many names the server scans in one step; about as many threads are written at once. */
const PAGE = 250;

/** Adds every thread that is found by its key to the indexes, and returns how many there are. */
export async function rebuildIndexes(runner: Runner, keys: Keys): Promise<number> {
  const found = new Set<string>();
  for await (const names of runner.scan((prefix) => keys.threadPattern(prefix), PAGE)) {
    const threads = names.flatMap((name) => keys.threadIn(name) ?? []);
    const fresh = threads.filter((thread) => !found.has(thread));
    const indexed = await Promise.all(fresh.map((thread) => reindex(runner, keys, thread)));
    for (const [i, thread] of fresh.entries()) if (indexed[i]) found.add(thread);
  }
  return found.size;
}

async function reindex(runner: Runner, keys: Keys, thread: string): Promise<boolean> {
  const reply = await runner.run(REINDEX, keys.threadAndIndexes(thread), [thread]);
  return answerOf(reply, thread).outcome === "indexed";
}
