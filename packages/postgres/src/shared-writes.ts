import type { WriteOutcome } from "@threadmark/core/storage";
import type { Write } from "./statements/shared-write.ts";

/**
 * With writes to this many threads in progress, a write waits for those of the next millisecond, to share a statement
 * with them.
 */
const MANY = 4;

/** Writes in a statement: each waits for all of them. */
const MOST = 16;

/** Bytes of a write that shares a statement. More take so long that the statement itself matters little. */
const SMALL = 16_384;

/** A write, and how it is done alone. */
interface Job extends Write {
  readonly alone: () => Promise<WriteOutcome>;
}

interface WaitingJob extends Job {
  readonly resolve: (outcome: WriteOutcome | Promise<WriteOutcome>) => void;
}

/** What is sent together: the writes of each thread. */
type Batch = ReadonlyMap<string, readonly WaitingJob[]>;

/**
 * The writes of this process. With few threads at once, each is sent on its own at once. With many, small ones share
 * statements (`statements/shared-write.ts`), since a statement costs more than what is in it. What such a statement
 * leaves out is then done alone, and so is all of it if it fails: it is one transaction, so nothing was stored, or all
 * was, and storing it twice changes nothing.
 *
 * A write waits for those in progress to its thread, which have the lock that it needs.
 */
export class SharedWrites {
  readonly #canShare: () => boolean;
  readonly #together: (batch: Batch) => Promise<ReadonlyMap<string, string>>;
  /** The threads with writes in progress, and how many. */
  readonly #busy = new Map<string, number>();
  #waiting: WaitingJob[] = [];
  #isAboutToSend = false;

  /**
   * @param canShare Whether the database can be sent writes of several threads in one statement.
   * @param together Sends such a statement. Returns the epochs of the threads whose writes were stored.
   */
  constructor(canShare: () => boolean, together: (batch: Batch) => Promise<ReadonlyMap<string, string>>) {
    this.#canShare = canShare;
    this.#together = together;
  }

  write(job: Job): Promise<WriteOutcome> {
    const sharing = this.#busy.size >= MANY && this.#canShare() && isShareable(job);
    if (!sharing) return this.#during([job.request.thread], job.alone);
    return new Promise((resolve) => {
      this.#waiting.push({ ...job, resolve });
      this.#sendSoon();
    });
  }

  #sendSoon(): void {
    if (this.#isAboutToSend) return;
    this.#isAboutToSend = true;
    setTimeout(() => {
      this.#isAboutToSend = false;
      this.#sendWaiting();
    }, 0);
  }

  #sendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    let batch = new Map<string, WaitingJob[]>();
    let size = 0;
    for (const job of waiting) {
      const { thread } = job.request;
      if (size === MOST) {
        void this.#send(batch);
        [batch, size] = [new Map(), 0];
      }
      const mine = batch.get(thread);
      if (this.#busy.has(thread) || (mine && !fits(job, mine))) {
        this.#waiting.push(job);
        continue;
      }
      if (mine) mine.push(job);
      else batch.set(thread, [job]);
      size++;
    }
    if (size > 0) void this.#send(batch);
  }

  async #send(batch: Batch): Promise<void> {
    const jobs = [...batch.values()].flat();
    await this.#during([...batch.keys()], async () => {
      const stored = jobs.length > 1 ? await this.#together(batch).catch(() => NONE) : NONE;
      const outcomes = jobs.map(async ({ request, alone }): Promise<WriteOutcome> => {
        const epoch = stored.get(request.thread);
        return epoch === undefined ? alone() : { outcome: "stored", epoch };
      });
      for (const [i, { resolve }] of jobs.entries()) resolve(outcomes[i]!);
      await Promise.allSettled(outcomes);
    });
  }

  /** Does something that keeps threads busy. */
  async #during<T>(threads: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const thread of threads) this.#busy.set(thread, (this.#busy.get(thread) ?? 0) + 1);
    try {
      return await work();
    } finally {
      for (const thread of threads) {
        const others = this.#busy.get(thread)! - 1;
        if (others > 0) this.#busy.set(thread, others);
        else this.#busy.delete(thread);
      }
      if (this.#waiting.length > 0) this.#sendSoon();
    }
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

/** Whether a write can join others of its thread. */
function fits({ request }: Write, mine: readonly Write[]): boolean {
  const { epoch } = mine.find((other) => other.request.epoch !== undefined)?.request ?? {};
  const agrees = epoch === undefined || request.epoch === undefined || request.epoch === epoch;
  // A row can be changed only once in a statement.
  return (
    agrees &&
    request.ttl === mine[0]!.request.ttl &&
    mine.every((other) => placeOf(other.request) !== placeOf(request))
  );
}

function placeOf(request: Write["request"]): string {
  if (!("writes" in request)) return JSON.stringify([request.checkpoint.namespace, request.checkpoint.id]);
  return JSON.stringify([request.namespace, request.checkpoint, request.writes[0]?.task]);
}

function isShareable({ request, packed }: Write): boolean {
  if (request.claim !== undefined || sum(request.entries.map(({ value }) => value)) > SMALL) return false;
  if (sum(packed) > SMALL) return false;
  if ("writes" in request) return sum(request.writes.map(({ value }) => value)) <= SMALL;
  const { checkpoint, keepParent, fence } = request;
  // One without a parent is usually the first of its thread. Only a statement for this thread alone creates it.
  if (keepParent || fence || checkpoint.parent === undefined) return false;
  return sum([checkpoint.header, checkpoint.metadata]) <= SMALL;
}

function sum(parts: readonly Uint8Array[]): number {
  return parts.reduce((bytes, { length }) => bytes + length, 0);
}
