import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { damaged } from "@threadmark/core/storage";

const RANDOM_BYTES = 12;
const CHECK_BYTES = 3;

/** The generation of a checkpoint that must no longer be stored. */
export const DEAD = "dead";

/**
 * A generation that no other thread has had, nor this one before; see `thread.ts`. It contains a checksum over itself
 * and the name of the thread: what has an unknown generation does not count, and a damaged one must not pass for
 * unknown.
 */
export function newGeneration(thread: string): string {
  const random = globalThis.crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  return Buffer.concat([random, checksum(thread, random)]).toString("base64url");
}

/**
 * Refuses what {@link newGeneration} cannot have made for the thread.
 *
 * @throws CheckpointError `CORRUPT`
 */
export function checkGeneration(thread: string, g: unknown, what: string): void {
  if (g === DEAD) return;
  const bytes = Buffer.from(typeof g === "string" ? g : "", "base64url");
  const random = bytes.subarray(0, RANDOM_BYTES);
  const isWhole = bytes.length === RANDOM_BYTES + CHECK_BYTES && bytes.toString("base64url") === g;
  if (!isWhole || !checksum(thread, random).equals(bytes.subarray(RANDOM_BYTES))) throw damaged(thread, what);
}

function checksum(thread: string, random: Uint8Array): Buffer {
  return createHash("sha256").update(random).update(thread).digest().subarray(0, CHECK_BYTES);
}
