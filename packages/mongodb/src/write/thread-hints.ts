import type { ThreadEntry, WriteRequest } from "@threadmark/core/storage";
import { newGeneration } from "../generation.ts";
import { entryKeysOf } from "../entries.ts";
import { isSettled, type ThreadDoc } from "../thread.ts";

const MAX_THREADS = 10_000;

/** What a write has to know of its thread. */
export interface Hint {
  readonly epoch: string;
  readonly g: string;
  readonly own: number | undefined;
  /** When it expires, if it does. Only whether it does is looked at. */
  readonly expires: Date | undefined;
  /** Keys of its metadata, as far as they are known. */
  readonly entries: readonly string[];
  /** It does not exist yet: the write creates it. */
  readonly isNew: boolean;
  /** Nobody has checked whether it exists. */
  readonly isGuess: boolean;
}

type Asking = Pick<WriteRequest, "thread" | "epoch" | "claim" | "newEpoch">;

const ABSENT = "absent";

/**
 * What was last known about threads, so that a write need not ask first. A hint may be wrong: the server refuses a
 * write with a wrong one, and what it has stored is never seen.
 */
export class ThreadHints {
  readonly #threads = new Map<string, Hint | typeof ABSENT>();

  /**
   * The hint for a write; where it relies on something, only one for that epoch. A write that names a claim, or
   * relies on something, needs a thread that exists.
   */
  find({ thread, epoch, claim, newEpoch }: Asking): Hint | undefined {
    const hint = this.#threads.get(thread);
    if (hint === ABSENT) {
      return epoch === undefined && claim === undefined ? hintOfNew(thread, newEpoch) : undefined;
    }
    return hint && (epoch === undefined || epoch === hint.epoch) ? hint : undefined;
  }

  /** Notes what a reader saw, or what a write with these entries has confirmed. */
  learn(thread: string, hint: Hint, set: readonly ThreadEntry[] = []): void {
    const added = set.map(({ key }) => key).filter((key) => !hint.entries.includes(key));
    const known = added.length > 0 ? { ...hint, entries: [...hint.entries, ...added] } : hint;
    this.#set(thread, hint.isNew ? { ...known, isNew: false, isGuess: false } : known);
  }

  forget(thread: string): void {
    this.#threads.delete(thread);
  }

  /** Notes what a reader saw. */
  see(doc: ThreadDoc): void {
    if (isSettled(doc)) this.learn(doc.thread, hintOf(doc));
  }

  /** Notes that a reader found no thread. If one was known, either may be out of date. */
  missed(thread: string): void {
    if (this.#threads.has(thread)) this.forget(thread);
    else this.#set(thread, ABSENT);
  }

  /** Notes that somebody may have created a thread. */
  appeared(thread: string): void {
    if (this.#threads.get(thread) === ABSENT) this.forget(thread);
  }

  #set(thread: string, hint: Hint | typeof ABSENT): void {
    this.#threads.delete(thread);
    this.#threads.set(thread, hint);
    for (const oldest of this.#threads.keys()) {
      if (this.#threads.size <= MAX_THREADS) break;
      this.#threads.delete(oldest);
    }
  }
}

export function hintOf(thread: ThreadDoc): Hint {
  const { epoch, g, own, expires } = thread;
  return {
    epoch,
    g,
    own: own ?? undefined,
    expires: expires ?? undefined,
    entries: entryKeysOf(thread),
    isNew: false,
    isGuess: false,
  };
}

/** For a thread that does not exist. */
export function hintOfNew(thread: string, epoch: string, isGuess = false): Hint {
  const g = newGeneration(thread);
  return { epoch, g, own: undefined, expires: undefined, entries: [], isNew: true, isGuess };
}
