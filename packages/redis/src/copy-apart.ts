import type { CopyOutcome, CopyRequest } from "@threadmark/core/storage";
import { CheckpointError } from "@threadmark/core/storage";
import type { Argument, Reply } from "./connection.ts";
import { bucketOf, type Keys } from "./keys.ts";
import { answerOf, bytesOf, listOf, optionalText, textOf, type Answer } from "./replies.ts";
import type { Runner } from "./runner.ts";
import { COMMIT, DISCARD, READ_PART, SNAPSHOT, STAGE, TARGET } from "./scripts/copy.ts";

/** Entries of a hash or a sorted set that are moved at a time. */
const PART = 500;
/** Milliseconds after which what was set aside goes, if nothing was done with it: its process has ended. */
const STAGED_FOR = "600000";
/** Which of a thread's keys, in the order of `Keys.staged`, is a sorted set. */
const TYPES = ["H", "Z", "H", "H"] as const;

/**
 * Copies a thread to another slot, through this process. A snapshot is set aside in the slot of the source, so that
 * it does not matter who writes to it meanwhile, and moved part by part to keys that nobody reads, which then become
 * the thread in one step.
 */
export async function copyApart(runner: Runner, keys: Keys, request: CopyRequest): Promise<CopyOutcome> {
  const { from, to, newEpoch } = request;
  const snapshot = keys.staged(from, newEpoch);
  const sourceKeys = [...keys.thread(from), keys.runs(bucketOf(from)), ...snapshot];
  const source = answerOf(await runner.run(SNAPSHOT, sourceKeys, [from, STAGED_FOR]), from);
  if (source.outcome === "missing") return "missing";
  const staged = keys.staged(to, newEpoch);
  try {
    const { outcome } = answerOf(await runner.run(TARGET, keys.thread(to), [newEpoch]), to);
    if (outcome !== "free") return outcome as CopyOutcome;
    const present = source.rest.slice(3).map((one) => textOf(one) === "1");
    const moves = snapshot.map(async (key, i) => {
      if (present[i]) await moveKey({ runner, thread: from, from: key, to: staged[i]!, type: TYPES[i]! });
    });
    // All have ended before anything is discarded.
    const failed = (await Promise.allSettled(moves)).find((move) => move.status === "rejected");
    if (failed) throw failed.reason;
    const args = [to, newEpoch, ...goalOf(source), String(present.filter(Boolean).length), ...runsOf(source)];
    const reply = await runner.run(COMMIT, [...keys.threadAndIndexes(to), ...staged], args);
    return answerOf(found(reply, from), to).outcome as CopyOutcome;
  } finally {
    // What cannot be discarded goes by itself, and must not hide how the copy ended.
    await Promise.allSettled([snapshot, staged].map((left) => runner.run(DISCARD, left, [])));
  }
}

/** Expiry and own time to live, which the copy gets too. */
function goalOf({ rest: [expires, own] }: Answer): string[] {
  return [optionalText(expires) ?? "", optionalText(own) ?? ""];
}

function runsOf({ rest }: Answer): Buffer[] {
  return listOf(rest[2]).map(bytesOf);
}

interface Move {
  readonly runner: Runner;
  readonly thread: string;
  readonly from: string;
  readonly to: string;
  readonly type: "H" | "Z";
}

/** Moves what is in one key. */
async function moveKey({ runner, thread, from, to, type }: Move): Promise<void> {
  let cursor = "0";
  do {
    const args = [cursor, String(PART), `${type}SCAN`, STAGED_FOR];
    const reply = listOf(found(await runner.run(READ_PART, [from], args), thread));
    const entries = listOf(reply[2]).map(bytesOf);
    cursor = textOf(reply[1]!);
    if (entries.length > 0) {
      const added = type === "H" ? entries : scored(entries);
      await runner.run(STAGE, [to], [STAGED_FOR, type === "H" ? "HSET" : "ZADD", ...added]);
    }
  } while (cursor !== "0");
}

/** The same reply, unless it says that what was set aside has expired. */
function found(reply: Reply, thread: string): Reply {
  if (textOf(listOf(reply)[0]!) !== "lost") return reply;
  throw new CheckpointError(
    "STORAGE_FAILED",
    `copying thread ${JSON.stringify(thread)} stood still for ten minutes, after which its parts expire; ` +
      "nothing was copied, so it can be copied once more",
    { threadId: thread },
  );
}

/** Members of the order, whose scores are all 0, as ZADD takes them. */
function scored(entries: readonly Buffer[]): Argument[] {
  return entries.filter((_, i) => i % 2 === 0).flatMap((member) => ["0", member]);
}
