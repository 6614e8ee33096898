import type { CopyOutcome, CopyRequest } from "@threadmark/core/storage";
import { CheckpointError } from "@threadmark/core/storage";
import type { Argument } from "./ioredis.ts";
import { bucketOf, type Keys } from "./keys.ts";
import { answerOf, bytesOf, listOf, optionalText, textOf, type Answer } from "./replies.ts";
import type { Runner } from "./runner.ts";
import { COMMIT, DISCARD, READ_PART, STAGE, STATE } from "./scripts/copy.ts";

/** Entries of a hash or a sorted set that are moved at a time. */
const PART = 500;
/** Milliseconds after which a part of a copy goes that nothing was added to: its process has ended. */
const STAGED_FOR = 600_000;
const MAX_ATTEMPTS = 10;

/**
 * Copies a thread to another slot, through this process: part by part to keys that nobody reads, which then
 * become the thread in one step. When the source has changed meanwhile, which its version tells, all is read
 * once more, so that the copy is what the source was at one moment.
 */
export async function copyApart(runner: Runner, keys: Keys, request: CopyRequest): Promise<CopyOutcome> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const outcome = await tryCopy(runner, keys, request, `${request.newEpoch}:${attempt}`);
    if (outcome !== "again") return outcome;
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(request.from)} was written to again and again while it was copied`,
    { threadId: request.from },
  );
}

async function tryCopy(
  runner: Runner,
  keys: Keys,
  { from, to, newEpoch }: CopyRequest,
  copy: string,
): Promise<CopyOutcome | "again"> {
  const before = await stateOf(runner, keys, from);
  if (before.outcome === "missing") return "missing";
  const target = await stateOf(runner, keys, to);
  if (target.outcome === "found") return textOf(target.rest[0]!) === newEpoch ? "copied" : "exists";
  const sources = keys.thread(from).slice(1);
  const staged = keys.staged(to, copy);
  const parts = await Promise.all(
    sources.map((source, i) => moveKey(runner, source, staged[i]!, i === 1 ? "Z" : "H")),
  );
  const args = [to, newEpoch, ...goalOf(before), String(parts.filter((count) => count > 0).length)];
  const unchanged = isSame(before, await stateOf(runner, keys, from));
  const outcome = unchanged ? await commit(runner, keys, to, staged, [...args, ...runsOf(before)]) : "again";
  if (outcome !== "copied") await runner.run(DISCARD, staged, []);
  return outcome;
}

async function commit(
  runner: Runner,
  keys: Keys,
  to: string,
  staged: readonly string[],
  args: readonly Argument[],
): Promise<CopyOutcome | "again"> {
  const reply = await runner.run(COMMIT, [...keys.threadAndIndexes(to), ...staged], args);
  const { outcome } = answerOf(reply, to);
  return outcome === "lost" ? "again" : (outcome as CopyOutcome);
}

async function stateOf(runner: Runner, keys: Keys, thread: string): Promise<Answer> {
  const reply = await runner.run(STATE, [...keys.thread(thread), keys.runs(bucketOf(thread))], [thread]);
  return answerOf(reply, thread);
}

function isSame(before: Answer, after: Answer): boolean {
  const [epoch, version] = before.rest;
  const [laterEpoch, laterVersion] = after.rest;
  if (after.outcome === "missing") return false;
  return textOf(epoch!) === textOf(laterEpoch!) && textOf(version!) === textOf(laterVersion!);
}

/** Expiry and own time to live, which the copy gets too. */
function goalOf({ rest: [, , expires, own] }: Answer): string[] {
  return [optionalText(expires) ?? "", optionalText(own) ?? ""];
}

function runsOf({ rest }: Answer): Buffer[] {
  return listOf(rest[4]).map(bytesOf);
}

/** Moves what is in one key, and returns how many parts that took. */
async function moveKey(runner: Runner, from: string, to: string, type: "H" | "Z"): Promise<number> {
  let cursor = "0";
  let parts = 0;
  do {
    const reply = listOf(await runner.run(READ_PART, [from], [cursor, String(PART), `${type}SCAN`]));
    const entries = listOf(reply[1]).map(bytesOf);
    cursor = textOf(reply[0]!);
    if (entries.length > 0) {
      const args = type === "H" ? entries : scored(entries);
      await runner.run(STAGE, [to], [String(STAGED_FOR), type === "H" ? "HSET" : "ZADD", ...args]);
      parts++;
    }
  } while (cursor !== "0");
  return parts;
}

/** Members of the order, whose scores are all 0, as ZADD takes them. */
function scored(entries: readonly Buffer[]): Argument[] {
  return entries.filter((_, i) => i % 2 === 0).flatMap((member) => ["0", member]);
}
