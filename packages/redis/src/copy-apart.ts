import type { CopyOutcome, CopyRequest } from "@threadmark/core/storage";
import { CheckpointError } from "@threadmark/core/storage";
import type { Argument, Reply } from "./connection.ts";
import { bucketOf, type Keys } from "./keys.ts";
import { shiftEntries } from "./packed-entries.ts";
import { shiftWrites } from "./packed-writes.ts";
import { shiftRecord } from "./record.ts";
import { answerOf, bytesOf, decoding, listOf, optionalText, textOf, type Answer } from "./replies.ts";
import type { Runner } from "./runner.ts";
import { COMMIT, DISCARD, READ_PART, SNAPSHOT, STAGE, TARGET } from "./scripts/copy.ts";

/** How many entries of a hash or a sorted set are moved at a time. */
const PART = 500;
/** Milliseconds after which a snapshot expires if nothing is done with it because its process has ended. */
const STAGED_FOR = "600000";
/** How a kind of key is read and written, and how its values change in another thread. */
interface Kind {
  readonly scan: "HSCAN" | "ZSCAN";
  readonly add: "HSET" | "ZADD";
  readonly entries: (read: readonly Buffer[]) => Argument[];
}

/** The kinds of a thread's keys, in the order of `Keys.staged`: checkpoints, order, writes, blobs. */
const KINDS: readonly ((sealShift: number) => Kind)[] = [
  (sealShift) => hashOf((record) => shiftRecord(record, sealShift)),
  () => ({ scan: "ZSCAN", add: "ZADD", entries: scored }),
  (sealShift) => hashOf((writes) => shiftWrites(writes, sealShift)),
  () => hashOf((bytes) => bytes),
];

function hashOf(change: (value: Buffer) => Buffer): Kind {
  const entries = (read: readonly Buffer[]): Buffer[] =>
    read.map((part, i) => (i % 2 === 0 || isTally(read[i - 1]!) ? part : change(part)));
  return { scan: "HSCAN", add: "HSET", entries };
}

/**
 * Copies a thread to another slot, through this process. A snapshot is set aside in the slot of the source, so that
 * writes to the source do not disturb the copy. It is moved part by part to keys that no call reads, which then become
 * the thread in one step.
 */
export async function copyApart(runner: Runner, keys: Keys, request: CopyRequest): Promise<CopyOutcome> {
  const { from, to, newEpoch, sealShift } = request;
  const snapshot = keys.staged(from, newEpoch);
  const sourceKeys = [...keys.thread(from), keys.runs(bucketOf(from)), ...snapshot];
  const source = answerOf(await runner.run(SNAPSHOT, sourceKeys, [from, STAGED_FOR]), from);
  if (source.outcome === "missing") return "missing";
  const staged = keys.staged(to, newEpoch);
  try {
    const { outcome } = answerOf(await runner.run(TARGET, keys.thread(to), [newEpoch]), to);
    if (outcome !== "free") return outcome as CopyOutcome;
    const present = source.rest.slice(4).map((one) => textOf(one) === "1");
    const moves = snapshot.map(async (key, i) => {
      if (present[i])
        await moveKey({ runner, thread: from, from: key, to: staged[i]!, kind: KINDS[i]!(sealShift) });
    });
    // All moves have ended before anything is discarded.
    const failed = (await Promise.allSettled(moves)).find((move) => move.status === "rejected");
    if (failed) throw failed.reason;
    const entries = decoding(from, () => shiftEntries(bytesOf(source.rest[2]), sealShift));
    const count = String(present.filter(Boolean).length);
    const args = [to, newEpoch, ...goalOf(source), count, entries, ...runsOf(source)];
    const reply = await runner.run(COMMIT, [...keys.threadAndIndexes(to), ...staged], args);
    return answerOf(found(reply, from), to).outcome as CopyOutcome;
  } finally {
    // Anything that cannot be discarded expires, and must not hide how the copy ended.
    await Promise.allSettled([snapshot, staged].map((left) => runner.run(DISCARD, left, [])));
  }
}

/** Whether a field of the writes is only their count. No task begins with the byte 255, which ends a place. */
function isTally(field: Buffer): boolean {
  return field.at(-1) === 255 && field.at(-2) === 255;
}

/** The expiry and the thread's own time to live, which the copy gets too. */
function goalOf({ rest: [expires, own] }: Answer): string[] {
  return [optionalText(expires) ?? "", optionalText(own) ?? ""];
}

function runsOf({ rest }: Answer): Buffer[] {
  return listOf(rest[3]).map(bytesOf);
}

interface Move {
  readonly runner: Runner;
  readonly thread: string;
  readonly from: string;
  readonly to: string;
  readonly kind: Kind;
}

async function moveKey({ runner, thread, from, to, kind }: Move): Promise<void> {
  let cursor = "0";
  do {
    const args = [cursor, String(PART), kind.scan, STAGED_FOR];
    const reply = listOf(found(await runner.run(READ_PART, [from], args), thread));
    const entries = listOf(reply[2]).map(bytesOf);
    cursor = textOf(reply[1]!);
    if (entries.length > 0) {
      const added = decoding(thread, () => kind.entries(entries));
      await runner.run(STAGE, [to], [STAGED_FOR, kind.add, ...added]);
    }
  } while (cursor !== "0");
}

/** The same reply, unless it says that the snapshot has expired. */
function found(reply: Reply, thread: string): Reply {
  if (textOf(listOf(reply)[0]!) !== "lost") return reply;
  throw new CheckpointError(
    "STORAGE_FAILED",
    `copying thread ${JSON.stringify(thread)} stalled for ten minutes, after which its parts expire; ` +
      "nothing was copied, so you can try again",
    { threadId: thread },
  );
}

/** Members of the order as ZADD takes them; all their scores are 0. */
function scored(entries: readonly Buffer[]): Argument[] {
  return entries.filter((_, i) => i % 2 === 0).flatMap((member) => ["0", member]);
}
