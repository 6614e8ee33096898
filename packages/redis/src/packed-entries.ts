import type { ThreadEntry } from "@threadmark/core/storage";
import { bufferOf, ownBytes, partsOf, shiftSealAt } from "./bytes.ts";

/** The seal and the length of the token. */
const HEAD = 8;

/** Entries of a thread as scripts take them. For each: two lengths of four bytes each, its key, and its content. */
export function packEntries(entries: readonly ThreadEntry[]): Buffer {
  return Buffer.concat(entries.flatMap((entry) => packed(entry.key, contentOf(entry))));
}

/** What is stored under the key: the seal and the length of the token, four bytes each, the token, and the value. */
function contentOf({ token, value, seal }: ThreadEntry): Buffer {
  const text = Buffer.from(token);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(seal, 0);
  head.writeUInt32BE(text.length, 4);
  return Buffer.concat([head, text, bufferOf(value)]);
}

function packed(key: string | Buffer, content: Buffer): Buffer[] {
  const name = Buffer.from(key as string);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(name.length, 0);
  lengths.writeUInt32BE(content.length, 4);
  return [lengths, name, content];
}

/**
 * An entry from its key and content.
 *
 * @throws RangeError when the bytes cannot be read.
 */
export function unpackEntry(key: Buffer, content: Buffer): ThreadEntry {
  const [token, value] = partsOf(content, HEAD, [content.readUInt32BE(4)]);
  return {
    key: key.toString(),
    token: token!.toString(),
    value: ownBytes(value!),
    seal: content.readUInt32BE(0),
  };
}

/** The same entries in another thread. */
export function shiftEntries(entries: Buffer, sealShift: number): Buffer {
  const shifted: Buffer[] = [];
  for (let start = 0; start < entries.length;) {
    const [key, content] = [0, 4].map((at) => entries.readUInt32BE(start + at));
    const end = start + 8 + key! + content!;
    const parts = partsOf(entries.subarray(start, end), 8, [key!]);
    shifted.push(...packed(parts[0]!, shiftSealAt(parts[1]!, 0, sealShift)));
    start = end;
  }
  return Buffer.concat(shifted);
}
