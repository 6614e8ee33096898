import { isUnreachable } from "./failure.ts";

/** What is asked about a thread. */
interface Request {
  readonly thread: string;
}

interface Call<R extends Request, Answer> {
  readonly request: R;
  readonly resolve: (answer: Answer | Promise<Answer>) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls to up to this many threads are done together. */
export const MOST_TOGETHER = 100;

/**
 * The same for small reads and writes. Most of what one costs is spent for each command, so more in a command would save
 * little, and a server runs a command in one thread.
 */
export const MOST_SHARED = 8;

/**
 * Calls to several threads that come at the same moment, done together: a command costs more than what is in it. When
 * that fails, each is done on its own, so that a problem with one thread is not reported for the others.
 *
 * They are collected until the callback that makes them has ended. `setImmediate` would collect more, but see
 * `write/write-queue.ts`.
 */
export class Together<R extends Request, Answer> {
  readonly #all: (requests: readonly R[]) => Promise<readonly (Answer | Promise<Answer>)[]>;
  readonly #alone: (request: R) => Promise<Answer>;
  readonly #most: number;
  #waiting: Call<R, Answer>[] = [];

  /**
   * @param all Does at most `most`, each for a different thread.
   * @param alone Does one that `all` may have begun.
   */
  constructor(
    all: (requests: readonly R[]) => Promise<readonly (Answer | Promise<Answer>)[]>,
    alone: (request: R) => Promise<Answer>,
    most: number = MOST_TOGETHER,
  ) {
    this.#all = all;
    this.#alone = alone;
    this.#most = most;
  }

  async call(request: R): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#waiting.length === 1) process.nextTick(() => void this.#begin());
    });
  }

  async #begin(): Promise<void> {
    const calls = new Map<string, Call<R, Answer>>();
    const later: Call<R, Answer>[] = [];
    for (const call of this.#waiting) {
      const { thread } = call.request;
      if (calls.has(thread) || calls.size === this.#most) later.push(call);
      else calls.set(thread, call);
    }
    this.#waiting = later;
    if (later.length > 0) process.nextTick(() => void this.#begin());
    await this.#do([...calls.values()]);
  }

  async #do(calls: readonly Call<R, Answer>[]): Promise<void> {
    try {
      const answers = await this.#all(calls.map(({ request }) => request));
      for (const [i, { resolve }] of calls.entries()) resolve(answers[i]!);
    } catch (error) {
      const isFinal = calls.length === 1 || isUnreachable(error);
      for (const { request, resolve, reject } of calls) {
        if (isFinal) reject(error);
        else resolve(this.#alone(request));
      }
    }
  }
}
