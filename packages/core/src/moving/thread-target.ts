import { difference } from "../comparison/difference.ts";
import type { CheckpointTuple } from "../contract.ts";
import { configOf } from "../ids.ts";
import { engineOf } from "../saver/engine.ts";
import { readTuple } from "../saver/read.ts";
import type { ThreadMetadata } from "../saver/thread-metadata.ts";
import { updateThread } from "../saver/update-thread.ts";
import { anySource } from "./any-source.ts";
import { engineSource } from "./engine-source.ts";
import { movingEngine } from "./moving-engine.ts";
import { allVersions, movedFrom, type MovedCheckpoint } from "./moved.ts";
import type { NewSaver } from "./old-saver.ts";
import { storeMoved } from "./store-moved.ts";

/** Where threads are moved to. */
export interface ThreadTarget {
  /** Whether anything of a thread exists. */
  has(threadId: string): Promise<boolean>;
  store(threadId: string, moved: MovedCheckpoint): Promise<void>;
  /** Sets the metadata of the thread itself, if the saver keeps such metadata. */
  describe(threadId: string, metadata: ThreadMetadata): Promise<void>;
  /** Where the stored checkpoint differs, in words without a value; `undefined` when it is the same. */
  differenceFrom(threadId: string, moved: MovedCheckpoint): Promise<string | undefined>;
}

/** A saver of this package: the run is kept, and what is being moved is neither adopted, pruned nor fenced. */
export function targetOf(saver: NewSaver): ThreadTarget {
  const engine = engineOf(saver);
  if (!engine) return publicTarget(saver);
  const plain = movingEngine(engine);
  return {
    has: (threadId) => engineSource(plain).has(threadId),
    store: (threadId, moved) => storeMoved(plain, threadId, moved),
    describe: (threadId, metadata) => updateThread(plain, threadId, { metadata }),
    differenceFrom: async (threadId, moved) =>
      compare(await readTuple(plain, placeOf(threadId, moved)), moved),
  };
}

function publicTarget(saver: NewSaver): ThreadTarget {
  return {
    has: (threadId) => anySource(saver).has(threadId),
    async store(threadId, moved) {
      const { namespace, parent, checkpoint, metadata, batches } = moved;
      const place = { thread_id: threadId, checkpoint_ns: namespace };
      const config = { configurable: { ...place, ...(parent !== undefined && { checkpoint_id: parent }) } };
      await saver.put(config, checkpoint, metadata, allVersions(checkpoint));
      const target = placeOf(threadId, moved);
      for (const { task, path, writes } of batches) await saver.putWrites(target, writes, task, path);
    },
    async describe(threadId, metadata) {
      await saver.updateThread?.(threadId, { metadata });
    },
    differenceFrom: async (threadId, moved) => compare(await saver.getTuple(placeOf(threadId, moved)), moved),
  };
}

function placeOf(threadId: string, { namespace, checkpoint }: MovedCheckpoint): ReturnType<typeof configOf> {
  return configOf(threadId, namespace, checkpoint.id);
}

function compare(tuple: CheckpointTuple | undefined, expected: MovedCheckpoint): string | undefined {
  if (!tuple) return "it is not there";
  const found = difference(partsOf(movedFrom(tuple)), partsOf(expected));
  return found && `at ${found.path}`;
}

function partsOf({ parent, checkpoint, metadata, pendingWrites }: MovedCheckpoint): object {
  return { parent, checkpoint, metadata, pendingWrites };
}
