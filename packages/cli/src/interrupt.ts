/** Thrown when Ctrl-C or a request to end has stopped a command. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/**
 * Does work that can be stopped: the first Ctrl-C lets it end cleanly, a second one ends the process.
 *
 * @param advice What to do to continue.
 * @throws Interrupted when it was stopped.
 */
export async function untilInterrupted<T>(
  advice: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Interrupted(`stopped; ${advice}`));
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    return await work(stop.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
