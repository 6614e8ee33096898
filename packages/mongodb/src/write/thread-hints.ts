import { isSettled, type ThreadDoc } from "../thread.ts";

const MAX_THREADS = 10_000;

/** What a write has to know of its thread. */
export interface Hint {
  readonly epoch: string;
  readonly g: string;
  readonly own: number | undefined;
}

/**
 * What was last seen of threads, so that a write need not ask first. A hint may be wrong: a write with a
 * wrong one is refused by the server before it has stored anything.
 */
export class ThreadHints {
  readonly #threads = new Map<string, Hint>();

  /** The hint for a thread; with an epoch, only one for that. */
  find(thread: string, epoch: string | undefined): Hint | undefined {
    const hint = this.#threads.get(thread);
    return hint && (epoch === undefined || epoch === hint.epoch) ? hint : undefined;
  }

  learn(thread: string, hint: Hint): void {
    this.#threads.delete(thread);
    this.#threads.set(thread, hint);
    for (const oldest of this.#threads.keys()) {
      if (this.#threads.size <= MAX_THREADS) break;
      this.#threads.delete(oldest);
    }
  }

  forget(thread: string): void {
    this.#threads.delete(thread);
  }

  /** Learns from what a reader saw. */
  see(doc: ThreadDoc): void {
    if (isSettled(doc)) this.learn(doc.thread, hintOf(doc));
  }
}

export function hintOf({ epoch, g, own }: ThreadDoc): Hint {
  return { epoch, g, own: own ?? undefined };
}
