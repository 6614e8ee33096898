import { CheckpointError } from "../errors.ts";

/**
 * The calls in progress. Closing waits for them, so that a driver is never closed during a call, and refuses later
 * calls.
 */
export class OpenCalls {
  #count = 0;
  #closed = false;
  #settled: (() => void) | undefined;

  /**
   * Makes a call at once.
   *
   * @throws CheckpointError `CLOSED`.
   */
  async run<P, T>(call: (parts: P) => Promise<T>, parts: P): Promise<T> {
    this.#enter();
    try {
      return await call(parts);
    } finally {
      this.#leave();
    }
  }

  /** Passes a listing on. It counts as in progress while its next item is awaited, but not while the consumer works. */
  async *stream<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
    try {
      for (;;) {
        const next = await this.run(() => items.next(), undefined);
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // Nothing is waiting in it, so it only has to end.
      await items.return(undefined);
    }
  }

  /** Refuses calls from now on, and waits for those in progress, whether they succeed or not. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#settled = resolve;
    });
  }

  #enter(): void {
    if (this.#closed) throw new CheckpointError("CLOSED", "this saver was closed; create a new one");
    this.#count++;
  }

  #leave(): void {
    this.#count--;
    if (this.#count === 0) this.#settled?.();
  }
}
