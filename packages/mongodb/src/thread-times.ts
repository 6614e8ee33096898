import { createHash } from "node:crypto";
import type { Doc } from "./driver.ts";

/*
 * The times of a thread. The server sets them by its own clock, so it also computes their seals, with the little
 * arithmetic that it has: the remainder of a time, plus a number that stands for the name of the thread. One bit of a
 * time always changes its remainder. A seal is computed together with its time and at no other moment: damage must not
 * be sealed.
 */

/** A prime below 2^31: remainders and marks are short numbers in BSON. */
const PRIME = 2_147_483_647;

/** `expires` of a thread that is gone: one that is being deleted, or not there yet. No clock is that far behind. */
export const LONG_AGO: Date = new Date(0);

/** A number that stands for some texts. */
export function markOf(...texts: readonly string[]): number {
  return createHash("sha256").update(JSON.stringify(texts)).digest().readUInt32BE() % PRIME;
}

/** The seal of a time, as an expression of the server. */
function timeSeal(time: Doc | string, mark: number): Doc {
  return { $add: [{ $mod: [{ $subtract: [time, LONG_AGO] }, PRIME] }, mark] };
}

/** The same for a field, which may be damaged: then there is none. */
function sealOfField(time: string, mark: string): Doc {
  const milliseconds = { $convert: { input: time, to: "long", onError: null, onNull: null } };
  return { $add: [{ $mod: [milliseconds, PRIME] }, mark] };
}

/** The same for a time that is known. */
export function knownTimeSeal(time: Date, mark: number): number {
  return (time.getTime() % PRIME) + mark;
}

/** `own` of a thread that never expires. */
export const NEVER = -1;

/** The fields of a thread that is gone for everybody, even if some of it is left. */
export function gone(thread: string): Doc {
  const mark = markOf(thread);
  return { mark, valid: [], expires: LONG_AGO, expiresSeal: knownTimeSeal(LONG_AGO, mark) };
}

/** The fields of a thread that is not there yet. */
export function neverThere(thread: string): Doc {
  const mark = markOf(thread);
  return {
    thread,
    epoch: "",
    epochSeal: markOf(thread, ""),
    created: LONG_AGO,
    createdSeal: knownTimeSeal(LONG_AGO, mark),
    updated: LONG_AGO,
    updatedSeal: knownTimeSeal(LONG_AGO, mark),
    ...gone(thread),
  };
}

/** The fields of a thread that did not exist, as expressions of the server. */
export function newThread(thread: string, epoch: string, g: string): Doc {
  const mark = markOf(thread);
  return {
    thread: { $literal: thread },
    mark,
    valid: [g],
    ...epochFields(thread, epoch),
    ...timed("created", "$$NOW", mark),
    ...timed("updated", "$$NOW", mark),
  };
}

/** The fields of a thread with a new epoch, as expressions of the server. */
export function epochFields(thread: string, epoch: string): Doc {
  return { epoch: { $literal: epoch }, epochSeal: markOf(thread, epoch) };
}

/** The fields of a thread with a time to live that is its own. */
export function ownFields(thread: string, own: number | null | undefined): Doc {
  return typeof own === "number" ? { own, ownSeal: markOf(thread, `${own}`) } : {};
}

/** The fields of a thread with an owner, as expressions of the server. */
export function claimFields(thread: string, id: string, ttl: number, unsettled?: Doc): Doc {
  const mark = markOf(thread, id);
  const until = after(ttl);
  return {
    claim: { id: { $literal: id }, until, mark, ...(unsettled && { unsettled }) },
    claimSeal: timeSeal(until, mark),
  };
}

/** The fields of a thread whose owner has lost it. */
export function lostClaim(thread: string, id: string): Doc {
  const mark = markOf(thread, id);
  return { claim: { id, until: LONG_AGO, mark }, claimSeal: knownTimeSeal(LONG_AGO, mark) };
}

/**
 * Whether nobody has a thread. If the claim is damaged, somebody may. Without one, there is no seal either, and a
 * missing time comes before all dates.
 */
export const IS_FREE: Doc = {
  $and: [
    { $lte: ["$claim.until", "$$NOW"] },
    { $eq: [{ $ifNull: ["$claimSeal", null] }, sealOfField("$claim.until", "$claim.mark")] },
  ],
};

/** A time of a thread and its seal, as expressions of the server. */
export function timed(field: "created" | "updated" | "expires", time: Doc | string, mark: number): Doc {
  return { [field]: time, [`${field}Seal`]: timeSeal(time, mark) };
}

/**
 * Whether a thread has expired, and the condition for one that has not. Only the server's clock decides that, in
 * the command itself: those of clients may be wrong, and may step. `null` comes before all dates. A thread with a
 * damaged time has not expired: it is found, and then refused.
 */
const EXPIRED: Doc = {
  $and: [
    { $gt: ["$expires", null] },
    { $lte: ["$expires", "$$NOW"] },
    { $isNumber: "$mark" },
    { $eq: ["$expiresSeal", sealOfField("$expires", "$mark")] },
  ],
};

/** It cannot be part of an upsert, in which the server does not allow `$expr`. */
export const ALIVE: Doc = { $expr: { $not: [EXPIRED] } };

/** The condition for a thread that has expired, or whose deletion has been taken for dead. */
export function expired(patience: number): Doc {
  const deletedByNobody = { $lte: ["$gone", { $subtract: ["$$NOW", patience] }] };
  return { $expr: { $and: [EXPIRED, deletedByNobody] } };
}

/** Whether a thread will not expire, even after a write with this time to live. */
export function isLasting(
  { own, expires }: { readonly own?: number | null | undefined; readonly expires?: Date | null | undefined },
  ttl: number | undefined,
): boolean {
  return !expires && (own === NEVER || ((own ?? undefined) === undefined && ttl === undefined));
}

/** The new value of `expires` after a write or a read; none where it stays as it is. */
export function renewal(thread: string, own: number | undefined, ttl: number | undefined): Doc {
  const milliseconds = own ?? ttl;
  if (milliseconds === undefined) return {};
  return milliseconds === NEVER ? UNENDING : expiryAfter(thread, milliseconds);
}

/** The fields of a thread that does not expire. */
export const UNENDING: Doc = { expires: "$$REMOVE", expiresSeal: "$$REMOVE" };

export function expiryAfter(thread: string, milliseconds: number): Doc {
  return timed("expires", after(milliseconds), markOf(thread));
}

/** The same where the thread's own time to live is not known. */
export function renewalByOwn(thread: string, ttl: number | undefined): Doc {
  const given =
    ttl === undefined ? { expires: "$expires", expiresSeal: "$expiresSeal" } : expiryAfter(thread, ttl);
  const own = timed("expires", { $add: ["$$NOW", "$own"] }, markOf(thread));
  return Object.fromEntries(
    Object.entries(own).map(([field, value]) => {
      const renewed = { $cond: [{ $eq: ["$own", NEVER] }, "$$REMOVE", value] };
      return [field, { $cond: [{ $gt: ["$own", null] }, renewed, given[field]] }];
    }),
  );
}

/** This many milliseconds from now, by the server's clock. */
function after(milliseconds: number): Doc {
  return { $add: ["$$NOW", milliseconds] };
}
