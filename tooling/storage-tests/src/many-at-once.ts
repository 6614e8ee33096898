import { setTimeout } from "node:timers/promises";
import type { CheckpointSaver, PendingWrite } from "@threadmark/core";
import { expect } from "vitest";
import { configOf, longText, putTurn, turnId } from "./turns.ts";

/** The threads of {@link pruneBesideWriters}. */
export const THREADS = ["t0", "t1", "t2", "t3"] as const;

/** Milliseconds that a busy machine may take until everyone has done enough. */
const PATIENCE = 240_000;

/** Who works on the threads, and for how long. */
export interface Crowd {
  /** A saver on the same data, as another process has it. */
  readonly open: () => CheckpointSaver;
  readonly readers: readonly CheckpointSaver[];
  readonly seconds: number;
  /** What else happens meanwhile, and whether enough of it was done. */
  readonly also?: { run(isOver: () => boolean): Promise<void>; isEnough(): boolean };
}

/**
 * `prune` and `deleteThread` during eight writers and some readers, none of which may ever miss a blob. On a busy
 * machine it takes longer, until each has done enough for this to mean something.
 */
export async function pruneBesideWriters({ open, readers, seconds, also }: Crowd): Promise<void> {
  const end = Date.now() + seconds * 1000;
  const counts = { puts: 0, prunes: 0, reads: 0 };
  let failed = false;
  const isEnough = () =>
    counts.puts > 20 && counts.prunes > 5 && counts.reads > 5 && (also?.isEnough() ?? true);
  const isOver = () => failed || (Date.now() >= end && (isEnough() || Date.now() >= end + PATIENCE));
  // Two writers a thread; values come and go, so that prune removes what the next put has again.
  const write = async (writer: number): Promise<void> => {
    const saver = open();
    const thread = THREADS[writer % THREADS.length]!;
    for (let n = writer; !isOver(); n += 10) {
      const { configurable } = await putTurn(saver, { thread, id: turnId(n), values: valuesOf(n) });
      await saver.putWrites({ configurable: configurable! }, writesOf(n), "task");
      counts.puts++;
    }
  };
  const prune = async (): Promise<void> => {
    const saver = open();
    while (!isOver()) {
      await saver.prune({ keepLatest: 2, threadIds: THREADS });
      if (++counts.prunes % 7 === 0) await saver.deleteThread("t3");
    }
  };
  const read = async (saver: CheckpointSaver): Promise<void> => {
    while (!isOver()) {
      for (const thread of THREADS) await checkThread(saver, thread);
      counts.reads++;
    }
  };
  const writers = Array.from({ length: 8 }, (_, writer) => write(writer));
  const all = [...writers, prune(), prune(), ...readers.map(read)];
  if (also) all.push(also.run(isOver));
  try {
    await Promise.all(all);
  } catch (error) {
    failed = true;
    await Promise.allSettled(all);
    throw error;
  }
  expect({ ...counts, isEnough: isEnough() }).toMatchObject({ isEnough: true });
}

export function valuesOf(n: number): Record<string, unknown> {
  return { same: longText("same"), turn: longText(`turn ${n % 30}`), n };
}

function writesOf(n: number): PendingWrite[] {
  return ["a", "b"].map((channel) => [channel, longText(`write ${n % 20}`)]);
}

/** Every checkpoint that is there is whole, as {@link valuesOf} gives it, and so are the writes of its task. */
export async function checkThread(saver: CheckpointSaver, thread: string): Promise<void> {
  for await (const { checkpoint, pendingWrites } of saver.list(configOf(thread))) {
    checkWhole(checkpoint.channel_values, pendingWrites);
  }
  const newest = await saver.getTuple(configOf(thread));
  if (newest) checkWhole(newest.checkpoint.channel_values, newest.pendingWrites);
}

function checkWhole(
  values: Record<string, unknown>,
  pendingWrites: readonly (readonly unknown[])[] = [],
): void {
  const n = values["n"] as number;
  expect(values).toEqual(valuesOf(n));
  if (pendingWrites.length === 0) return;
  expect(pendingWrites).toEqual(writesOf(n).map((write) => ["task", ...write]));
}

/** Of 16 puts on one parent with a fence, one wins and the others get `CONFLICT`; and so on from the winner. */
export async function checkFence(openFenced: () => CheckpointSaver): Promise<void> {
  const savers = Array.from({ length: 16 }, openFenced);
  let parent: string | undefined;
  for (const round of [1, 2, 3, 4]) {
    const outcomes = await Promise.allSettled(
      savers.map((saver, i) => putTurn(saver, { thread: "fence", id: turnId(round * 100 + i), parent })),
    );
    const codes = outcomes.map((one) =>
      one.status === "fulfilled" ? "" : (one.reason as { code: string }).code,
    );
    expect(codes.sort()).toEqual(["", ...Array.from({ length: 15 }, () => "CONFLICT")]);
    parent = (await savers[0]!.get(configOf("fence")))!.id;
  }
}

/** A thread that is removed while puts wait for it comes back whole or not at all. */
export async function checkRemovalBesidePuts(open: () => CheckpointSaver): Promise<void> {
  const saver = open();
  for (let round = 0; round < 30; round++) {
    const values = { text: longText("same"), round };
    await putTurn(saver, { thread: "gone", id: turnId(1), values });
    await Promise.all([
      saver.deleteThread("gone"),
      putTurn(saver, { thread: "gone", id: turnId(2), parent: turnId(1), values }),
      open().deleteThread("gone"),
    ]);
    const tuple = await open().getTuple(configOf("gone"));
    expect(tuple?.checkpoint.channel_values ?? values).toEqual(values);
  }
}

/**
 * Sweeps from several processes at once remove every expired thread once.
 *
 * @param expiring A saver whose threads expire after 0.2 seconds.
 */
export async function checkSweeps(expiring: CheckpointSaver, open: () => CheckpointSaver): Promise<void> {
  await Promise.all(
    Array.from({ length: 250 }, (_, i) =>
      putTurn(expiring, { thread: `old ${i}`, id: turnId(1), values: { i } }),
    ),
  );
  await setTimeout(500);
  const swept = await Promise.all([1, 2, 3, 4].map(() => open().sweep()));
  expect(swept.reduce((sum, n) => sum + n)).toBe(250);
  expect(await expiring.getTuple(configOf("old 7"))).toBeUndefined();
}
