import type { WriteRecord } from "@threadmark/core/storage";
import { bufferOf, idBytes, idsOf, ownBytes } from "./bytes.ts";

const HEAD = 20;

/**
 * The writes of a task as bytes. For each its index and the length of what follows, in four bytes each; then the
 * lengths of refs, channel and path, these three, and the value.
 */
export function packWrites(writes: readonly WriteRecord[]): Buffer {
  return Buffer.concat(writes.flatMap(packWrite));
}

function packWrite({ idx, path, channel, value, refs }: WriteRecord): Buffer[] {
  const parts = [idBytes(refs), Buffer.from(channel), Buffer.from(path)];
  const head = Buffer.alloc(HEAD);
  head.writeInt32BE(idx, 0);
  head.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, HEAD - 8 + value.length),
    4,
  );
  parts.forEach((part, i) => head.writeUInt32BE(part.length, 8 + 4 * i));
  return [head, ...parts, bufferOf(value)];
}

/** The writes of a task. */
export function unpackWrites(task: string, bytes: Buffer): WriteRecord[] {
  const writes: WriteRecord[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = start + 8 + bytes.readUInt32BE(start + 4);
    const [refs, channel, path] = [8, 12, 16].map((at) => bytes.readUInt32BE(start + at));
    const channelAt = start + HEAD + refs!;
    const pathAt = channelAt + channel!;
    const valueAt = pathAt + path!;
    writes.push({
      task,
      idx: bytes.readInt32BE(start),
      refs: idsOf(bytes.subarray(start + HEAD, channelAt)),
      channel: bytes.toString("utf8", channelAt, pathAt),
      path: bytes.toString("utf8", pathAt, valueAt),
      value: ownBytes(bytes.subarray(valueAt, end)),
    });
    start = end;
  }
  return writes;
}
