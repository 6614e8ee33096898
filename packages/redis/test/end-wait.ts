import { setTimeout } from "node:timers/promises";
import type { Redis } from "ioredis";

/**
 * Ends the WAIT of a client as its time would do, but only when a replica has confirmed what it waits for: how long that
 * takes depends on what else the machine does.
 *
 * @param mark Is in the client's line of CLIENT LIST, and in no other that waits.
 */
export async function endWait(primary: Redis, mark = ""): Promise<void> {
  const id = await soon(async () => {
    const lines = String(await primary.call("CLIENT", "LIST")).split("\n");
    return lines.find((line) => / cmd=wait /.test(line) && line.includes(mark))?.match(/^id=(\d+)/)?.[1];
  });
  const written = await offsetIn(primary, /master_repl_offset:(\d+)/);
  await soon(async () => (await offsetIn(primary, /slave0:.*offset=(\d+)/)) >= written || undefined);
  await primary.call("CLIENT", "UNBLOCK", id, "TIMEOUT");
}

async function offsetIn(primary: Redis, field: RegExp): Promise<number> {
  return Number(field.exec(await primary.info("replication"))?.[1] ?? -1);
}

/** Asks until there is an answer. */
async function soon<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await setTimeout(10);
  }
}
