import { paddedLength, sha1 } from "./sha1.ts";

/** What is hashed: the namespace, and the name after it. */
let preimage = new Uint8Array(1024);
let view = new DataView(preimage.buffer);
let namePart = preimage.subarray(16);
/** The namespace whose bytes are there: all tasks of a run have the same one. */
let placed = "";
const encoder = new TextEncoder();

/** A UUID of version 5: the same name in the same namespace always has the same id. */
export function uuid5(name: string, namespace: string): string {
  makeRoom(16 + name.length * 3);
  if (namespace !== placed) placeNamespace(namespace);
  const { written } = encoder.encodeInto(name, namePart);
  const digest = sha1(view, 16 + written);
  const digits = (at: number): string => half(digest.getUint16(at));
  const version = half((digest.getUint16(6) & 0x0fff) | 0x5000);
  const variant = half((digest.getUint16(8) & 0x3fff) | 0x8000);
  const node = digits(10) + digits(12) + digits(14);
  return `${digits(0) + digits(2)}-${digits(4)}-${version}-${variant}-${node}`;
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

/** Looked up, because formatting numbers costs more than hashing what an id is made of. */
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function half(bits: number): string {
  return BYTES[bits >>> 8]! + BYTES[bits & 0xff]!;
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
  const upper = half(ticks.upper >>> 16) + half(ticks.upper & 0xffff);
  const lower = `${half(ticks.lower >>> 12)}-${half(0x6000 | (ticks.lower & 0xfff))}`;
  const sequence = half((step < 0 ? step : 0x8000 + step) & 0xffff);
  return `${upper}-${lower}-${sequence}-${crypto.randomUUID().slice(24)}`;
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
