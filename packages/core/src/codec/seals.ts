import { crc32, crc32OfText as textSum } from "../serializer/crc32.ts";
import type {
  BlobId,
  CheckpointKey,
  CheckpointRecord,
  IndexEntry,
  Seal,
  ThreadEntry,
  WriteRecord,
} from "../storage/port.ts";

/** The fields of a record before its seal is known. */
type Unsealed<T> = Omit<T, "seal" | "parentSeal">;

/**
 * The short fields, each with its end, and then the one long field: no two records have the same bytes, since no field
 * contains NUL. The thread is added, so that copying a record to another thread adds a number to its seal.
 */
function sealOf(thread: string, fields: string, bytes: Uint8Array): Seal {
  return (sumOfThread(thread) + crc32(bytes, textSum(fields))) >>> 0;
}

let last = { thread: "", sum: textSum("") };

/** A call seals several records of one thread. */
function sumOfThread(thread: string): number {
  if (last.thread !== thread) last = { thread, sum: textSum(thread) };
  return last.sum;
}

/** A field that may be missing. */
function optional(text: string | undefined): string {
  return text === undefined ? "-" : `+${text}`;
}

/** What to add to the seals when a thread is copied. */
export function sealShift(from: string, to: string): number {
  return (textSum(to) - textSum(from)) >>> 0;
}

/** The seal of a checkpoint, whose header has the {@link contentSum}. */
export function checkpointSeal(
  thread: string,
  { namespace, id, run, header }: Pick<CheckpointRecord, "namespace" | "id" | "run" | "header">,
): Seal {
  return sealOf(thread, `${namespace}\0${id}\0${optional(run)}\0`, header);
}

/** The seal of a checkpoint's parent. */
export function parentSealOf(
  thread: string,
  { namespace, id }: CheckpointKey,
  parent: string | undefined,
): Seal {
  return (sumOfThread(thread) + textSum(`${namespace}\0${id}\0${optional(parent)}`)) >>> 0;
}

/** The checksum of everything in a checkpoint except its header. */
export function contentSum(
  metadata: Uint8Array,
  index: readonly IndexEntry[],
  refs: readonly BlobId[],
): number {
  const entries = index.map(({ key, token }) => `${key}\0${token}\0`);
  // It was made in order, but a storage may return it in any other.
  if (entries.some((entry, i) => i > 0 && entries[i - 1]! > entry)) entries.sort();
  return crc32(metadata, textSum(`${refs.join("\0")}\0\0${entries.join("")}\0`));
}

export function writeSeal(
  thread: string,
  namespace: string,
  checkpoint: string,
  { task, idx, path, channel, value, refs }: Unsealed<WriteRecord>,
): Seal {
  const fields = `${namespace}\0${checkpoint}\0${task}\0${idx}\0${path}\0${channel}\0${refs.join("\0")}\0\0`;
  return sealOf(thread, fields, value);
}

/** The seal of an entry of a thread's metadata. */
export function entrySeal(thread: string, { key, token, value }: Unsealed<ThreadEntry>): Seal {
  return sealOf(thread, `${key}\0${token}\0`, value);
}
