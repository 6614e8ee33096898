import type { ClaimOutcome, ClaimRequest, ReleaseRequest } from "@threadmark/core/storage";
import { CheckpointError } from "@threadmark/core/storage";
import type { Doc } from "./driver.ts";
import { isDuplicateKey } from "./failure.ts";
import { newGeneration } from "./generation.ts";
import { only, threadKey } from "./keys.ts";
import { awaitPurge } from "./remove/purge.ts";
import { settle } from "./remove/remove.ts";
import type { Session } from "./session.ts";
import { after, ALIVE, findThread, isAlive, newThread, renewal, renewalByOwn } from "./thread.ts";
import { isSameTwice, twice } from "./twice.ts";

const MAX_ATTEMPTS = 20;

/**
 * Makes somebody the owner of a thread, by one update of its document.
 *
 * Writes of the previous owner check that document when they begin and when they end. A write that began before the
 * claim changed hands, and stores its record afterwards, must not be seen: the new owner has to know everything that
 * the previous one did. If a write may be under way, the thread gets a new generation (`settle`); after that, what
 * was stored under the old one is visible, and nothing can be added to it.
 */
export async function claimThread(session: Session, request: ClaimRequest): Promise<ClaimOutcome> {
  const { thread, claim, renews } = request;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const taken = await take(session, request);
    if (taken) {
      if (taken.unsettled) await settleFor(session, request);
      return { outcome: "claimed" };
    }
    const found = await findThread(session, thread);
    if (found && !found.gone && !isAlive(found)) return { outcome: "expired" };
    if (renews) {
      if (!found || found.gone || found.claim?.id !== claim) return { outcome: "lost" };
    } else if (!found) {
      if (await create(session, request)) return { outcome: "claimed" };
    } else if (found.gone) {
      await awaitPurge(session, found);
    } else if (found.claim && found.claim.id !== claim && found.claim.until > found.now) {
      return { outcome: "held", until: found.claim.until.getTime() };
    }
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(thread)} changed ${MAX_ATTEMPTS} times while it was claimed; try again later`,
    { threadId: thread },
  );
}

/** What decides here must not be damaged. */
const WHOLE: readonly Doc[] = ["claim", "open", "own"].map(isSameTwice);

/** Takes a claim that is free, or renews one. `unsettled`: a write of somebody else may be under way. */
async function take(
  session: Session,
  { thread, claim, renews, ttl, threadTtl }: ClaimRequest,
): Promise<{ readonly unsettled: boolean } | undefined> {
  const isOwn = { $eq: ["$claim.id", { $literal: claim }] };
  // Also true without a claim: a missing field comes before all dates.
  const isFree = { $lte: ["$claim.until", "$$NOW"] };
  const filter = {
    ...only(threadKey(thread)),
    $expr: { $and: [ALIVE["$expr"], ...WHOLE, renews ? isOwn : { $or: [isOwn, isFree] }] },
  };
  const isQuiet = { $and: [{ $lte: ["$busy", null] }, { $lte: [{ $ifNull: ["$open", 0] }, 0] }] };
  // Sent again, it renews its own claim: what the first attempt saw must stay.
  const unsettled = { $cond: [isOwn, "$claim.unsettled", { $not: [isQuiet] }] };
  const set = {
    ...twice({ claim: { id: { $literal: claim }, until: after(ttl), unsettled } }),
    ...renewalByOwn(threadTtl),
  };
  const found = await session.write((collection) =>
    collection.findOneAndUpdate(filter, [{ $set: set }], {
      returnDocument: "after",
      includeResultMetadata: false,
      projection: { claim: 1 },
    }),
  );
  return (
    (found && { unsettled: (found["claim"] as { unsettled?: boolean }).unsettled === true }) || undefined
  );
}

async function settleFor(session: Session, { thread, claim }: ClaimRequest): Promise<void> {
  await settle(session, thread);
  const filter = { ...only(threadKey(thread)), "claim.id": claim };
  await session.write((collection) =>
    collection.updateOne(filter, { $unset: { "claim.unsettled": 1, "claimCopy.unsettled": 1 } }),
  );
}

/** Creates a thread with a claim, and returns whether it did not exist. */
async function create(
  session: Session,
  { thread, claim, ttl, newEpoch, threadTtl }: ClaimRequest,
): Promise<boolean> {
  const g = newGeneration(thread);
  const fields: Doc = {
    ...renewal(undefined, threadTtl),
    ...newThread(thread, newEpoch, g),
    writes: { $ifNull: ["$writes", 0] },
    ...twice({ claim: { id: { $literal: claim }, until: after(ttl) } }),
  };
  try {
    await session.write((collection) =>
      collection.updateOne({ ...only(threadKey(thread)), g }, [{ $set: fields }], { upsert: true }),
    );
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}

/** Takes a claim from a thread, and returns whether the thread had it. */
export async function releaseThread(session: Session, { thread, claim }: ReleaseRequest): Promise<boolean> {
  const filter = { ...only(threadKey(thread)), "claim.id": claim, ...ALIVE };
  const update = { $unset: twice({ claim: 1 }) };
  const result = await session.write((collection) => collection.updateOne(filter, update));
  if (result.matchedCount > 0) return true;
  // A damaged one is an error.
  await findThread(session, thread);
  return false;
}
