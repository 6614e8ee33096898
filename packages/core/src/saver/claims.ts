import { checkedClaim, threadIdOf, type ThreadId } from "../ids.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { CheckpointError } from "../errors.ts";
import { randomId } from "../runtime.ts";
import type { ClaimOutcome } from "../storage/port.ts";
import { ttlMilliseconds, type Engine } from "./engine.ts";

/** Who claims a thread, and for how long. */
export interface ClaimOptions {
  /** A different id for every owner, such as a random UUID. */
  readonly claim: string;
  /** After this many seconds others can take the thread, unless it is claimed again first. */
  readonly ttl: { readonly seconds: number };
}

/** Whether the claim was granted; if not, until when someone else has the thread. */
export type ClaimResult = { readonly claimed: true } | { readonly claimed: false; readonly until: Date };

/** Enough for one expiry that meets another race. */
const MAX_ATTEMPTS = 5;

const CLAIM_OPTIONS: OptionNames<ClaimOptions> = { claim: true, ttl: true };

/** Takes a thread. */
export async function claimThread(
  engine: Engine,
  threadId: ThreadId,
  options: ClaimOptions,
): Promise<ClaimResult> {
  checkOptions(options, "claimThread", CLAIM_OPTIONS);
  const result = await ask(engine, threadId, options, false);
  return result.outcome === "held" ? { claimed: false, until: new Date(result.until) } : { claimed: true };
}

/** Extends a claim, if the thread still has it. */
export async function renewThread(
  engine: Engine,
  threadId: ThreadId,
  options: ClaimOptions,
): Promise<boolean> {
  checkOptions(options, "renewThread", CLAIM_OPTIONS);
  return (await ask(engine, threadId, options, true)).outcome === "claimed";
}

async function ask(
  engine: Engine,
  threadId: ThreadId,
  options: ClaimOptions,
  renews: boolean,
): Promise<Exclude<ClaimOutcome, { outcome: "expired" }>> {
  const thread = threadIdOf(threadId);
  const request = {
    thread,
    claim: checkedClaim(options.claim),
    renews,
    ttl: ttlMilliseconds(options.ttl, "ttl", { seconds: true }),
    threadTtl: engine.ttl,
  };
  await engine.adoption?.settle(thread);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const result = await engine.storage.claim({ ...request, newEpoch: randomId() });
    if (result.outcome !== "expired") return result;
    engine.cache.forget(thread);
    await engine.storage.sweep({ thread, limit: 1 });
  }
  const message = `thread ${JSON.stringify(thread)} kept expiring while it was claimed; try again later`;
  throw new CheckpointError("STORAGE_FAILED", message, { threadId: thread });
}

export async function releaseThread(
  { storage }: Engine,
  threadId: ThreadId,
  claim: string,
): Promise<boolean> {
  return storage.release({ thread: threadIdOf(threadId), claim: checkedClaim(claim) });
}
