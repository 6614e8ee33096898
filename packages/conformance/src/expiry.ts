import { ensure, fail } from "./assertions.ts";
import type { ClauseContext } from "./clause.ts";
import { eventually } from "./host.ts";
import type { TestThread } from "./thread.ts";

/** Seconds after which threads go; and so many that they stay for a whole test. */
export const SHORT = 0.25;
export const LONG = 3600;
/** Seconds in which even a slow machine reads what it has just put. */
const LONGEST = 16;

/** Waits until the thread cannot be found any more. */
export async function expectGone(
  thread: TestThread,
  { sizes }: ClauseContext,
  seconds: number = SHORT,
): Promise<void> {
  const patience = Math.max(sizes.patience, 2000 * seconds);
  const gone = await eventually(async () => (await thread.find()) === undefined, patience);
  ensure(gone, `The thread is still there long after ${seconds} s.`);
}

/**
 * Checks threads that expire, with longer and longer times to live, until one could be read before it expired: on a
 * slow machine, the first part of a thread may expire before the last has been written.
 */
export async function withinLife(
  context: ClauseContext,
  wasAlive: (context: ClauseContext, seconds: number) => Promise<boolean>,
): Promise<void> {
  for (let seconds = SHORT; seconds <= LONGEST; seconds *= 4) {
    if (await wasAlive(context, seconds)) return;
  }
  fail(`A stored checkpoint cannot be read for ${LONGEST} s.`);
}
