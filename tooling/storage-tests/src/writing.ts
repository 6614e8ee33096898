import { setTimeout } from "node:timers/promises";
import type { CheckpointSaver } from "@threadmark/core";
import { expect } from "vitest";
import { configOf, longText, putTurn, turnId } from "./turns.ts";

/** Writers that continue after failures, and what was acknowledged to them. */
export interface Writing {
  /** "thread/id" */
  readonly acknowledged: ReadonlySet<string>;
  stop(): Promise<void>;
  /** Everything acknowledged is there, and everything there is complete. */
  check(reader: CheckpointSaver): Promise<void>;
}

/** Starts writers, each with its own thread. They put a checkpoint, then writes to it, over and over. */
export function startWriting(saver: CheckpointSaver, name: string, writers: number): Writing {
  const acknowledged = new Set<string>();
  let running = true;
  const write = async (thread: string): Promise<void> => {
    for (let n = 1; running; n++) {
      try {
        const parent = n === 1 ? undefined : turnId(n - 1);
        await putTurn(saver, { thread, id: turnId(n), parent, values: valuesOf(thread, n) });
        const writes = writesOf(thread, n).map(([, channel, value]): [string, unknown] => [channel, value]);
        await saver.putWrites(configOf(thread, turnId(n)), writes, "task");
        acknowledged.add(`${thread}/${turnId(n)}`);
      } catch {
        await setTimeout(20);
      }
    }
  };
  const threads = Array.from({ length: writers }, (_, i) => `${name} ${i}`);
  const all = Promise.all(threads.map(write));
  return {
    acknowledged,
    async stop() {
      running = false;
      await all;
    },
    async check(reader) {
      const found = new Set<string>();
      for (const thread of threads) {
        for await (const { checkpoint, pendingWrites } of reader.list(configOf(thread))) {
          const n = Number(checkpoint.id);
          expect(checkpoint.channel_values).toEqual(valuesOf(thread, n));
          // Writes that were not acknowledged are there all or not at all.
          if (pendingWrites!.length === 0) continue;
          expect(pendingWrites).toEqual(writesOf(thread, n));
          found.add(`${thread}/${checkpoint.id}`);
        }
      }
      expect([...acknowledged].filter((key) => !found.has(key))).toEqual([]);
    },
  };
}

function valuesOf(thread: string, n: number): Record<string, unknown> {
  return { text: longText(`${thread} ${n % 10}`), n };
}

function writesOf(thread: string, n: number): [string, string, unknown][] {
  return [
    ["task", "a", longText(`${thread} ${n}`, 3000)],
    ["task", "b", n],
  ];
}
