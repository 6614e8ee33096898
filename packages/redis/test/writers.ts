import { deepStrictEqual } from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import type { RedisSaver } from "@threadmark/redis";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

/** Writers of one thread each, which continue until they are stopped. */
export interface Writers {
  /** Thread → what was acknowledged. */
  readonly acknowledged: ReadonlyMap<string, readonly number[]>;
  readonly errors: readonly unknown[];
  /** Resolves when every thread has so many more. */
  untilMore(count: number): Promise<void>;
  stop(): Promise<void>;
}

export function startWriters(saver: RedisSaver, threads: readonly string[]): Writers {
  const acknowledged = new Map<string, number[]>(threads.map((thread) => [thread, []]));
  const errors: unknown[] = [];
  let running = true;

  const write = async (thread: string): Promise<void> => {
    for (let n = 1; running; n++) {
      try {
        const values = { text: longText(`${thread} ${n}`), same: longText(thread) };
        await putTurn(saver, { thread, id: turnId(n), values });
        await saver.putWrites(configOf(thread, turnId(n)), [["w", n]], "task");
        acknowledged.get(thread)!.push(n);
      } catch (error) {
        errors.push(error);
      }
      await setTimeout(5);
    }
  };
  const work = threads.map(write);

  return {
    acknowledged,
    errors,
    async untilMore(count) {
      const goals = threads.map((thread) => acknowledged.get(thread)!.length + count);
      while (threads.some((thread, i) => acknowledged.get(thread)!.length < goals[i]!)) await setTimeout(20);
    },
    async stop() {
      running = false;
      await Promise.all(work);
    },
  };
}

/**
 * Checks that everything that was acknowledged is there, and that everything that is there is whole.
 *
 * @throws AssertionError
 */
export async function checkThreads(
  saver: RedisSaver,
  acknowledged: ReadonlyMap<string, readonly number[]>,
): Promise<void> {
  for (const [thread, done] of acknowledged) {
    const found = new Map<string, unknown>();
    for await (const { checkpoint, pendingWrites } of saver.list(configOf(thread))) {
      const text = longText(`${thread} ${Number(checkpoint.id)}`);
      deepStrictEqual(checkpoint.channel_values, { text, same: longText(thread) });
      found.set(checkpoint.id, pendingWrites);
    }
    for (const n of done) deepStrictEqual(found.get(turnId(n)), [["task", "w", n]]);
  }
}
