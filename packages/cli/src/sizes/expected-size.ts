import { CheckpointSaver, migrateThreads, threadIdsOf, threadStats, type OldSaver } from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";
import type { StoreSize } from "./store-size.ts";

/** How many checkpoints are enough to estimate how much the others share. */
const SAMPLE = 500;

/** The size that a store would have here, estimated from a sample. */
export interface ExpectedSize {
  readonly bytes: number;
  /** Checkpoints that were copied into this process to find out. */
  readonly sample: number;
}

/**
 * Copies the first threads of a saver into memory, and extrapolates to all of them.
 *
 * @param size How much is stored.
 * @returns `undefined` for an empty store.
 */
export async function expectedSize(from: OldSaver, size: StoreSize): Promise<ExpectedSize | undefined> {
  const to = new CheckpointSaver(new MemoryStorage());
  const enough = new AbortController();
  const [copied, ids] = [new Set<string>(), idsOf(from, enough.signal)];
  let sample = 0;
  for await (const threadId of ids) {
    copied.add(threadId);
    const migration = migrateThreads({
      from,
      to,
      threadIds: [threadId],
      signal: enough.signal,
      onProgress: () => ++sample >= SAMPLE && enough.abort(new Enough()),
    });
    await migration.catch((error: unknown) => {
      if (!(error instanceof Enough)) throw error;
    });
  }
  if (sample === 0) return undefined;
  let bytes = 0;
  for (const threadId of copied) bytes += (await threadStats(to, threadId))?.bytes ?? 0;
  return { bytes: Math.round((bytes / sample) * size.checkpoints), sample };
}

class Enough extends Error {}

async function* idsOf(from: OldSaver, signal: AbortSignal): AsyncGenerator<string> {
  for await (const threadId of threadIdsOf(from)) {
    if (signal.aborted) return;
    yield threadId;
  }
}
