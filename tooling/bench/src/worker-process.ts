import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Start, ToParent, ToWorker } from "./worker-messages.ts";

const WORKER = new URL("worker.ts", import.meta.url);

/** The process of a contestant. */
export class Worker {
  /** When it can be asked. */
  readonly ready: Promise<unknown>;
  readonly #child: ChildProcess;

  constructor(start: Start) {
    this.#child = fork(WORKER, [JSON.stringify(start)], { execArgv: ["--expose-gc"] });
    this.ready = this.#answer("start");
  }

  /** Sends a message and waits until it is done. */
  async ask(message: ToWorker): Promise<ToParent> {
    this.#child.send(message);
    return this.#answer(message.step);
  }

  kill(): void {
    this.#child.kill();
  }

  async #answer(step: string): Promise<ToParent> {
    const ended = new AbortController();
    const exit = once(this.#child, "exit", ended).then(([code]) => {
      throw new Error(`${this.#child.spawnargs.at(-1)} ended with ${code} before ${step} was done`);
    });
    const answer = once(this.#child, "message", ended) as Promise<[ToParent]>;
    try {
      const [message] = await Promise.race([answer, exit]);
      return message;
    } finally {
      exit.catch(() => {});
      answer.catch(() => {});
      ended.abort();
    }
  }
}
