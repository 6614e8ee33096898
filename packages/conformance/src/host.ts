/** Globals that every host has but the language does not. */

interface Host {
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  structuredClone<T>(value: T): T;
  performance: { now(): number };
  /** Of Node, Bun and Deno. */
  setImmediate?(callback: () => void): unknown;
  URL: new (text: string) => { readonly href: string };
  Buffer?: { from(bytes: readonly number[]): Uint8Array };
}

// Through unknown: in a project that has these types, an assertion would be superfluous.
const global: unknown = globalThis;

export const host: Host = global as Host;

/** Lets other work continue for a moment. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    host.setTimeout(resolve, milliseconds);
  });
}

/** Lets every callback run that is due; a callback that keeps rescheduling itself cannot delay this forever. */
export function turn(): Promise<void> {
  const { setImmediate } = host;
  return setImmediate === undefined ? pause(0) : new Promise((resolve) => void setImmediate(resolve));
}

/**
 * Asks again and again until the answer is yes, and says whether it came in time. The last question is asked after
 * the time is over: on a slow machine, whatever must have happened by then still counts.
 */
export async function eventually(question: () => Promise<boolean>, milliseconds: number): Promise<boolean> {
  const end = host.performance.now() + milliseconds;
  for (;;) {
    const isLast = host.performance.now() > end;
    // Each round must see the state that the one before left.
    if (await question()) return true;
    if (isLast) return false;
    await pause(5);
  }
}

/** The promise's result, or a rejection when it takes longer. */
export async function within<T>(promise: Promise<T>, milliseconds: number, message: string): Promise<T> {
  let timer: unknown;
  const late = new Promise<never>((_, reject) => {
    timer = host.setTimeout(() => {
      reject(new Error(message));
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    host.clearTimeout(timer);
  }
}
