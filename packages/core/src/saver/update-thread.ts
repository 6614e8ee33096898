import { threadIdOf, type ThreadId } from "../ids.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import type { Engine } from "./engine.ts";
import { notFound } from "./thread-actions.ts";
import { encodeEntries, type ThreadMetadata } from "./thread-metadata.ts";

/** What to change of a thread. */
export interface ThreadUpdate {
  /** Keys to set; a key whose value is `undefined` is removed, all others stay as they are. */
  readonly metadata: ThreadMetadata;
}

const UPDATE_NAMES: OptionNames<ThreadUpdate> = { metadata: true };

/** Changes the metadata of a thread. */
export async function updateThread(
  { storage, codec, adoption }: Engine,
  threadId: ThreadId,
  update: ThreadUpdate,
): Promise<void> {
  checkOptions(update, "updateThread", UPDATE_NAMES);
  const thread = threadIdOf(threadId);
  const change = await encodeEntries(codec, thread, update?.metadata, "metadata");
  await adoption?.settle(thread);
  if (!(await storage.updateThread({ thread, ...change }))) throw notFound(thread);
}
