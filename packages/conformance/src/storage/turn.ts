import type { CheckpointSaver } from "@threadmark/core";
import { checkpointOf, configOf, metadataOf } from "../thread.ts";

/** A checkpoint about to be stored. */
interface Turn {
  readonly thread: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly values: Record<string, unknown>;
}

/** Stores a checkpoint. */
export async function putTurn(saver: CheckpointSaver, { thread, id, parent, values }: Turn): Promise<void> {
  const checkpoint = checkpointOf({ id, values });
  const versions = checkpoint.channel_versions;
  await saver.put(configOf(thread, undefined, parent), checkpoint, metadataOf({ id }), versions);
}

/** An id whose order is that of the numbers. */
export function turnId(n: number): string {
  return String(n).padStart(8, "0");
}
