import { utf8, hex } from "./bytes.ts";
import { sha1 } from "./sha1.ts";

/** A UUID of version 5: the same name in the same namespace always has the same id. */
export function uuid5(name: string, namespace: string): string {
  const text = utf8(name);
  const bytes = new Uint8Array(16 + text.length);
  bytes.set(uuidBytes(namespace));
  bytes.set(text, 16);
  const digest = sha1(bytes).subarray(0, 16);
  digest[6] = (digest[6]! & 0x0f) | 0x50;
  digest[8] = (digest[8]! & 0x3f) | 0x80;
  return dashed(hex(digest));
}

/** 100-nanosecond ticks from the start of the Gregorian calendar to that of Unix time. */
const GREGORIAN = 0x01b21dd213814000n;

let lastTicks = 0n;

/**
 * An id of a checkpoint as LangGraph.js makes it: a UUID of version 6 whose clock sequence is the
 * step. It sorts after `parent` even when the clock has gone back.
 */
export function checkpointId(step: number, parent: string | undefined): string {
  let ticks = BigInt(Date.now()) * 10_000n + GREGORIAN;
  const floor = parent === undefined ? lastTicks : larger(lastTicks, ticksOf(parent));
  if (ticks <= floor) ticks = floor + 1n;
  lastTicks = ticks;
  const time = ticks.toString(16).padStart(15, "0");
  const sequence = step < 0 ? 0x10000 + step : (0x8000 + step) & 0xffff;
  const node = hex(crypto.getRandomValues(new Uint8Array(6)));
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-6${time.slice(12)}-${sequence.toString(16).padStart(4, "0")}-${node}`;
}

/** Ticks in an id of version 6; 0 for ids of any other form, which the clock is taken to exceed. */
function ticksOf(id: string): bigint {
  const parts = /^([\da-f]{8})-([\da-f]{4})-6([\da-f]{3})-/.exec(id);
  return parts ? BigInt(`0x${parts[1]!}${parts[2]!}${parts[3]!}`) : 0n;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function uuidBytes(id: string): Uint8Array {
  const digits = id.replaceAll("-", "");
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

function dashed(digits: string): string {
  return [0, 8, 12, 16, 20].map((start, i, all) => digits.slice(start, all[i + 1])).join("-");
}
