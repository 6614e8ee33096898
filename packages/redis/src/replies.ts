import {
  CheckpointError,
  damaged,
  idsOf,
  isCheckpointError,
  isNode,
  type Blob,
  type StoredCheckpoint,
  type WriteRecord,
} from "@threadmark/core/storage";
import { ownCopies } from "./bytes.ts";
import type { Reply } from "./connection.ts";
import { unpackWrites } from "./packed-writes.ts";
import { readPlace } from "./place.ts";
import { decodeRecord } from "./record.ts";

/** The answer of a script on a thread: its outcome, and more. */
export interface Answer {
  readonly outcome: string;
  readonly rest: readonly Reply[];
}

/**
 * Reads the answer of a script on a thread.
 *
 * @throws CheckpointError `INCOMPLETE` when the server has evicted a part of the thread, `UNSUPPORTED_FORMAT` when a
 *   newer version of this package has written it, `CORRUPT` when its own record is damaged.
 */
export function answerOf(reply: Reply, thread: string): Answer {
  const [outcome, ...rest] = listOf(reply);
  const answer = { outcome: textOf(outcome!), rest };
  const failure = failureOf(answer.outcome, thread);
  if (failure) throw failure;
  return answer;
}

/** The error for a thread that cannot be read, if the outcome says so. */
export function failureOf(outcome: string, thread: string): CheckpointError | undefined {
  if (outcome === "incomplete") {
    return new CheckpointError(
      "INCOMPLETE",
      `part of thread ${JSON.stringify(thread)} is missing from Redis, most likely evicted because memory was full; ` +
        "delete the thread or restore it, and set maxmemory-policy so that Redis does not evict threads",
      { threadId: thread },
    );
  }
  if (outcome === "format") {
    return new CheckpointError(
      "UNSUPPORTED_FORMAT",
      `thread ${JSON.stringify(thread)} was written by a newer version of @threadmark/redis; update the package`,
      { threadId: thread },
    );
  }
  return outcome === "damaged" ? damaged(thread, "the record") : undefined;
}

export function listOf(reply: Reply | undefined): readonly Reply[] {
  return reply as readonly Reply[];
}

export function bytesOf(reply: Reply | undefined): Buffer {
  return reply as Buffer;
}

export function textOf(reply: Reply): string {
  return bytesOf(reply).toString();
}

export function optionalText(reply: Reply | undefined): string | undefined {
  return reply ? textOf(reply) : undefined;
}

/** The entries of a list in groups of this size. */
export function groupsOf(list: readonly Reply[], size: number): (readonly Reply[])[] {
  return Array.from({ length: list.length / size }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** Decodes what is stored. Anything that goes wrong means that the thread is damaged. */
export function decoding<T>(thread: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw isCheckpointError(error) ? error : damaged(thread, "a record", error);
  }
}

export function storedOf(thread: string, [place, record, writes]: readonly Reply[]): StoredCheckpoint {
  return {
    thread,
    checkpoint: decodeRecord(bytesOf(place), bytesOf(record)),
    writes: writesOf(listOf(writes)),
  };
}

/** Writes from alternating fields and packed writes. */
export function writesOf(list: readonly Reply[]): WriteRecord[] {
  return groupsOf(list, 2).flatMap(([field, packed]) =>
    unpackWrites(readPlace(bytesOf(field)).rest.toString(), bytesOf(packed)),
  );
}

/** Blobs from their ids in one string and the bytes of each. */
export function blobsOf(reply: Reply | undefined): Blob[] {
  const [ids, ...contents] = listOf(reply) as readonly Buffer[];
  const copies = ownCopies(contents);
  return idsOf(ids!).map((id, i) => ({
    id,
    kind: isNode(id) ? "node" : "leaf",
    bytes: copies[i]!,
  }));
}
