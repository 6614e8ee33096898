import {
  CLAIM,
  isCheckpointError,
  type CheckpointConfig,
  type CheckpointListOptions,
  type CheckpointTuple,
} from "@threadmark/core";
import { pauseFor, systemClock } from "./clock.ts";
import { WorkflowError } from "./errors.ts";
import { claimIdOf } from "./identity.ts";
import { canClaim, type ClaimingSaver, type WorkflowSaver } from "./saver.ts";

/** Milliseconds. */
const DEFAULT_LEASE = 30_000;
/** The shortest and longest time between two attempts of a waiting run. */
const ASK = { first: 10, last: 500 };

/** Threads that aborted runs of this process are about to release, by saver. */
const yielding = new WeakMap<WorkflowSaver, Map<string, Promise<void>>>();

/**
 * A checkpointer as the owner of one thread sees it: everything that it writes carries its claim, so
 * that nothing is stored after another process has taken the thread.
 */
export class OwnedThread implements WorkflowSaver {
  readonly #saver: ClaimingSaver;
  readonly #thread: string;
  readonly #claim: string;
  /** Milliseconds for which others assume that it is alive. */
  readonly #lease: number;
  /** Called when another process has taken the thread. */
  readonly #onLost: (error: WorkflowError) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: Promise<boolean> | undefined;
  /** Until then nobody else can have it, by the monotonic clock of this process. */
  #certainUntil = 0;

  constructor(
    saver: ClaimingSaver,
    thread: string,
    workflow: string,
    lease: number | undefined,
    onLost: (error: WorkflowError) => void,
  ) {
    this.#saver = saver;
    this.#thread = thread;
    this.#claim = claimIdOf(workflow);
    this.#lease = lease ?? DEFAULT_LEASE;
    this.#onLost = onLost;
  }

  /**
   * Takes the thread, and keeps it until it is released.
   *
   * @param waits Whether to wait for the current owner.
   * @throws WorkflowError `THREAD_BUSY`; the reason of the signal.
   */
  async take(waits: boolean, signal: AbortSignal): Promise<void> {
    await yielding.get(this.#saver)?.get(this.#thread);
    for (let pause = ASK.first; !(await this.#ask(this.#lease)); pause = Math.min(pause * 2, ASK.last)) {
      if (!waits)
        throw new WorkflowError("THREAD_BUSY", `thread "${this.#thread}" is claimed by another run`);
      await pauseFor(systemClock, pause, signal);
      if (signal.aborted) throw signal.reason;
    }
    this.#renewLater();
  }

  /** Lets others take the thread at once. What arrives late is stored unless someone has taken it. */
  yield(): void {
    if (!this.#stopRenewing()) return;
    const threads = yielding.get(this.#saver) ?? new Map<string, Promise<void>>();
    yielding.set(this.#saver, threads);
    // A renewal in progress would take the thread back.
    const given = Promise.resolve(this.#renewal)
      .catch(() => {})
      .then(async () => this.#ask(1))
      // It has expired when the next millisecond has begun.
      .then(() => new Promise<void>((resolve) => setTimeout(resolve, 2)))
      .catch(() => {})
      .finally(() => {
        if (threads.get(this.#thread) === given) threads.delete(this.#thread);
      });
    threads.set(this.#thread, given);
  }

  /** Releases the thread. */
  async release(): Promise<void> {
    this.#stopRenewing();
    await yielding.get(this.#saver)?.get(this.#thread);
    // This does not change how the run ended. The next run waits until the claim expires.
    await this.#saver.releaseThread(this.#thread, this.#claim).catch(() => {});
  }

  async getTuple(config: CheckpointConfig): Promise<CheckpointTuple | undefined> {
    return this.#saver.getTuple(config);
  }

  list(config: CheckpointConfig, options?: CheckpointListOptions): AsyncIterable<CheckpointTuple> {
    return this.#saver.list(config, options);
  }

  async put(...[config, ...rest]: Parameters<WorkflowSaver["put"]>): Promise<CheckpointConfig> {
    return this.#write(this.#saver.put(this.#claimed(config), ...rest));
  }

  async putWrites(...[config, ...rest]: Parameters<WorkflowSaver["putWrites"]>): Promise<void> {
    return this.#write(this.#saver.putWrites(this.#claimed(config), ...rest));
  }

  getNextVersion(current: unknown): unknown {
    return this.#saver.getNextVersion(current);
  }

  #claimed(config: CheckpointConfig): CheckpointConfig {
    return { ...config, configurable: { ...config.configurable, [CLAIM]: this.#claim } };
  }

  async #write<T>(storing: Promise<T>): Promise<T> {
    try {
      return await storing;
    } catch (error) {
      throw isCheckpointError(error, "FENCED") ? this.#lost(error) : error;
    }
  }

  #lost(cause?: unknown): WorkflowError {
    const message = `another process has taken thread "${this.#thread}", so nothing more of this run is stored`;
    return new WorkflowError("THREAD_LOST", message, { cause });
  }

  async #ask(milliseconds: number): Promise<boolean> {
    const asked = performance.now();
    const { claimed } = await this.#saver.claimThread(this.#thread, this.#claimFor(milliseconds));
    if (claimed) this.#certainUntil = asked + milliseconds;
    return claimed;
  }

  #claimFor(milliseconds: number): { claim: string; ttl: { seconds: number } } {
    return { claim: this.#claim, ttl: { seconds: milliseconds / 1000 } };
  }

  #renewLater(): void {
    this.#timer = setTimeout(() => void this.#renew(), this.#lease / 3);
    // A run does not keep its process alive; whatever it waits for does.
    (this.#timer as { unref?(): void }).unref?.();
  }

  async #renew(): Promise<void> {
    const timer = this.#timer;
    let lost = false;
    try {
      this.#renewal = this.#keep();
      lost = !(await this.#renewal);
    } catch {
      // The database may be back the next time, and every write is checked against the claim anyway.
    }
    if (this.#timer !== timer) return;
    if (lost) {
      this.#stopRenewing();
      this.#onLost(this.#lost());
    } else this.#renewLater();
  }

  /** No other run can have taken and released the thread in between: a claim that no longer exists is not renewed. */
  async #keep(): Promise<boolean> {
    const asked = performance.now();
    const kept = await this.#saver.renewThread(this.#thread, this.#claimFor(this.#lease));
    if (kept) this.#certainUntil = asked + this.#lease;
    return kept;
  }

  /** @returns Whether this process still had the claim. */
  #stopRenewing(): boolean {
    const kept = this.#timer !== undefined && performance.now() < this.#certainUntil;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return kept;
  }
}

/** Does something as the only user of the thread, if the saver can claim it. @throws WorkflowError `THREAD_BUSY`. */
export async function asOwner<T>(
  saver: WorkflowSaver,
  config: CheckpointConfig,
  workflow: string,
  work: (saver: WorkflowSaver) => Promise<T>,
): Promise<T> {
  const thread: unknown = config.configurable?.["thread_id"];
  if (typeof thread !== "string" || !canClaim(saver)) return work(saver);
  const owned = new OwnedThread(saver, thread, workflow, undefined, () => {});
  await owned.take(false, new AbortController().signal);
  try {
    return await work(owned);
  } finally {
    await owned.release();
  }
}
