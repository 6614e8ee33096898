import type { CheckpointSaver, CheckpointSaverOptions } from "@threadmark/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { configOf, longText, putTurn, turnId } from "./turns.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How far a clock is set forward and back. */
const STEPS: readonly number[] = [4 * MINUTE, 5 * MINUTE, 11 * MINUTE, DAY, 365 * DAY].flatMap((by) => [
  by,
  -by,
]);

/** In the tests of this suite, the clock of the process is `step` milliseconds ahead of the real one. */
function useSteppingClock(): { step: number } {
  const RealDate = Date;
  const clock = { step: 0 };

  beforeEach(() => {
    const now = (): number => RealDate.now() + clock.step;
    globalThis.Date = new Proxy(RealDate, {
      construct: (target, given, made) =>
        Reflect.construct(target, given.length > 0 ? given : [now()], made) as Date,
      get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
    });
  });

  afterEach(() => {
    globalThis.Date = RealDate;
    clock.step = 0;
  });

  return clock;
}

/**
 * Registers tests: when the clock of the process is set, no live thread expires, and no expired thread comes back.
 */
export function survivesClockSteps(open: (options: CheckpointSaverOptions) => CheckpointSaver): void {
  const clock = useSteppingClock();

  it("a thread that lives does not end when the clock is set", async () => {
    await using saver = open({ ttl: { seconds: 300, refreshOnRead: true } });
    await saver.setup();
    for (const by of STEPS) {
      const thread = `alive ${by}`;
      for (const [index, at] of [0, by, -by, 0].entries()) {
        clock.step = at;
        await putNth(saver, thread, index + 1);
        expect((await saver.getTuple(configOf(thread)))?.checkpoint.id, thread).toBe(turnId(index + 1));
        expect(await listed(saver, thread), thread).toHaveLength(index + 1);
        expect(await saver.sweep(), thread).toBe(0);
      }
      clock.step = -by;
      await saver.copyThread(thread, `copy of ${thread}`);
      clock.step = by;
      expect(await listed(saver, `copy of ${thread}`), thread).toEqual(await listed(saver, thread));
    }
    await checkTimes(saver);
  });

  it("checkpoints are removed while the clock is set, and those stored meanwhile stay", async () => {
    await using saver = open({});
    await saver.setup();
    for (const by of STEPS) {
      const thread = `pruned ${by}`;
      clock.step = 0;
      for (const n of [1, 2, 3]) await putNth(saver, thread, n);
      clock.step = by;
      await Promise.all([
        saver.prune({ threadIds: [thread], keepLatest: 2 }),
        saver.prune({ threadIds: [thread], keepLatest: 1 }),
        putNth(saver, thread, 4),
      ]);
      expect((await listed(saver, thread))[0], thread).toBe(turnId(4));
    }
  });

  it("a thread whose time is over does not come back when the clock is set", async () => {
    await using saver = open({ ttl: { seconds: 0.2 } });
    await saver.setup();
    for (const by of STEPS) {
      const thread = `over ${by}`;
      clock.step = 0;
      await putTurn(saver, { thread, id: turnId(1), values: { a: 1 } });
      // However long it takes: what is asked is that it ends, and then stays so.
      while (await saver.getTuple(configOf(thread))) await new Promise((resolve) => setTimeout(resolve, 20));
      clock.step = by;
      expect(await saver.getTuple(configOf(thread)), thread).toBeUndefined();
      clock.step = -by;
      expect(await saver.getTuple(configOf(thread)), thread).toBeUndefined();
    }
  });
}

async function putNth(saver: CheckpointSaver, thread: string, n: number): Promise<void> {
  const values = { text: longText(`${thread} ${n}`) };
  await putTurn(saver, { thread, id: turnId(n), parent: n > 1 ? turnId(n - 1) : undefined, values });
}

async function listed(saver: CheckpointSaver, thread: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { checkpoint } of saver.list(configOf(thread))) ids.push(checkpoint.id);
  return ids;
}

/** Every thread has times of one clock, and they are listed by them. */
async function checkTimes(saver: CheckpointSaver): Promise<void> {
  const names: string[] = [];
  let previous = Number.POSITIVE_INFINITY;
  for await (const { threadId, createdAt, updatedAt, expiresAt } of saver.listThreads()) {
    names.push(threadId);
    expect(createdAt.getTime(), threadId).toBeLessThanOrEqual(updatedAt.getTime());
    expect(expiresAt!.getTime(), threadId).toBeGreaterThan(updatedAt.getTime());
    expect(updatedAt.getTime(), threadId).toBeLessThanOrEqual(previous);
    previous = updatedAt.getTime();
  }
  const all = STEPS.flatMap((by) => [`alive ${by}`, `copy of alive ${by}`]);
  expect(names.toSorted()).toEqual(all.toSorted());
}
