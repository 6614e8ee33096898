import { MemoryStorage } from "@threadmark/memory";
import type { PutRequest, PutWritesRequest, WriteOutcome, WriteRequest } from "@threadmark/core/storage";

const ID_BYTES = 16;

/** A storage that counts the bytes handed to it, keys and addresses included. */
export class MeasuredStorage extends MemoryStorage {
  /** Bytes of each call of `put`. */
  readonly puts: number[] = [];
  /** Bytes of each call of `putWrites`. */
  readonly writes: number[] = [];

  override async put(request: PutRequest): Promise<WriteOutcome> {
    const outcome = await super.put(request);
    if (outcome.outcome === "stored") this.puts.push(sizeOfPut(request));
    return outcome;
  }

  override async putWrites(request: PutWritesRequest): Promise<WriteOutcome> {
    const outcome = await super.putWrites(request);
    if (outcome.outcome === "stored") this.writes.push(sizeOfWrites(request));
    return outcome;
  }

  /** All bytes handed over. */
  get total(): number {
    return [...this.puts, ...this.writes].reduce((sum, size) => sum + size, 0);
  }
}

function sizeOfPut(request: PutRequest): number {
  const { namespace, id, parent, run, header, metadata, index, refs } = request.checkpoint;
  const texts = [request.thread, namespace, id, parent ?? "", run ?? ""];
  for (const { key, token } of index) texts.push(key, token);
  return sizeOf(request, texts) + header.length + metadata.length + refs.length * ID_BYTES;
}

function sizeOfWrites(request: PutWritesRequest): number {
  let size = sizeOf(request, [request.thread, request.namespace, request.checkpoint]);
  for (const { task, path, channel, value, refs } of request.writes) {
    size += Buffer.byteLength(task + path + channel) + value.length + refs.length * ID_BYTES;
  }
  return size;
}

function sizeOf(request: WriteRequest, texts: readonly string[]): number {
  const blobs = request.blobs.reduce((sum, blob) => sum + ID_BYTES + blob.bytes.length, 0);
  return blobs + Buffer.byteLength(texts.join("")) + (request.epoch?.length ?? 0);
}
