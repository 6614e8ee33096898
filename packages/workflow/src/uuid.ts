import { paddedLength, sha1 } from "./sha1.ts";

/** What is hashed: the namespace, and the name after it. */
let preimage = new Uint8Array(1024);
let view = new DataView(preimage.buffer);
let namePart = preimage.subarray(16);
/** Whose bytes are there: all tasks of a run have the same namespace. */
let placed = "";
const encoder = new TextEncoder();

/** A UUID of version 5: the same name in the same namespace always has the same id. */
export function uuid5(name: string, namespace: string): string {
  makeRoom(16 + name.length * 3);
  if (namespace !== placed) placeNamespace(namespace);
  const { written } = encoder.encodeInto(name, namePart);
  const digest = sha1(view, 16 + written);
  const first = word(digest.getUint32(0));
  const second = word((digest.getUint32(4) & 0xffff0fff) | 0x5000);
  const third = word((digest.getUint32(8) & 0x3fffffff) | 0x80000000);
  const fourth = word(digest.getUint32(12));
  return `${first}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${fourth}`;
}

function makeRoom(length: number): void {
  if (paddedLength(length) <= preimage.length) return;
  preimage = new Uint8Array(2 * paddedLength(length));
  view = new DataView(preimage.buffer);
  namePart = preimage.subarray(16);
  placed = "";
}

function placeNamespace(namespace: string): void {
  const digits = namespace.replaceAll("-", "");
  for (let i = 0; i < 16; i += 4) {
    view.setUint32(i, Number.parseInt(digits.slice(i * 2, i * 2 + 8), 16));
  }
  placed = namespace;
}

function word(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, "0");
}

/**
 * A time in ticks of 100 nanoseconds, as its upper 32 bits and its lower 28: a number has no room for 60, and BigInt
 * costs more than everything else that a checkpoint's id is made of.
 */
interface Ticks {
  readonly upper: number;
  readonly lower: number;
}

const LOWER = 2 ** 28;
/** From the start of the Gregorian calendar to that of Unix time. */
const GREGORIAN: Ticks = { upper: 0x01b21dd21, lower: 0x3814000 };

let last: Ticks = { upper: 0, lower: 0 };

/**
 * An id of a checkpoint as LangGraph.js makes it: a UUID of version 6 whose clock sequence is the
 * step. It sorts after `parent` even when the clock has gone back.
 */
export function checkpointId(step: number, parent: string | undefined): string {
  last = later(ticksOfTime(Date.now()), next(last));
  const ticks = parent === undefined ? last : later(last, next(ticksOfId(parent)));
  const upper = word(ticks.upper);
  const lower = ticks.lower.toString(16).padStart(7, "0");
  const sequence = (step < 0 ? 0x10000 + step : (0x8000 + step) & 0xffff).toString(16).padStart(4, "0");
  const node = crypto.randomUUID().slice(24);
  return `${upper}-${lower.slice(0, 4)}-6${lower.slice(4)}-${sequence}-${node}`;
}

function ticksOfTime(milliseconds: number): Ticks {
  const rest = milliseconds % 2 ** 14;
  const ticks = ((milliseconds - rest) / 2 ** 14) * 10_000;
  const lower = (ticks % 2 ** 14) * 2 ** 14 + rest * 10_000 + GREGORIAN.lower;
  return sum(Math.floor(ticks / 2 ** 14) + GREGORIAN.upper, lower);
}

/** Ticks in an id of version 6; none in ids of any other form, which the clock is taken to exceed. */
function ticksOfId(id: string): Ticks {
  if (id[8] !== "-" || id[13] !== "-" || id[14] !== "6" || id[18] !== "-") return NONE;
  const upper = Number.parseInt(id.slice(0, 8), 16);
  const lower = Number.parseInt(id.slice(9, 13) + id.slice(15, 18), 16);
  return upper >= 0 && lower >= 0 ? { upper, lower } : NONE;
}

const NONE: Ticks = { upper: 0, lower: 0 };

function next({ upper, lower }: Ticks): Ticks {
  return sum(upper, lower + 1);
}

function sum(upper: number, lower: number): Ticks {
  const carried = Math.floor(lower / LOWER);
  return { upper: upper + carried, lower: lower - carried * LOWER };
}

function later(one: Ticks, other: Ticks): Ticks {
  const isOther = one.upper === other.upper ? one.lower < other.lower : one.upper < other.upper;
  return isOther ? other : one;
}
