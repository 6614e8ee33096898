import type { ScriptClient } from "./ioredis.ts";
import type { Keys } from "./keys.ts";
import { answerOf } from "./replies.ts";
import type { Runner } from "./runner.ts";
import { REINDEX } from "./scripts/buckets.ts";

/** Names that the server looks at in one step, and about so many threads that are written at once. */
const PAGE = 250;

/** Puts every thread that is found by its key into the indexes, and returns how many there are. */
export async function rebuildIndexes(runner: Runner, keys: Keys): Promise<number> {
  const client = await runner.client();
  const found = new Set<string>();
  for (const node of client.nodes?.("master") ?? [client]) {
    for await (const threads of threadsOn(node, keys, clientPrefix(client))) {
      const fresh = threads.filter((thread) => !found.has(thread));
      const indexed = await Promise.all(fresh.map((thread) => reindex(runner, keys, thread)));
      for (const [i, thread] of fresh.entries()) if (indexed[i]) found.add(thread);
    }
  }
  return found.size;
}

/** What the client puts before every key, but not before a pattern. */
function clientPrefix({ options }: ScriptClient): string {
  return (options as { keyPrefix?: string }).keyPrefix ?? "";
}

/** The threads whose keys a server has, page by page; one may come twice. */
async function* threadsOn(node: ScriptClient, keys: Keys, prefix: string): AsyncGenerator<string[]> {
  const pattern = keys.threadPattern(prefix);
  let cursor = "0";
  do {
    const [next, names] = await node.scan(cursor, "MATCH", pattern, "COUNT", PAGE);
    cursor = next;
    yield names.flatMap((name) => keys.threadIn(name.slice(prefix.length)) ?? []);
  } while (cursor !== "0");
}

async function reindex(runner: Runner, keys: Keys, thread: string): Promise<boolean> {
  const reply = await runner.run(REINDEX, keys.threadAndIndexes(thread), [thread]);
  return answerOf(reply, thread).outcome === "indexed";
}
