import type { Checkpoint, CheckpointMetadata } from "../contract.ts";
import { CheckpointError, isCheckpointError } from "../errors.ts";
import { pause, randomId } from "../runtime.ts";
import type { Engine, ThreadTaker } from "../saver/engine.ts";
import { outlineOf } from "../saver/outline.ts";
import { storeCheckpoint } from "../saver/store.ts";
import { copyThread, removeThread } from "../saver/thread-actions.ts";
import { updateThread } from "../saver/update-thread.ts";
import { noteOf, stagingOf } from "./hidden-threads.ts";
import type { OldSaver } from "./old-saver.ts";
import { storeMoved } from "./store-moved.ts";
import { sourceOf } from "./source-of.ts";
import { mark, markIn, unfinished } from "./unfinished.ts";
import type { ThreadSource } from "./thread-source.ts";

/** How many settled threads are remembered; others are looked for again. */
const REMEMBERED = 100_000;
/** A thread that is written to in the old saver during the copy is read again. */
const MAX_ATTEMPTS = 5;
/** Milliseconds. */
const LONGEST_WAIT = 8192;
/** Takes the place of an attempt: the thread was deleted, and never comes back. */
const DELETED = "deleted";
const ATTEMPTS = "attempts";

/**
 * Takes threads over from an old saver, each complete and only once, even if several savers try or one is stopped
 * halfway.
 *
 * A thread has a hidden note. An attempt writes itself there, then copies the thread to its own hidden staging thread,
 * then becomes the head of the note, which is fenced, so that only one attempt can. From then on the thread counts as
 * taken over, and anyone who finds the note copies that staging thread to the real one, in one operation of the
 * database, and removes the staging thread. A note whose staging thread is gone belongs to a thread that is here, or
 * was: it has expired or was deleted, and is not taken over again. So a deletion first makes itself the head, if no
 * attempt is.
 */
export class Adoption implements ThreadTaker {
  readonly #old: OldSaver;
  readonly #source: ThreadSource;
  readonly #engine: Engine;
  readonly #fenced: Engine;
  readonly #settled = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();

  /** @param engine Without adoption itself. */
  constructor(engine: Engine, old: OldSaver) {
    this.#old = old;
    this.#source = sourceOf(old);
    this.#engine = engine;
    this.#fenced = { ...engine, fence: true, ttl: undefined };
  }

  found(thread: string): void {
    if (this.#settled.has(thread)) return;
    const [oldest] = this.#settled.size < REMEMBERED ? [] : this.#settled;
    if (oldest !== undefined) this.#settled.delete(oldest);
    this.#settled.add(thread);
  }

  async settle(thread: string): Promise<void> {
    if (this.#settled.has(thread)) return;
    let running = this.#running.get(thread);
    if (!running) {
      running = this.#take(thread).finally(() => this.#running.delete(thread));
      this.#running.set(thread, running);
    }
    await running;
    this.found(thread);
  }

  async remove(thread: string): Promise<void> {
    if (await this.#source.has(thread)) {
      await this.#claim(thread, DELETED);
      await this.#removeStaging(thread);
    }
    await removeThread(this.#engine, thread);
    await this.#old.deleteThread(thread);
  }

  async tidy(thread: string): Promise<void> {
    if ((await this.#winnerOf(thread)) !== undefined) await this.#removeStaging(thread);
  }

  async finish(): Promise<void> {
    for await (const thread of unfinished(this.#engine)) {
      await this.#take(thread);
      await this.tidy(thread);
      if ((await this.#winnerOf(thread)) !== undefined) await mark(this.#engine, noteOf(thread), undefined);
    }
  }

  async #take(thread: string): Promise<void> {
    if (await this.#isHere(thread)) return;
    if (!(await this.#source.has(thread))) return;
    const winner = await this.#winnerOf(thread);
    if (winner === undefined) await this.#copy(thread);
    else await this.#publish(thread, winner);
  }

  async #copy(thread: string): Promise<void> {
    for (let count = 0; count < MAX_ATTEMPTS; count++) {
      const attempt = randomId();
      const staging = stagingOf(attempt);
      await this.#write(this.#engine, thread, ATTEMPTS, attempt);
      await mark(this.#engine, noteOf(thread), thread);
      const before = await this.#stateOf(thread);
      const marking = { ...this.#engine, marks: await markIn(this.#engine, staging, thread) };
      let stored = 0;
      for await (const moved of this.#source.checkpoints(thread)) {
        await storeMoved(marking, staging, moved);
        stored++;
      }
      const unchanged = before === (await this.#stateOf(thread));
      if (stored > 0 && unchanged) {
        const metadata = await this.#source.metadata?.(thread);
        if (metadata) await updateThread(this.#engine, staging, { metadata });
        const winner = await this.#claim(thread, attempt);
        if (winner !== attempt) await removeThread(this.#engine, staging);
        await this.#publish(thread, winner);
        return;
      }
      await removeThread(this.#engine, staging);
      if (stored === 0) return;
    }
    throw new CheckpointError(
      "CONFLICT",
      `thread ${JSON.stringify(thread)} kept being written to in the old saver while it was taken over; ` +
        "stop the processes that still use the old saver",
      { threadId: thread },
    );
  }

  /** Lets the thread appear, unless it is here already or was deleted. */
  async #publish(thread: string, winner: string): Promise<void> {
    if (winner === DELETED) return;
    try {
      await mark(this.#engine, stagingOf(winner), undefined);
      await copyThread(this.#engine, stagingOf(winner), thread);
    } catch (error) {
      const done = isCheckpointError(error, "THREAD_EXISTS") || isCheckpointError(error, "THREAD_NOT_FOUND");
      if (!done) throw error;
    }
    await this.#removeStaging(thread);
  }

  async #isHere(thread: string): Promise<boolean> {
    const { checkpoints } = await this.#engine.storage.outline({ thread, after: undefined, limit: 1 });
    return checkpoints.length > 0;
  }

  /** Distinguishes one state of the thread in the old saver from the next. */
  async #stateOf(thread: string): Promise<string> {
    const tuple = await this.#old.getTuple({ configurable: { thread_id: thread, checkpoint_ns: "" } });
    return tuple ? `${tuple.checkpoint.id} ${tuple.pendingWrites?.length ?? 0}` : "";
  }

  async #winnerOf(thread: string): Promise<string | undefined> {
    for await (const { namespace, id } of outlineOf(this.#engine.storage, noteOf(thread))) {
      if (namespace === "") return id;
    }
    return undefined;
  }

  /** Makes an attempt the one that counts, unless another already does. Returns the one that counts. */
  async #claim(thread: string, attempt: string): Promise<string> {
    for (let wait = 1; ; wait *= 2) {
      try {
        await this.#write(this.#fenced, thread, "", attempt);
        return attempt;
      } catch (error) {
        if (!isCheckpointError(error, "CONFLICT")) throw error;
        const winner = await this.#winnerOf(thread);
        if (winner !== undefined) return winner;
        // MongoDB fences a put before its checkpoint can be seen, and the process may have been killed in between.
        if (wait > LONGEST_WAIT) throw error;
        await pause(wait);
      }
    }
  }

  async #removeStaging(thread: string): Promise<void> {
    const attempts = new Set<string>();
    for await (const { id } of outlineOf(this.#engine.storage, noteOf(thread))) attempts.add(id);
    attempts.delete(DELETED);
    for (const attempt of attempts) await removeThread(this.#engine, stagingOf(attempt));
    // The process of another attempt may still be at work. `finish` finds what it leaves, by the mark of that.
    if (attempts.size === 1) await mark(this.#engine, noteOf(thread), undefined);
  }

  async #write(engine: Engine, thread: string, namespace: string, id: string): Promise<void> {
    const config = { configurable: { thread_id: noteOf(thread), checkpoint_ns: namespace } };
    const checkpoint: Checkpoint = {
      v: 4,
      id,
      ts: new Date().toISOString(),
      channel_values: {},
      channel_versions: {},
      versions_seen: {},
    };
    const metadata: CheckpointMetadata = { source: "update", step: -1, parents: {} };
    // Notes outlive the thread: they say that it was here.
    await storeCheckpoint({ ...engine, ttl: undefined }, config, checkpoint, metadata, {});
  }
}
