import { setImmediate } from "node:timers/promises";
import type { CheckpointSaver } from "@threadmark/core";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

/** Threads that are used at once. Each has one user, so what it must hold is known. */
const THREADS = 16;
/** After as many turns a thread is deleted. */
const TURNS = 60;

/** Uses a saver until it is stopped; returns the number of turns. Throws when something is not as it must be. */
export async function useUntil(saver: CheckpointSaver, isOver: () => boolean): Promise<number> {
  const turns = await Promise.all(
    Array.from({ length: THREADS }, async (_, number) => {
      let count = 0;
      while (!isOver()) count += await liveOneLife(saver, `soak ${number}`, isOver);
      return count;
    }),
  );
  return turns.reduce((sum, count) => sum + count, 0);
}

/** A thread from its first turn to its removal. */
async function liveOneLife(saver: CheckpointSaver, thread: string, isOver: () => boolean): Promise<number> {
  const config = configOf(thread);
  let turn = 0;
  while (turn < TURNS && !isOver()) {
    turn++;
    // A saver in memory would otherwise let nothing else happen.
    await setImmediate();
    const values = { text: longText(thread, turn * 300), turn };
    const parent = turn > 1 ? { parent: turnId(turn - 1) } : {};
    await putTurn(saver, { thread, id: turnId(turn), ...parent, values });
    const stored = await saver.get(config);
    if (stored?.channel_values["turn"] !== turn || stored.channel_values["text"] !== values.text)
      throw new Error(`${thread} does not hold its turn ${turn}`);
    if (turn % 20 === 0) await saver.prune({ threadIds: [thread], keepLatest: 5 });
    if (turn % 25 === 0) await copyAndDelete(saver, thread);
  }
  for await (const { checkpoint } of saver.list(config, { limit: 3 })) {
    if (checkpoint.channel_values["turn"] === undefined) throw new Error(`${thread} has lost a turn`);
  }
  await saver.deleteThread(thread);
  if (await saver.getTuple(config)) throw new Error(`${thread} is there after its removal`);
  return turn;
}

async function copyAndDelete(saver: CheckpointSaver, thread: string): Promise<void> {
  const copy = `copy of ${thread}`;
  await saver.copyThread(thread, copy);
  await saver.deleteThread(copy);
}
