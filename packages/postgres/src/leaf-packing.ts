import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Blob } from "@threadmark/core/storage";

/** The first byte of a stored leaf. */
const AS_IS = 0;
const DEFLATED = 1;

/** Below it next to nothing is gained. */
const MIN_BYTES = 128;
/** The event loop waits while leaves are packed: a large first put is stored as it is. */
const MAX_LEAVES = 256;
/** No leaf is nearly as long; a damaged one must not fill the memory. */
const MAX_OUTPUT = 1 << 20;

/** Small tables and buffers: setting them up takes longer than packing so little. */
const OPTIONS = { level: 3, windowBits: 12, memLevel: 4, chunkSize: 1024 } as const;

/** What the column `bytes` holds. Lists of ids are read by statements and stay as they are. */
export function packBlobs(blobs: readonly Blob[]): Uint8Array[] {
  const leaves = blobs.filter((blob) => blob.kind === "leaf").length;
  return blobs.map(({ kind, bytes }) => {
    if (kind === "node") return bytes;
    const packed =
      bytes.length >= MIN_BYTES && leaves <= MAX_LEAVES ? deflateRawSync(bytes, OPTIONS) : undefined;
    return packed && packed.length < bytes.length ? marked(DEFLATED, packed) : marked(AS_IS, bytes);
  });
}

/** The bytes of a leaf again. Those that cannot be unpacked are returned as they are: core finds them damaged. */
export function unpackLeaf(stored: Uint8Array): Uint8Array {
  const body = stored.subarray(1);
  if (stored[0] === AS_IS) return body;
  try {
    const { buffer, byteOffset, length } = inflateRawSync(body, { maxOutputLength: MAX_OUTPUT });
    return new Uint8Array(buffer, byteOffset, length);
  } catch {
    return stored;
  }
}

function marked(form: number, bytes: Uint8Array): Uint8Array {
  const stored = new Uint8Array(1 + bytes.length);
  stored[0] = form;
  stored.set(bytes, 1);
  return stored;
}
