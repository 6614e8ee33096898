import { CheckpointError, isCheckpointError } from "@threadmark/core/storage";
import { withoutSecrets } from "./without-secrets.ts";

/*
 * On Redis 6, the error of a script that was called from another one is part of a longer message, after a minus sign;
 * otherwise the message begins with the code.
 */
const SERVER_BUSY = /(?:^|-)(?:BUSY|LOADING|READONLY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN) /;
const READ_ONLY = /(?:^|-)READONLY /;
const FULL = /(?:^|-)OOM /;
const MOVED = /^MOVED /;
/** A slot is moving. ioredis follows it, and so do node-redis clusters, except with `WAIT`. */
const MOVING = /^(?:ASK|MOVED) /;
const REFUSED =
  /^(?:WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH|ERR Client sent AUTH|ERR (?:invalid )?DB index) ?/;

/** The script itself reports this where it checks, and Lua where it cannot; both name the script. */
const DAMAGE = /THREADMARK_DAMAGED|(?<!@)user_script:\d+:|(?:^|-)WRONGTYPE /;

/** How ioredis says that a connection, or a cluster, is not available at the moment. */
const DISCONNECTED_IOREDIS =
  /^(?:Connection is closed\.|Command aborted due to connection close|Command timed out|Stream isn't writeable|Cluster isn't ready|Too many Cluster redirections|Failed to refresh slots cache|None of startup nodes is available)/;
/** The same for node-redis. */
const DISCONNECTED_NODE_REDIS =
  /^(?:$|Socket closed unexpectedly|Socket timeout|The client is offline|Connection timeout|Timeout waiting for a client|None of the sentinels are available|All the root nodes are unavailable|Cannot find node )/;

/** Whether the same call may succeed a little later. Here ioredis has given up trying to connect. */
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

/** Whether the keys of one call belong to several slots: this client is connected to a cluster. */
export function isCrossSlot(error: unknown): boolean {
  return messageOf(error).startsWith("CROSSSLOT");
}

/** Whether another node of the cluster has the slot. */
export function isMoved(error: unknown): boolean {
  return MOVED.test(messageOf(error));
}

/** Whether the server refuses this user, password or database, so that trying again is useless. */
export function isRefused(error: unknown): boolean {
  return REFUSED.test(messageOf(error));
}

/** Whether a script has found something that no script writes. It stops before it changes anything. */
export function isDamage(error: unknown): boolean {
  return DAMAGE.test(messageOf(error));
}

/** Whether ioredis has given up connecting, for a reason that its error does not contain. */
export function isGivenUp(error: unknown): boolean {
  return (error as { name?: unknown }).name === "MaxRetriesPerRequestError";
}

/** The error that a caller gets: the driver's, without secrets, or one that explains that the memory is full. */
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
