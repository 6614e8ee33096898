import type { WriteOutcome, WriteRequest } from "@threadmark/core/storage";
import { isUnreachable } from "../failure.ts";
import type { UpdateOp } from "../driver.ts";
import type { Hint } from "./thread-hints.ts";
import { bytesOf, fitsTogether, send, write, type Context, type Records } from "./write.ts";

/**
 * With writes to this many threads under way, a write waits for those of the next millisecond, to share a command with
 * them. `setImmediate` would not wait, but it runs before the driver learns which connections have ended, and a
 * command on one of these is never answered.
 */
const MANY = 4;

/** A write that waits for its answer. */
interface Job {
  readonly request: WriteRequest;
  readonly records: Records;
  readonly resolve: (outcome: WriteOutcome | Promise<WriteOutcome>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The writes of this process, thread by thread. While one is under way, others to the same thread wait, and are then
 * sent together in one command: a command costs more than its content, and LangGraph.js puts a checkpoint, the writes
 * of its tasks and the next checkpoint at about the same time.
 *
 * The command is like that of a single write (`write.ts`), with the blobs and records of each write after those of
 * the previous one. Its outcome holds for all of them. If it is refused, each write is done alone.
 */
export class WriteQueue {
  readonly #context: Context;
  /** The waiting writes of each thread that has a write under way. */
  readonly #waiting = new Map<string, Job[]>();
  /** Those of them whose next write is about to be sent, together with others. */
  readonly #ready: string[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  async write(request: WriteRequest, records: Records): Promise<WriteOutcome> {
    const { thread } = request;
    return new Promise((resolve, reject) => {
      const job = { request, records, resolve, reject };
      const waiting = this.#waiting.get(thread);
      if (waiting) {
        waiting.push(job);
      } else {
        this.#waiting.set(thread, [job]);
        this.#goOn(thread);
      }
    });
  }

  #goOn(thread: string): void {
    if (this.#waiting.get(thread)!.length === 0) this.#waiting.delete(thread);
    // Writes of the same moment can still join, as can the next write of a caller that waited for the previous one.
    else if (this.#ready.push(thread) === 1) process.nextTick(() => this.#sendSoon());
  }

  #sendSoon(): void {
    if (this.#waiting.size < MANY) this.#writeReady();
    else setTimeout(() => this.#writeReady(), 0);
  }

  #writeReady(): void {
    for (const thread of this.#ready.splice(0)) void this.#writeNext(thread);
  }

  async #writeNext(thread: string): Promise<void> {
    const waiting = this.#waiting.get(thread)!;
    const hint = this.#context.hints.find({ ...waiting[0]!.request, epoch: undefined });
    const jobs = waiting.splice(0, countTogether(waiting, hint));
    try {
      const sent = jobs.length > 1 ? await this.#send(jobs, hint!) : APART;
      const answers = jobs.map(async ({ request, records }) =>
        "outcome" in sent ? sent : write(this.#context, request, records, sent.written),
      );
      for (const [i, { resolve }] of jobs.entries()) resolve(answers[i]!);
      await Promise.allSettled(answers);
    } catch (error) {
      for (const { reject } of jobs) reject(error);
    } finally {
      this.#goOn(thread);
    }
  }

  async #send(jobs: readonly Job[], hint: Hint): Promise<WriteOutcome | Apart> {
    const { hints } = this.#context;
    const { request } = jobs[0]!;
    const { thread } = request;
    try {
      const found: UpdateOp[] = [];
      for (const { records } of jobs) {
        const statements = await records.statements({ hint, accepted: [hint.g] }, false);
        if ("outcome" in statements) return APART;
        found.push(...statements);
      }
      const all = new Map(jobs.flatMap((job) => job.request.blobs.map((blob) => [blob.id, blob])));
      const bytes = jobs.reduce((sum, { records }) => sum + records.bytes, 0);
      const relies = [...new Set(jobs.flatMap((job) => job.request.relies))];
      const entries = new Map(jobs.flatMap((job) => job.request.entries.map((entry) => [entry.key, entry])));
      const joint = { ...request, blobs: [...all.values()], relies, entries: [...entries.values()] };
      const sent = await send(this.#context, joint, { hint, found, bytes });
      if (sent === "stored") {
        hints.learn(thread, hint, joint.entries);
        return { outcome: "stored", epoch: hint.epoch };
      }
      hints.forget(thread);
      return sent === "refused" ? APART : { written: hint.g };
    } catch (error) {
      // Unless the server was lost, one of them may be the cause, and the others should not fail because of it.
      if (isUnreachable(error)) throw error;
      return { written: hint.g };
    }
  }
}

/** Each write has to be done alone. */
interface Apart {
  /** The generation under which parts of it may already be stored. */
  readonly written: string | undefined;
}

const APART: Apart = { written: undefined };

/** How many of them can go together, at least one. */
function countTogether(jobs: readonly Job[], hint: Hint | undefined): number {
  if (!hint) return 1;
  let statements = 0;
  let bytes = 0;
  const [first] = jobs;
  const end = jobs.findIndex(({ request: { epoch, ttl, claim, blobs, relies }, records }) => {
    statements += blobs.length + relies.length + records.keys.length;
    bytes += records.bytes + bytesOf(blobs);
    const fits = fitsTogether(statements, bytes);
    const isOther = ttl !== first!.request.ttl || claim !== first!.request.claim;
    return !fits || isOther || (epoch !== undefined && epoch !== hint.epoch);
  });
  return end === -1 ? jobs.length : Math.max(end, 1);
}
