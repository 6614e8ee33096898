import type { GetRequest, GetResult } from "@threadmark/core/storage";
import { partOf, resultOf } from "./rows.ts";
import type { Tables } from "./schema.ts";
import type { Session } from "./session.ts";
import { sharedGetStatement } from "./statements/shared-read.ts";

/** With this many reads in progress, a read waits for those of the next millisecond, to share a statement with them. */
const MANY = 4;

/** Reads in a statement: each waits for all of them. */
const MOST = 16;

/** A checkpoint; `undefined` if there is none. */
type Result = GetResult | undefined;

interface WaitingJob {
  readonly request: GetRequest;
  readonly alone: () => Promise<Result>;
  readonly resolve: (result: Result | Promise<Result>) => void;
}

/** What is read together: the only read of each thread. */
type Batch = Map<string, WaitingJob>;

/**
 * The reads of this process. With few at once, each is sent on its own at once. With many, those of the newest
 * checkpoints share statements (`statements/shared-read.ts`), for the same reason as writes. What such a statement does
 * not answer for certain is then read alone, and so is all of it if it fails. So an error always comes from the read of
 * one thread.
 */
export class SharedReads {
  readonly #session: Session;
  readonly #tables: Tables;
  #underWay = 0;
  #waiting: WaitingJob[] = [];

  constructor(session: Session, tables: Tables) {
    this.#session = session;
    this.#tables = tables;
  }

  async read(request: GetRequest, alone: () => Promise<Result>): Promise<Result> {
    const sharing = this.#underWay >= MANY && this.#session.isPool && isShareable(request);
    this.#underWay++;
    try {
      return await (sharing ? this.#shared(request, alone) : alone());
    } finally {
      this.#underWay--;
    }
  }

  #shared(request: GetRequest, alone: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve) => {
      this.#waiting.push({ request, alone, resolve });
      if (this.#waiting.length === 1) setTimeout(() => this.#sendWaiting(), 0);
    });
  }

  #sendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const batches: Batch[] = [];
    for (const job of waiting) {
      const { thread } = job.request;
      const batch = batches.find((one) => one.size < MOST && !one.has(thread));
      if (batch) batch.set(thread, job);
      else batches.push(new Map([[thread, job]]));
    }
    for (const batch of batches) void this.#send(batch);
  }

  async #send(batch: Batch): Promise<void> {
    const found = batch.size > 1 ? await this.#ask(batch).catch(() => NONE) : NONE;
    for (const [thread, { alone, resolve }] of batch) {
      resolve(found.has(thread) ? found.get(thread) : alone());
    }
  }

  /** What was found, by thread, without the threads that have to be read alone. */
  async #ask(batch: Batch): Promise<ReadonlyMap<string, Result>> {
    const requests = [...batch.values()].map(({ request }) => request);
    const rows = await this.#session.attempt(sharedGetStatement(this.#tables, requests));
    const found = new Map<string, Result>([...batch.keys()].map((thread) => [thread, undefined]));
    for (const { thread, number } of partOf(rows, "checkpoint")) {
      found.set(thread!, resultOf(rows.filter((row) => row["number"] === number)));
    }
    for (const { thread } of partOf(rows, "alone")) found.delete(thread!);
    return found;
  }
}

const NONE: ReadonlyMap<string, Result> = new Map();

/** Whether it is a read of the newest checkpoint, and changes nothing. */
function isShareable({ id, ttl }: GetRequest): boolean {
  return id === undefined && ttl === undefined;
}
