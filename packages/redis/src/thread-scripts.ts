import { damaged } from "@threadmark/core/storage";
import type { Argument } from "./connection.ts";
import { isDamage } from "./failure.ts";
import type { Keys } from "./keys.ts";
import { answerOf, type Answer } from "./replies.ts";
import type { Runner } from "./runner.ts";
import type { Script } from "./scripts/script.ts";

/** Scripts about one thread. */
export class ThreadScripts {
  readonly #runner: Runner;
  readonly keys: Keys;

  constructor(runner: Runner, keys: Keys) {
    this.#runner = runner;
    this.keys = keys;
  }

  /** A script that reads a thread. */
  async ask(script: Script, thread: string, args: readonly Argument[]): Promise<Answer> {
    return this.run(script, thread, this.keys.thread(thread), args);
  }

  /** A script that changes a thread and the indexes that list it. */
  async change(script: Script, thread: string, args: readonly Argument[]): Promise<Answer> {
    return this.run(script, thread, this.keys.threadAndIndexes(thread), [thread, ...args]);
  }

  /** Runs a script. Damage to what is stored becomes an error that names the thread. */
  async run(
    script: Script,
    thread: string,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<Answer> {
    try {
      return answerOf(await this.#runner.run(script, keys, args), thread);
    } catch (error) {
      throw isDamage(error) ? damaged(thread, "a record", error) : error;
    }
  }
}
