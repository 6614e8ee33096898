import type { CheckpointSaver, CheckpointSaverOptions } from "@threadmark/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { configOf, putTurn, turnId } from "./turns.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How far a clock is set forward and back. */
export const STEPS: readonly number[] = [4 * MINUTE, 5 * MINUTE, 11 * MINUTE, DAY, 365 * DAY].flatMap(
  (by) => [by, -by],
);

/** In the tests of this suite, the clock of the process is `step` milliseconds ahead of the real one. */
export function useSteppingClock(): { step: number } {
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
 * Registers tests: the clock of the process is set, and neither does a thread that lives end, nor does one come back
 * whose time is over.
 */
export function survivesClockSteps(open: (options: CheckpointSaverOptions) => CheckpointSaver): void {
  const clock = useSteppingClock();

  it("a thread that lives does not end when the clock is set", async () => {
    await using saver = open({ ttl: { seconds: 200, refreshOnRead: true } });
    await saver.setup();
    for (const by of STEPS) {
      const thread = `alive ${by}`;
      clock.step = 0;
      await putTurn(saver, { thread, id: turnId(1), values: { a: 1 } });
      for (const [n, at] of [by, 0, -by].entries()) {
        clock.step = at;
        expect((await saver.getTuple(configOf(thread)))?.checkpoint.id, thread).toBe(turnId(n + 1));
        expect(await saver.sweep(), thread).toBe(0);
        await putTurn(saver, { thread, id: turnId(n + 2), parent: turnId(n + 1), values: { a: n } });
      }
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
