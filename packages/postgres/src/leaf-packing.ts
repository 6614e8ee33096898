import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers/promises";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Blob } from "@threadmark/core/storage";

/** The first byte of a stored leaf. */
const AS_IS = 0;
const DEFLATED = 1;

/** Below this size there is almost nothing to gain. */
const MIN_BYTES = 128;
/** Setting up zlib for a leaf costs the client as much as the rest of a small put. */
const MIN_BYTES_AT_ONCE = 16_384;
/** Leaves that are packed in one go, while the event loop waits: about 3 milliseconds. */
const LEAVES_AT_ONCE = 64;
/** Two bytes are equal with a probability of 1/256 in noise, 1/64 in base64 and 1/16 in text. */
const NOISE = 1 / 128;
/** About how many bytes of a leaf are looked at. */
const SAMPLE = 256;
/** Small tables and buffers: setting up larger ones takes longer than packing so little. */
const PACKING = { level: 3, windowBits: 12, memLevel: 4, chunkSize: 1024 } as const;
/** No leaf is anywhere near a megabyte long; a damaged one must not fill the memory. */
const UNPACKING = { chunkSize: 1024, maxOutputLength: 1 << 20 } as const;

/**
 * What the column `bytes` holds. Lists of ids are read by statements and stay as they are, and so do the few leaves
 * of a small put. A large put does not hold up the event loop: other work gets a turn after every few leaves.
 */
export async function packBlobs(blobs: readonly Blob[]): Promise<Uint8Array[]> {
  const packed: Uint8Array[] = [];
  let leaves = 0;
  const pays = blobs.reduce((sum, { bytes }) => sum + bytes.length, 0) >= MIN_BYTES_AT_ONCE;
  for (const { kind, bytes } of blobs) {
    if (kind === "node") packed.push(bytes);
    else packed.push(pays ? packLeaf(bytes) : marked(AS_IS, bytes));
    if (pays && kind === "leaf" && ++leaves % LEAVES_AT_ONCE === 0) await setImmediate();
  }
  return packed;
}

function packLeaf(bytes: Uint8Array): Uint8Array {
  if (bytes.length < MIN_BYTES || isNoise(bytes)) return marked(AS_IS, bytes);
  const packed = deflateRawSync(bytes, PACKING);
  return packed.length < bytes.length ? marked(DEFLATED, packed) : marked(AS_IS, bytes);
}

/** A leaf was stored in a way that this version does not know. */
export class NewerForm extends Error {
  override readonly name = "NewerForm";
  /** Of the thread, where several were read. */
  readonly number: string | undefined;

  constructor(form: number, number: string | undefined) {
    super(`form ${form} of a leaf`);
    this.number = number;
  }
}

/**
 * The original bytes of a leaf. A leaf that cannot be unpacked is returned as it is: core then finds the damage.
 *
 * @throws NewerForm
 */
export function unpackLeaf(stored: Uint8Array, number?: string): Uint8Array {
  const [form = AS_IS] = stored;
  const body = stored.subarray(1);
  if (form === AS_IS) return body;
  if (form !== DEFLATED) throw new NewerForm(form, number);
  try {
    // A copy: what zlib returns would keep its whole buffer in memory as long as the leaf is remembered.
    return new Uint8Array(inflateRawSync(body, UNPACKING));
  } catch {
    return stored;
  }
}

/** Whether compressing gains nothing, as with images or encrypted values. Trying takes 20 times as long as checking. */
function isNoise(bytes: Uint8Array): boolean {
  const counts = new Uint16Array(256);
  // With an odd step, every byte of a sequence of numbers gets its turn.
  const step = Math.floor(bytes.length / SAMPLE) | 1;
  let [seen, equal] = [0, 0];
  for (let at = 0; at < bytes.length; at += step) {
    equal += counts[bytes[at]!]!++;
    seen++;
  }
  return equal < ((seen * (seen - 1)) / 2) * NOISE;
}

function marked(form: number, bytes: Uint8Array): Uint8Array {
  // Memory that Node.js keeps for short buffers: allocating some for each leaf takes longer than copying it.
  const { buffer, byteOffset } = Buffer.allocUnsafe(1 + bytes.length);
  const stored = new Uint8Array(buffer, byteOffset, 1 + bytes.length);
  stored[0] = form;
  stored.set(bytes, 1);
  return stored;
}
