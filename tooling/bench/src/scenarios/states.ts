import type { Saver } from "../place.ts";
import { prose } from "../text.ts";
import { Steps } from "./steps.ts";
import { configOf } from "./thread.ts";
import { ANSWER_TASK } from "./turn.ts";

const CHANNELS = 30;
const ROWS = 5000;

/** Texts for the channels: 30, and two for each step. */
export function channelTexts(thread: number, steps: number): string[] {
  return Array.from({ length: CHANNELS + 2 * steps }, (_, i) => prose(10_000 * thread + i, 1000));
}

/** Steps of a graph with 30 channels of 1 kB, of which a node changes two. */
export async function manyChannels(saver: Saver, thread: string, texts: readonly string[]): Promise<void> {
  const values: Record<string, unknown> = {};
  for (let i = 0; i < CHANNELS; i++) values[`channel ${i}`] = texts[i];
  await new Steps(saver, thread, undefined).put("input", values, Object.keys(values));
  for (let step = 0; CHANNELS + 2 * step < texts.length; step++) {
    const tuple = await saver.getTuple(configOf(thread));
    const changed = [`channel ${step % CHANNELS}`, `channel ${(step + 7) % CHANNELS}`];
    const writes = changed.map((name, i): [string, unknown] => [name, texts[CHANNELS + 2 * step + i]]);
    const run = new Steps(saver, thread, tuple);
    await run.putWrites(ANSWER_TASK, writes);
    await run.put("loop", { ...tuple!.checkpoint.channel_values, ...Object.fromEntries(writes) }, changed);
  }
}

/** Text of 5 MB, in rows of 1,000 characters. */
export function largeRows(round: number): string[] {
  return Array.from({ length: ROWS }, (_, i) => prose(ROWS * round + i, 1000));
}

/** Steps of a graph with a channel of 5 MB, which grows by a row or stays as it is, and a small one that changes. */
export async function largeChannel(
  saver: Saver,
  thread: string,
  {
    rows,
    steps,
    grows,
  }: { readonly rows: readonly string[]; readonly steps: number; readonly grows: boolean },
): Promise<void> {
  await new Steps(saver, thread, undefined).put("input", { rows, note: "" }, ["rows", "note"]);
  for (let step = 0; step < steps; step++) {
    const tuple = await saver.getTuple(configOf(thread));
    const { rows: before } = tuple!.checkpoint.channel_values as { rows: string[] };
    if (before.length !== rows.length + (grows ? step : 0)) throw new Error("rows are missing");
    const after = grows ? [...before, prose(-step, 1000)] : before;
    const run = new Steps(saver, thread, tuple);
    await run.put("loop", { rows: after, note: prose(step, 200) }, grows ? ["rows", "note"] : ["note"]);
  }
}
