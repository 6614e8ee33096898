import { setTimeout } from "node:timers/promises";

/** How long a program may take until it answers or agrees: much, since a machine can be busy with other things. */
export const PATIENCE = 60_000;

/**
 * Waits until something no longer throws.
 *
 * @param what it waits for, for the error.
 * @throws Error with the last error as its cause, after a minute.
 */
export async function until<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      if (Date.now() > deadline) throw new Error(`${what}: ${(cause as Error).message}`, { cause });
    }
    await setTimeout(50);
  }
}
