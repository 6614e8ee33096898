import type {
  ChannelVersions,
  Checkpoint,
  CheckpointConfig,
  CheckpointMetadata,
  PendingWrite,
} from "../contract.ts";
import { CheckpointError } from "../errors.ts";
import {
  claimOf,
  configOf,
  locateForWriting,
  newCheckpointIdOf,
  runIdOf,
  taskIdOf,
  type Location,
} from "../ids.ts";
import { all, chain } from "../soon.ts";
import type { ThreadEntry } from "../storage/port.ts";
import { claimedChannels, droppedChannels } from "./carry-over.ts";
import { checkCheckpoint, checkWrites } from "./check-arguments.ts";
import { encodeCheckpoint, encodeWrites } from "./encode.ts";
import type { Engine } from "./engine.ts";
import { runEntries } from "./run-mark.ts";
import { encodeEntries } from "./thread-metadata.ts";
import { writeWithBlobs } from "./write.ts";

/** Stores a checkpoint. Everything is read before this returns. */
export async function storeCheckpoint(
  engine: Engine,
  config: CheckpointConfig,
  checkpoint: Checkpoint,
  metadata: CheckpointMetadata,
  newVersions: ChannelVersions | undefined,
): Promise<CheckpointConfig> {
  const parent = locateForWriting(config);
  const claim = claimOf(config);
  checkCheckpoint(checkpoint);
  const id = newCheckpointIdOf(checkpoint.id);
  const run = runIdOf(config);
  const { inlineBytes } = engine.storage.capabilities;
  const input = { parent, id, run, checkpoint, metadata: metadata ?? {}, newVersions, inlineBytes };
  const adopted = settle(engine, parent.thread);
  const base = engine.cache.find(parent.thread);
  const claimed = claimedChannels(input);
  const findDropped = () =>
    chain(adopted, () => (claimed.size === 0 ? NONE : droppedChannels(engine.storage, parent, claimed)));
  const ready = all([
    encodeCheckpoint(engine.codec, input, base, findDropped),
    engine.threadMetadata
      ? entriesOf(engine, parent, config, checkpoint)
      : runEntries(parent.thread, parent.namespace, config, checkpoint),
  ]);
  const [encoded, entries] = ready instanceof Promise ? await ready : ready;
  const { record } = encoded;
  const keepParent = parent.id === id;
  await writeWithBlobs(engine, parent, encoded, { remember: true, entries, claim }, (request) =>
    engine.storage.put({ ...request, checkpoint: record, keepParent, fence: engine.fence }),
  );
  if (engine.keepLatest) await engine.keepLatest.stored(engine, parent.thread, [id, parent.id]);
  return configOf(parent.thread, parent.namespace, id);
}

const NONE: ReadonlySet<string> = new Set();

/** What the application knows about the thread, asked for at the call, and what the checkpoint says about it. */
async function entriesOf(
  { codec, threadMetadata }: Engine,
  { thread, namespace }: Location,
  config: CheckpointConfig,
  checkpoint: Checkpoint,
): Promise<readonly ThreadEntry[]> {
  const run = runEntries(thread, namespace, config, checkpoint);
  const metadata = threadMetadata?.(config);
  if (metadata === undefined) return run;
  return [...(await encodeEntries(codec, thread, metadata, "threadMetadata")).set, ...run];
}

/** Stores writes of a task. Everything is read before this returns. */
export async function storeWrites(
  engine: Engine,
  config: CheckpointConfig,
  writes: readonly PendingWrite[],
  taskId: string,
  taskPath: string,
): Promise<void> {
  const target = locateForWriting(config);
  const claim = claimOf(config);
  const task = taskIdOf(taskId);
  const checkpoint = target.id;
  if (checkpoint === undefined) {
    throw new CheckpointError(
      "INVALID_CONFIG",
      "configurable.checkpoint_id is missing; writes belong to a checkpoint",
      { field: "configurable.checkpoint_id", threadId: target.thread },
    );
  }
  checkWrites(writes);
  if (writes.length === 0) return;
  const { thread, namespace } = target;
  const adopted = settle(engine, thread);
  const base = engine.cache.find(thread);
  const place = { thread, namespace, id: checkpoint };
  const { inlineBytes } = engine.storage.capabilities;
  const ready = encodeWrites(engine.codec, place, writes, task, taskPath, base, inlineBytes);
  const encoded = ready instanceof Promise ? await ready : ready;
  if (adopted) await adopted;
  await writeWithBlobs(engine, target, encoded, { remember: false, entries: [], claim }, (request) =>
    engine.storage.putWrites({ ...request, namespace, checkpoint, writes: encoded.record }),
  );
}

/** Starts to take the thread over while values are still being read. Awaiting it throws its error. */
function settle({ adoption }: Engine, thread: string): Promise<void> | undefined {
  const settled = adoption?.settle(thread);
  settled?.catch(() => {});
  return settled;
}
