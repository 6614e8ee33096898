import { sha256 } from "@noble/hashes/sha2.js";

import { builtinModule } from "../runtime.ts";
import type { BlobId } from "../storage/port.ts";

type HexHash = (bytes: Uint8Array) => string;

interface NodeCrypto {
  hash?(algorithm: string, data: Uint8Array, encoding: "hex"): string;
}

const ID_DIGITS = 32;
export const ID_BYTES: number = ID_DIGITS / 2;

/** SHA-256 in JavaScript, for hosts that have no synchronous one. */
export const portableHash: HexHash = (bytes) => toHex(sha256(bytes).subarray(0, ID_BYTES));

const crypto = builtinModule<NodeCrypto>("node:crypto");

/** The fastest synchronous SHA-256 of this host, as hex digits. */
export const hostHash: HexHash = crypto?.hash
  ? (bytes) => crypto.hash!("sha256", bytes, "hex")
  : portableHash;

/**
 * The address of a blob. The last bit says leaf (0) or node (1), so that a user's bytes that look
 * like a list of ids can never share the address of such a list.
 */
export function blobIdOf(kind: "leaf" | "node", bytes: Uint8Array, hash: HexHash = hostHash): BlobId {
  const digits = hash(bytes);
  const last = nibble(digits.charCodeAt(ID_DIGITS - 1));
  const marked = kind === "node" ? last | 1 : last & ~1;
  return digits.slice(0, ID_DIGITS - 1) + marked.toString(16);
}

/** Whether an id is that of a node. */
export function isNode(id: BlobId): boolean {
  return (nibble(id.charCodeAt(ID_DIGITS - 1)) & 1) === 1;
}

/** The bytes of ids, 16 each. */
export function idBytes(ids: readonly BlobId[]): Uint8Array {
  const bytes = new Uint8Array(ids.length * ID_BYTES);
  ids.forEach((id, i) => writeHex(id, bytes, i * ID_BYTES));
  return bytes;
}

/**
 * The ids of {@link idBytes}.
 *
 * @throws RangeError when the last id is incomplete.
 */
export function idsOf(bytes: Uint8Array): BlobId[] {
  if (bytes.length % ID_BYTES > 0) throw new RangeError("a list of ids has a wrong length");
  return wholeIdsOf(bytes);
}

/** The same for what may be damaged. Bytes that are left over are ignored. */
export function wholeIdsOf(bytes: Uint8Array): BlobId[] {
  const digits = toHex(bytes);
  return Array.from({ length: Math.floor(bytes.length / ID_BYTES) }, (_, i) =>
    digits.slice(i * ID_DIGITS, (i + 1) * ID_DIGITS),
  );
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hex digits of bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte]!;
  return text;
}

/** Writes the bytes of hex digits at an offset. */
export function writeHex(digits: string, into: Uint8Array, offset: number): void {
  for (let i = 0; i < digits.length; i += 2) {
    into[offset + i / 2] = (nibble(digits.charCodeAt(i)) << 4) | nibble(digits.charCodeAt(i + 1));
  }
}

function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
