import { CheckpointError, isCheckpointError } from "@threadmark/core/storage";
import { withoutSecrets } from "./without-secrets.ts";

/*
 * Errors of a script that was called from another one stand inside a longer message on Redis 6, behind a
 * minus; otherwise the code is what the message begins with.
 */
const SERVER_BUSY = /(?:^|-)(?:BUSY|LOADING|READONLY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN) /;
const READ_ONLY = /(?:^|-)READONLY /;
const FULL = /(?:^|-)OOM /;
const MOVED = /^MOVED /;
/** A slot that is moving. ioredis follows by itself, and so do the clusters of node-redis unless they wait. */
const MOVING = /^(?:ASK|MOVED) /;
const REFUSED =
  /^(?:WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH|ERR Client sent AUTH|ERR (?:invalid )?DB index) ?/;

/** Scripts say so where they look, and Lua where they could not: both name the script. */
const DAMAGE = /THREADMARK_DAMAGED|(?<!@)user_script:\d+:|(?:^|-)WRONGTYPE /;

/** How ioredis says that a connection, or a cluster, is not there just now. */
const DISCONNECTED_IOREDIS =
  /^(?:Connection is closed\.|Command timed out|Stream isn't writeable|Cluster isn't ready|Too many Cluster redirections|Failed to refresh slots cache|None of startup nodes is available)/;
/** The same of node-redis. */
const DISCONNECTED_NODE_REDIS =
  /^(?:$|Socket closed unexpectedly|Socket timeout|The client is offline|Connection timeout|Timeout waiting for a client|None of the sentinels are available|All the root nodes are unavailable|Cannot find node )/;

/** Whether the same call may succeed a little later. ioredis has given up a connection that it cannot make itself. */
export function isPassing(error: unknown): boolean {
  const { message, code } = error as { message?: string; code?: unknown };
  if (typeof message !== "string") return false;
  if (typeof code === "string" && /^E[A-Z]+$/.test(code)) return true;
  return [SERVER_BUSY, MOVING, DISCONNECTED_IOREDIS, DISCONNECTED_NODE_REDIS].some((one) =>
    one.test(message),
  );
}

/** Whether the server is a replica now. */
export function isReadOnly(error: unknown): boolean {
  return READ_ONLY.test(messageOf(error));
}

/** Whether the server does not know the script yet. */
export function isUnknownScript(error: unknown): boolean {
  return messageOf(error).startsWith("NOSCRIPT");
}

/** Whether keys of one call belong to several slots: behind this client there is a cluster. */
export function isCrossSlot(error: unknown): boolean {
  return messageOf(error).startsWith("CROSSSLOT");
}

/** Whether another node of the cluster has the slot. */
export function isMoved(error: unknown): boolean {
  return MOVED.test(messageOf(error));
}

/** Whether the server lets nobody in with this user, password or database, however often one tries. */
export function isRefused(error: unknown): boolean {
  return REFUSED.test(messageOf(error));
}

/** Whether a script has met what no script writes: it stops before it changes anything. */
export function isDamage(error: unknown): boolean {
  return DAMAGE.test(messageOf(error));
}

/** Whether ioredis has given up making a connection, for a reason that its error does not tell. */
export function isGivenUp(error: unknown): boolean {
  return (error as { name?: unknown }).name === "MaxRetriesPerRequestError";
}

/** The error that a caller gets: that of the driver without secrets, with an explanation for a full memory. */
export function explained(error: unknown): unknown {
  if (error === undefined || isCheckpointError(error)) return error;
  const cause = withoutSecrets(error);
  if (!FULL.test(messageOf(error))) return cause ?? error;
  return new CheckpointError(
    "STORAGE_FAILED",
    "Redis has reached maxmemory and refuses to store more; nothing of this call was written. Raise maxmemory, " +
      "delete or prune threads, or give them a time to live",
    { cause },
  );
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : "";
}
