/**
 * Limits how many tasks run at once. A task that waits for tasks it called does not count, or a limit of one would
 * wait for itself.
 */
export class Limiter {
  readonly #limit: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  async acquire(): Promise<void> {
    if (this.#running < this.#limit) {
      this.#running++;
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}

/** The place of a task among those that run; the body of a workflow takes none. */
export class Slot {
  readonly #limiter: Limiter | undefined;
  #calls = 0;
  #ended = false;

  constructor(limiter: Limiter | undefined) {
    this.#limiter = limiter;
  }

  /** Runs what the task calls; the place is free until the last of its calls has returned. */
  async lend<T>(call: () => Promise<T>): Promise<T> {
    if (!this.#limiter) return call();
    if (this.#calls++ === 0) this.#limiter.release();
    try {
      return await call();
    } finally {
      if (--this.#calls === 0 && !this.#ended) await this.#limiter.acquire();
    }
  }

  async take(): Promise<void> {
    await this.#limiter?.acquire();
  }

  /** Called when the task has ended. A place that is lent is already free, and is not taken back. */
  give(): void {
    this.#ended = true;
    if (this.#calls === 0) this.#limiter?.release();
  }
}
