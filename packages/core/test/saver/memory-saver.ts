import { CheckpointSaver, type CheckpointSaverOptions } from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";

/** A saver in memory, on a new storage unless one is given. */
export function memorySaver({
  storage = new MemoryStorage(),
  ...options
}: CheckpointSaverOptions & { readonly storage?: MemoryStorage } = {}): CheckpointSaver {
  return new CheckpointSaver(storage, options);
}
